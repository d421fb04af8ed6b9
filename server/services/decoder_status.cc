#include "server/services/decoder_status.h"

#include <spdlog/fmt/fmt.h>

#include "server/services/error_status.h"

namespace efferent {

grpc::Status TooSlow(const std::string& what, const StepCost& cost, TimeNs deadline_ns) {
  const auto ms = [](std::int64_t ns) { return 1e-6 * static_cast<double>(ns); };
  return MakeStatus(
      grpc::StatusCode::RESOURCE_EXHAUSTED,
      fmt::format(
          "a command of {} would take {:.2f} ms here, {:.2f} ms of them to decode, and its "
          "deadline is {:.2f} ms (timing.deadline_ns); use a smaller decoder or wider bins, "
          "or give it more time",
          what, ms(cost.ResponseNs()), ms(cost.decode_ns), ms(deadline_ns)));
}

grpc::Status NoMemory(const std::string& what, const MemoryRefusal& refusal) {
  const auto mb = [](double bytes) { return 1e-6 * bytes; };
  return MakeStatus(
      grpc::StatusCode::RESOURCE_EXHAUSTED,
      fmt::format(
          "{} would take up to {:.1f} MB of memory, and {:.1f} of {:.1f} MB are promised to others "
          "(server.max_memory_gigabytes); use fewer neurons or channels, or end a session",
          what, mb(refusal.wanted), mb(refusal.reserved), mb(refusal.reservable)));
}

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
    case Status::kGivenUp:
      return grpc::Status::CANCELLED;
    case Status::kNoMemory:
      return NoMemory("this decoder", outcome.memory);
    case Status::kTooSlow:
      return TooSlow("this decoder", outcome.cost, outcome.deadline_ns);
  }
  return grpc::Status::OK;
}

}  // namespace efferent
