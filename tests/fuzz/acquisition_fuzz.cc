// Chunks from the wire through the whole loop. An input is a run of chunks, each with two bytes of
// length before it.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "server/loop/control_loop.h"
#include "server/services/chunk_reader.h"
#include "tests/fuzz/fuzz_target.h"

namespace efferent::test {
namespace {

constexpr std::int64_t kWidth = 10'000'000;
constexpr double kMaxSpeed = 0.5;

SessionSettings Settings() {
  v1::SessionConfig config;
  config.set_num_channels(3);
  config.set_bin_width_ns(kWidth);
  config.set_signed_counts(true);
  config.mutable_decoder()->mutable_snn()->set_num_neurons(4);
  config.mutable_learning()->set_learn_on_target(true);
  config.mutable_limits()->set_max_speed_m_s(kMaxSpeed);
  std::vector<Violation> violations;
  return ReadSettings(config, SettingsUse::kSession, &violations);
}

/// A loop and what it must never forget.
class Loop {
 public:
  void Take(const v1::AcquisitionChunk& message) {
    const LoopStatus before = loop_.status();
    std::optional<Violation> wrong = ReadChunk(message, settings_.shape, {4096, 64}, &chunk_);
    ChunkPlan plan;
    if (!wrong) wrong = loop_.Admit(chunk_, &plan);
    if (wrong) {
      Promise(!wrong->field.empty() && !wrong->description.empty(), "a refusal says what is wrong");
      Promise(loop_.status().applied_sequence_number == before.applied_sequence_number,
              "a refused chunk changes nothing");
      return;
    }
    published_.clear();
    loop_.Apply(chunk_, plan, 0, &published_);
    num_applied_ += plan.ignored ? 0 : 1;
    loop_.Conclude();
    const LoopStatus after = loop_.status();
    Promise(published_.size() == plan.num_bins, "every bin has a command");
    for (const PublishedCommand& published : published_) {
      const TaskVector& velocity = published.command.velocity_m_s;
      Promise(velocity.allFinite() && Norm(velocity) <= kMaxSpeed * (1 + 1e-9),
              "a command is finite and within its limits");
      Promise(published.command.status != CommandStatus::kFault,
              "nothing that is admitted makes the decoder fail");
    }
    Promise(after.decoded_until_ns >= before.decoded_until_ns, "session time never goes back");
    Promise(after.decoded_until_ns ==
                static_cast<TimeNs>(after.decoded_bin_count + after.missed_bin_count) * kWidth,
            "every bin is decoded or counted as missed");
    Promise(after.applied_sequence_number == num_applied_ + after.missing_chunk_count,
            "every chunk is applied or counted as missing");
    Promise(after.late_chunk_count <= after.missing_chunk_count, "late ones had been missing");
  }

 private:
  SessionSettings settings_ = Settings();
  CommandMailbox mailbox_;
  BehaviorInbox inbox_;
  StageLatencies latencies_;
  ControlLoop loop_{LoopState(MakeStep(settings_, MakeDecoder)),
                    settings_.timing,
                    &mailbox_,
                    &inbox_,
                    &latencies_,
                    [] { return 0; }};
  std::uint64_t num_applied_ = 0;
  Chunk chunk_;
  std::vector<PublishedCommand> published_;
};

void Append(const v1::AcquisitionChunk& chunk, std::string* run) {
  const std::string bytes = chunk.SerializeAsString();
  run->push_back(static_cast<char>(bytes.size() & 0xff));
  run->push_back(static_cast<char>(bytes.size() >> 8));
  *run += bytes;
}

v1::AcquisitionChunk At(std::uint64_t number, std::int64_t until_bins) {
  v1::AcquisitionChunk chunk;
  chunk.set_sequence_number(number);
  chunk.set_complete_until_ns(until_bins * kWidth);
  return chunk;
}

void AddBehavior(std::int64_t bin, v1::AcquisitionChunk* chunk) {
  v1::BehaviorSample* sample = chunk->add_behavior();
  sample->mutable_arm_state()->set_time_ns(bin * kWidth);
  sample->mutable_arm_state()->set_engaged(true);
  for (const double x : {0.01, 0.02}) {
    sample->mutable_arm_state()->add_position_m(x);
    sample->mutable_arm_state()->add_velocity_m_s(-x);
    sample->mutable_target()->add_position_m(8 * x);
  }
}

}  // namespace

std::vector<std::string> FuzzSeeds() {
  std::string events;
  for (std::uint64_t n = 1; n <= 8; ++n) {
    v1::AcquisitionChunk chunk = At(n, static_cast<std::int64_t>(n));
    chunk.mutable_spike_events()->add_channel(n % 3);
    chunk.mutable_spike_events()->add_time_ns(static_cast<std::int64_t>(n) * kWidth - 1);
    AddBehavior(static_cast<std::int64_t>(n) - 1, &chunk);
    Append(chunk, &events);
  }
  std::string counts;
  for (std::uint64_t n = 1; n <= 4; ++n) {
    v1::AcquisitionChunk chunk = At(n, 2 * static_cast<std::int64_t>(n));
    chunk.mutable_spike_counts()->set_start_time_ns(2 * static_cast<std::int64_t>(n - 1) * kWidth);
    chunk.mutable_spike_counts()->set_bin_width_ns(kWidth);
    for (int i = 0; i < 6; ++i) chunk.mutable_spike_counts()->add_counts(static_cast<float>(i));
    v1::TrialEvent* event = chunk.add_trial_events();
    event->set_kind(n % 2 ? v1::TRIAL_EVENT_KIND_START : v1::TRIAL_EVENT_KIND_STOP);
    event->set_time_ns(2 * static_cast<std::int64_t>(n - 1) * kWidth);
    event->set_condition("test");
    Append(chunk, &counts);
  }
  std::string gap;
  Append(At(1, 3), &gap);
  Append(At(5, 200), &gap);
  Append(At(5, 200), &gap);
  return {events, counts, gap};
}

}  // namespace efferent::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  efferent::test::Loop loop;
  efferent::v1::AcquisitionChunk message;
  while (size >= 2) {
    const std::size_t length = std::min<std::size_t>(data[0] | data[1] << 8, size - 2);
    if (message.ParseFromArray(data + 2, static_cast<int>(length))) loop.Take(message);
    data += 2 + length;
    size -= 2 + length;
  }
  return 0;
}
