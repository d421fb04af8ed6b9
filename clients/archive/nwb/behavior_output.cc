#include "clients/archive/nwb/behavior_output.h"

#include <limits>

#include "clients/archive/nwb/nwb_object.h"

namespace efferent::archive {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr const char* kBehavior = "/processing/behavior";
constexpr const char* kDecoding = "/processing/decoding";
constexpr const char* kPosition = "/processing/behavior/Position";
constexpr const char* kFrame =
    "The task's: x to the right, y up or away from the subject, z towards the ceiling.";

std::string In(const char* group, const char* name) { return std::string(group) + "/" + name; }

SeriesDescription Number(const std::string& path, const char* unit, const char* description,
                         double fill = kUnknown) {
  return {path, description, "", unit, ElementType::kFloat64, 0, fill, ""};
}

SeriesDescription Flag(const std::string& path, const char* description) {
  return {path, description, "", "n/a", ElementType::kBoolean, 0, 0.0, ""};
}

SeriesDescription Vector(const std::string& path, const char* unit, int num_dimensions,
                         const char* description, const char* frame = "") {
  return {path,
          description,
          "Columns are x, y (and z).",
          unit,
          ElementType::kFloat64,
          static_cast<std::uint64_t>(num_dimensions),
          kUnknown,
          frame};
}

SeriesDescription Status() {
  return {
      In(kBehavior, "command_status"),
      "What the command of the bin was.",
      "1 decoded from the bin; 4 fault: the result was not finite or out of contract, the velocity "
      "is zero and the decoder was rolled back.",
      "n/a",
      ElementType::kInt8,
      0,
      0.0,
      ""};
}

}  // namespace

BehaviorOutput::BehaviorOutput(int num_dimensions, Hdf5Output* file)
    : num_dimensions_(num_dimensions),
      file_(file),
      position_(file, Vector(In(kPosition, "cursor_position"), "meters", num_dimensions,
                             "Position of the arm's or cursor's end point; not a number: unknown.",
                             kFrame)),
      velocity_(file, Vector(In(kBehavior, "cursor_velocity"), "m/s", num_dimensions,
                             "Measured velocity of the end point; not a number: unknown.")),
      target_(file, Vector(In(kPosition, "target_position"), "meters", num_dimensions,
                           "Centre of the target; not a number: there was none.", kFrame)),
      target_radius_(file, Number(In(kBehavior, "target_radius"), "meters",
                                  "Radius of the zone that counts as reached.")),
      engaged_(file, Flag(In(kBehavior, "decoder_engaged"),
                          "Whether the arm or cursor followed the decoder.")),
      reward_(file, Number(In(kBehavior, "reward"), "n/a",
                           "Reward for the movement, larger is better; not a number: unknown.")),
      decoded_(file, Vector(kDecodedPath, "m/s", num_dimensions,
                            "Velocity that was decoded from the bin and commanded at its end.")),
      status_(file, Status()),
      withheld_(file,
                Flag(In(kBehavior, "command_withheld"),
                     "Zero velocity was sent instead of the one that was decoded: the arm had "
                     "been stopped meanwhile, or the bin was too old.")),
      learnt_(file, Flag(In(kDecoding, "learnt"),
                         "Whether the decoder learnt from the bin; false where that is not "
                         "known, too.")),
      decode_time_(file, Number(In(kDecoding, "decode_time"), "seconds",
                                "From spikes to command, on the server.")),
      respond_time_(file, Number(In(kDecoding, "respond_time"), "seconds",
                                 "From the arrival of the spikes to the command, on the server.")),
      missed_deadline_(file, Flag(In(kDecoding, "missed_deadline"),
                                  "The command came later than the session's deadline.")) {}

void BehaviorOutput::PutVector(std::uint64_t row,
                               const google::protobuf::RepeatedField<double>& values,
                               SeriesOutput* series) const {
  if (values.size() != num_dimensions_) return;
  series->Put(row, std::span(values.data(), static_cast<std::size_t>(values.size())));
}

void BehaviorOutput::Add(std::uint64_t row, const v1::RecordedBin& bin,
                         const v1::BehaviorSample* behavior) {
  PutVector(row, bin.command().velocity_m_s(), &decoded_);
  status_.Put(row, static_cast<double>(bin.command().status()));
  if (bin.withheld()) withheld_.Put(row, 1.0);
  if (behavior != nullptr) AddBehavior(row, *behavior);
  if (bin.has_learnt()) learnt_.Put(row, bin.learnt() ? 1.0 : 0.0);
  decode_time_.Put(row, Seconds(bin.decode_time_ns()));
  respond_time_.Put(row, Seconds(bin.respond_time_ns()));
  if (bin.missed_deadline()) missed_deadline_.Put(row, 1.0);
}

void BehaviorOutput::AddBehavior(std::uint64_t row, const v1::BehaviorSample& behavior) {
  const v1::ArmState& state = behavior.arm_state();
  PutVector(row, state.position_m(), &position_);
  PutVector(row, state.velocity_m_s(), &velocity_);
  engaged_.Put(row, state.engaged() ? 1.0 : 0.0);
  if (state.has_reward()) reward_.Put(row, state.reward());
  if (!behavior.has_target()) return;
  PutVector(row, behavior.target().position_m(), &target_);
  target_radius_.Put(row, behavior.target().radius_m());
}

void BehaviorOutput::Finish(std::uint64_t num_rows, const BinTimes& times) {
  const bool has_points = position_.exists() || target_.exists();
  for (SeriesOutput* series :
       {&position_, &velocity_, &target_, &target_radius_, &engaged_, &reward_, &decoded_, &status_,
        &withheld_, &learnt_, &decode_time_, &respond_time_, &missed_deadline_}) {
    series->Finish(num_rows, times);
  }
  if (has_points) MarkObject(file_, kPosition, "core", "Position");
  MarkModule(kBehavior, "What body, task and decoder did, a row for each bin that was decoded.");
  MarkModule(kDecoding, "How the session was decoded, and what happened in it.");
}

void BehaviorOutput::MarkModule(const char* group, const char* description) {
  MarkObject(file_, group, "core", "ProcessingModule");
  file_->TextAttribute(group, "description", description);
}

}  // namespace efferent::archive
