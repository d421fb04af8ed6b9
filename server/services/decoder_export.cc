#include "server/services/decoder_export.h"

#include <utility>

#include "decoder/state_bytes.h"
#include "files/packing.h"
#include "server/recording/replay.h"
#include "server/services/error_status.h"

namespace efferent {
namespace {

constexpr std::size_t kPieceBytes = 1 << 20;
// Of a stream that is there and brings no bins.
constexpr std::chrono::seconds kLongestSilence{10};

/// What an exported decoder says of its session: see v1::SavedDecoder.
v1::SessionConfig Origin(const SessionSettings& settings, const v1::DecoderConfig& decoder) {
  const v1::SessionConfig whole = WriteSettings(settings);
  v1::SessionConfig origin;
  origin.set_num_channels(whole.num_channels());
  origin.set_num_dimensions(whole.num_dimensions());
  origin.set_bin_width_ns(whole.bin_width_ns());
  *origin.mutable_features() = whole.features();
  *origin.mutable_learning() = whole.learning();
  *origin.mutable_decoder() = decoder;
  return origin;
}

/// A decoder of a replayed session; `learner` null if there is none of that name.
struct FoundDecoder {
  const Learner* learner = nullptr;
  const v1::DecoderConfig* config = nullptr;
};

FoundDecoder FindDecoder(const Replay& replay, std::string_view name) {
  if (name == SessionDecoders::kDriver) {
    return {&replay.state().step().learner(), &replay.roster().driver};
  }
  const DecoderRoster::Shadow* shadow = replay.roster().Find(name);
  if (!shadow) return {};
  return {replay.state().step().shadows().at(shadow->slot), &shadow->config};
}

std::string DecoderNames(const DecoderRoster& roster) {
  std::string names = "`" + std::string(SessionDecoders::kDriver) + "`";
  for (const DecoderRoster::Shadow& shadow : roster.shadows) names += ", `" + shadow.name + "`";
  return names;
}

}  // namespace

DecoderExport::DecoderExport(ServiceContext* context, grpc::CallbackServerContext* call,
                             v1::ExportDecoderRequest request)
    : ProducedStream(context, call), context_(context), request_(std::move(request)) {
  if (request_.name().empty()) request_.set_name(std::string(SessionDecoders::kDriver));
}

grpc::Status DecoderExport::Produce(v1::ExportDecoderResponse* response, Produced* produced) {
  if (!recording_.session) {
    const grpc::Status status = Choose();
    if (!status.ok()) return status;
  }
  if (!state_) {
    std::optional<RecordedCheckpoint> checkpoint;
    const grpc::Status status = Find(&checkpoint);
    *produced = checkpoint ? Produced::kMessage : Produced::kLater;
    return checkpoint ? Load(*checkpoint, response->mutable_decoder()) : status;
  }
  if (num_sent_ == state_->size()) return grpc::Status::OK;
  response->set_state_piece(state_->substr(num_sent_, kPieceBytes));
  num_sent_ += response->state_piece().size();
  *produced = Produced::kMessage;
  return grpc::Status::OK;
}

grpc::Status DecoderExport::Choose() {
  const grpc::Status status = recording_.Open(context_->recorder, request_.recording());
  if (!status.ok()) return status;
  if (request_.has_checkpoint_number()) {
    checkpoint_number_ = request_.checkpoint_number();
    return grpc::Status::OK;
  }
  if (recording_.session->ended_unix_ns) return grpc::Status::OK;
  session_ = context_->sessions->Find(recording_.session->session_id);
  if (session_) checkpoint_number_ = session_->RequestSave(session_, "export");
  give_up_at_ = std::chrono::steady_clock::now() + kLongestSilence;
  return grpc::Status::OK;
}

grpc::Status DecoderExport::Find(std::optional<RecordedCheckpoint>* checkpoint) {
  const auto all = recording_.archive->reader().Checkpoints(recording_.session->row);
  std::string numbers;
  for (const RecordedCheckpoint& there : all) {
    numbers += (numbers.empty() ? "" : ", ") + std::to_string(there.number);
    const bool is_last = &there == &all.back() && !request_.has_checkpoint_number() && !session_;
    if (is_last || there.number == checkpoint_number_) *checkpoint = there;
  }
  if (*checkpoint) return grpc::Status::OK;
  if (session_) return Await();
  return MakeStatus(grpc::StatusCode::NOT_FOUND,
                    numbers.empty() ? "no state of `" + request_.recording() + "` is recorded"
                                    : "there is no such checkpoint of `" + request_.recording() +
                                          "`; there are " + numbers,
                    {{"checkpoint_number", "is unknown"}});
}

grpc::Status DecoderExport::Await() {
  const auto now = std::chrono::steady_clock::now();
  const TimeNs decoded_until_ns = session_->loop().status().decoded_until_ns;
  const std::string problem = context_->recorder->status().problem;
  // While bins come, it is saved as soon as learning leaves time for it.
  if (problem.empty() && decoded_until_ns != decoded_until_ns_) {
    decoded_until_ns_ = decoded_until_ns;
    give_up_at_ = now + kLongestSilence;
  }
  if (now < give_up_at_) return grpc::Status::OK;
  return MakeStatus(
      grpc::StatusCode::FAILED_PRECONDITION,
      problem.empty() ? "the session's state is saved after a bin, and its stream has brought none "
                        "for 10 s; let bins come, end the stream, or export a checkpoint"
                      : "nothing can be recorded at present: " + problem);
}

grpc::Status DecoderExport::Load(const RecordedCheckpoint& checkpoint, v1::SavedDecoder* saved) {
  RecordingReader& reader = recording_.archive->reader();
  const RecordedSession& session = *recording_.session;
  const SessionSettings settings = ReadRecordedSettings(session);
  Replay replay(settings, reader.Changes(session.row, RecordingReader::Weights::kLeftOut),
                context_->make_decoder);
  replay.GoTo(Unpack(reader.CheckpointBytes(checkpoint.row), checkpoint.size),
              checkpoint.change_count);
  const auto [learner, config] = FindDecoder(replay, request_.name());
  if (!learner) {
    return MakeStatus(grpc::StatusCode::NOT_FOUND,
                      "there was no decoder `" + request_.name() + "` at checkpoint " +
                          std::to_string(checkpoint.number) + "; there were " +
                          DecoderNames(replay.roster()),
                      {{"name", "is unknown"}});
  }
  state_ = SaveState(learner->decoder());
  *saved->mutable_config() = Origin(settings, *config);
  saved->set_state_size_bytes(state_->size());
  v1::DecoderProvenance* provenance = saved->mutable_provenance();
  provenance->set_session_id(session.session_id);
  provenance->set_name(request_.name());
  provenance->set_subject_code(session.subject_code);
  provenance->set_checkpoint_number(checkpoint.number);
  provenance->set_bin_index(checkpoint.bin_index);
  provenance->set_time_unix_ns(checkpoint.time_unix_ns);
  provenance->set_server_version(context_->recorder->server_version());
  provenance->set_learned_bin_count(learner->learned_bin_count());
  if (const auto error = learner->mean_squared_error()) {
    provenance->set_mean_squared_error_m2_s2(*error);
  }
  return grpc::Status::OK;
}

}  // namespace efferent
