#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/sync_stream.h>

#include <memory>
#include <string>
#include <utility>

#include "clients/session/errors.h"

namespace efferent::internal {

/// One bidirectional call whose first answer says that the server has attached it. One thread may
/// write while another reads; Cancel may come from any thread.
template <class Request, class Response>
class BidiCall {
 public:
  using Stream = grpc::ClientReaderWriterInterface<Request, Response>;

  /// `start`: Context -> Stream. Sends `open` and reads the first answer.
  /// @throws RpcError `doing` if the server refuses.
  template <class Start>
  BidiCall(Start&& start, const Request& open, const std::string& doing, Response* first) {
    stream_ = start(&context_);
    if (!stream_->Write(open) || !stream_->Read(first)) throw RpcError(doing, EndedEarly());
  }

  ~BidiCall() {
    if (!stream_ || finished_) return;
    context_.TryCancel();
    Finish();
  }
  BidiCall(const BidiCall&) = delete;
  BidiCall& operator=(const BidiCall&) = delete;

  bool Write(const Request& request) { return stream_->Write(request); }
  bool WritesDone() { return stream_->WritesDone(); }
  bool Read(Response* response) { return stream_->Read(response); }
  void Cancel() { context_.TryCancel(); }

  /// Reads what is left, and returns how the call ended. Call once reading and writing are over.
  grpc::Status Finish() {
    if (!finished_) {
      Response rest;
      while (stream_->Read(&rest)) {
      }
      status_ = stream_->Finish();
      finished_ = true;
    }
    return status_;
  }

 private:
  grpc::Status EndedEarly() {
    grpc::Status status = Finish();
    if (!status.ok()) return status;
    return {grpc::StatusCode::INTERNAL, "the server ended the stream without an answer"};
  }

  grpc::ClientContext context_;
  std::unique_ptr<Stream> stream_;
  bool finished_ = false;
  grpc::Status status_;
};

}  // namespace efferent::internal
