#include "server/services/decoder_status.h"

#include "server/services/error_status.h"

namespace efferent {

grpc::Status ToStatus(const SessionDecoders::Outcome& outcome, const std::string& name) {
  using Status = SessionDecoders::Status;
  switch (outcome.status) {
    case Status::kDone:
      break;
    case Status::kInvalid:
      return InvalidArgument(outcome.violations);
    case Status::kUnknownName:
      return MakeStatus(
          grpc::StatusCode::NOT_FOUND,
          "there is no shadow `" + name + "`; GetSession lists the session's decoders",
          {{"name", "is unknown"}});
    case Status::kNameInUse:
      return MakeStatus(grpc::StatusCode::ALREADY_EXISTS,
                        "shadow `" + name + "` exists; remove it, or choose another name",
                        {{"name", "is in use"}});
    case Status::kFull:
      return MakeStatus(grpc::StatusCode::RESOURCE_EXHAUSTED,
                        "a session has at most " + std::to_string(Shadows::kMax) +
                            " shadows, and at most " +
                            std::to_string(ControlLoop::kMaxWaitingChanges) +
                            " changes wait for the next bin; remove a shadow, or let bins come");
    case Status::kTooLarge:
      return MakeStatus(grpc::StatusCode::RESOURCE_EXHAUSTED,
                        "there is not enough memory for this decoder; use a smaller one");
  }
  return grpc::Status::OK;
}

}  // namespace efferent
