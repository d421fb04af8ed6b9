#include "server/services/decoder_import.h"

#include <spdlog/fmt/fmt.h>

#include <utility>

#include "server/services/decoder_status.h"
#include "server/services/error_status.h"
#include "server/services/outbound_stream.h"

namespace efferent {
namespace {

std::string Bytes(std::uint64_t size) { return std::to_string(size) + " bytes"; }

}  // namespace

DecoderImport::DecoderImport(ServiceContext* context, std::atomic<int>* num_imports,
                             v1::ImportDecoderResponse* response)
    : context_(context), num_imports_(num_imports), response_(response) {}

void DecoderImport::Begin() {
  if (num_imports_->fetch_add(1) < kMaxImports) return ReadNext();
  EndWith(TryAgain(
      fmt::format("{} decoders are being taken in already; try again later", kMaxImports), 1));
}

void DecoderImport::OnReadDone(bool ok) {
  {
    const std::lock_guard lock(mutex_);
    is_reading_ = false;
    if (finished_) return;
  }
  if (!ok) return TakeEnd();
  switch (request_.part_case()) {
    case v1::ImportDecoderRequest::kStart:
      if (start_) return Refuse({"start", "came a second time; it must come first only"});
      start_ = std::move(*request_.mutable_start());
      return Post(&DecoderImport::Admit);
    case v1::ImportDecoderRequest::kStatePiece:
      return TakePiece(request_.state_piece());
    case v1::ImportDecoderRequest::PART_NOT_SET:
      return Refuse({"part", "is not set, must be `start` or `state_piece`"});
  }
}

void DecoderImport::Admit() {
  session_ = context_->sessions->Find(start_->session_id());
  if (!session_) return EndWith(UnknownSession(start_->session_id()));
  const std::string problem = context_->recorder ? context_->recorder->status().problem : "";
  if (!problem.empty()) {
    // The state would wait in memory, and a next server could not go on from it.
    return EndWith(MakeStatus(grpc::StatusCode::UNAVAILABLE,
                              "nothing can be recorded at present: " + problem));
  }
  if (start_->frozen() && start_->shadow().empty()) {
    return Refuse({"frozen", "is for shadows, must come with a name in `shadow`"});
  }
  std::size_t max_bytes = 0;
  const auto outcome = session_->AdmitDecoder(start_->decoder(), &max_bytes);
  if (outcome.status != SessionDecoders::Status::kDone) return EndWith(ToStatus(outcome, ""));
  const std::uint64_t size = start_->decoder().state_size_bytes();
  if (size == 0 || size > max_bytes) {
    return Refuse({"decoder.state_size_bytes", "is " + Bytes(size) + ", must be 1 to " +
                                                   Bytes(max_bytes) + " for this decoder"});
  }
  ReadNext();
}

void DecoderImport::TakePiece(const std::string& piece) {
  if (!start_) return Refuse({"state_piece", "came before `start`, which must come first"});
  if (piece.empty()) return Refuse({"state_piece", "is empty"});
  const std::uint64_t size = start_->decoder().state_size_bytes();
  if (piece.size() > size - state_.size()) {
    return Refuse({"state_piece", "goes on after decoder.state_size_bytes, " + Bytes(size)});
  }
  state_ += piece;
  ReadNext();
}

void DecoderImport::TakeEnd() {
  if (!start_) return Refuse({"start", "is missing, must come first"});
  const std::uint64_t size = start_->decoder().state_size_bytes();
  if (state_.size() == size) return Post(&DecoderImport::Import);
  Refuse({"state_piece", "ended after " + Bytes(state_.size()) +
                             ", must be decoder.state_size_bytes in all, " + Bytes(size)});
}

void DecoderImport::Import() {
  const auto is_given_up = [this] {
    const std::lock_guard lock(mutex_);
    return finished_;
  };
  if (is_given_up()) return;
  const auto outcome = session_->ImportDecoder(*start_, state_, is_given_up);
  v1::Session session;
  if (outcome.status == SessionDecoders::Status::kDone) session = session_->Describe();
  const std::lock_guard lock(mutex_);
  if (std::exchange(finished_, true)) return;
  response_->mutable_session()->Swap(&session);
  Finish(ToStatus(outcome, start_->shadow()));
}

void DecoderImport::Post(void (DecoderImport::*work)()) {
  context_->workers->PostControl([self = shared_from_this(), work] { (self.get()->*work)(); });
}

void DecoderImport::OnCancel() { EndWith(grpc::Status::CANCELLED); }

void DecoderImport::OnDone() {
  --*num_imports_;
  context_->streams->Remove(this);
}

void DecoderImport::End(StreamEnd reason) noexcept { EndWith(EndStatus(reason)); }

void DecoderImport::CutIfStuck(std::int64_t now_ns) noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (!is_reading_ || now_ns - began_at_ns_ < kLongestNs) return;
  }
  EndWith(MakeStatus(grpc::StatusCode::DEADLINE_EXCEEDED, "the state did not come within 60 s"));
}

void DecoderImport::ReadNext() {
  const std::lock_guard lock(mutex_);
  if (finished_) return;
  is_reading_ = true;
  StartRead(&request_);
}

void DecoderImport::EndWith(const grpc::Status& status) {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(finished_, true)) Finish(status);
}

void DecoderImport::Refuse(const Violation& violation) { EndWith(InvalidArgument({violation})); }

}  // namespace efferent
