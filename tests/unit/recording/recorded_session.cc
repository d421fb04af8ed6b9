#include "tests/unit/recording/recorded_session.h"

#include <gtest/gtest.h>

#include <limits>
#include <thread>
#include <utility>

#include "decoder/state_visitor.h"
#include "server/services/message_mapping.h"

namespace efferent::test {
namespace {

constexpr int kChannels = 4;
constexpr TimeNs kWidth = 10'000'000;
constexpr int kChunksPerTrial = 25;

/// Passes everything on to another decoder, but for one bin.
class FaultyDecoder final : public Decoder {
 public:
  explicit FaultyDecoder(std::unique_ptr<Decoder> decoder) : decoder_(std::move(decoder)) {}

  std::string_view name() const override { return decoder_->name(); }
  void OnPosition(const std::optional<TaskVector>& position_m) noexcept override {
    decoder_->OnPosition(position_m);
  }
  TaskVector Decode(const Eigen::VectorXf& features) noexcept override {
    const TaskVector velocity = decoder_->Decode(features);
    return ++num_bins_ == kFaultAt
               ? TaskVector::Constant(std::numeric_limits<double>::quiet_NaN()).eval()
               : velocity;
  }
  void Learn(const std::optional<TaskVector>& label) noexcept override { decoder_->Learn(label); }
  void OnCommand(const TaskVector& velocity_m_s) noexcept override {
    decoder_->OnCommand(velocity_m_s);
  }
  void ResetActivity() noexcept override { decoder_->ResetActivity(); }
  void CopyWeightsFrom(const Decoder& other) noexcept override {
    decoder_->CopyWeightsFrom(*static_cast<const FaultyDecoder&>(other).decoder_);
  }
  void ForgetEvidence() noexcept override { decoder_->ForgetEvidence(); }
  bool IsHealthy() const noexcept override { return decoder_->IsHealthy(); }
  void VisitState(StateVisitor& visitor) override {
    visitor("num_bins", num_bins_);
    visitor("decoder", *decoder_);
  }
  std::unique_ptr<Decoder> Clone() const override {
    auto clone = std::make_unique<FaultyDecoder>(decoder_->Clone());
    clone->num_bins_ = num_bins_;
    return clone;
  }

 private:
  static constexpr int kFaultAt = 150;
  std::unique_ptr<Decoder> decoder_;
  int num_bins_ = 0;
};

}  // namespace

v1::SessionConfig SmallSession() {
  v1::SessionConfig config;
  config.set_num_channels(kChannels);
  config.set_bin_width_ns(kWidth);
  config.mutable_decoder()->mutable_snn()->set_num_neurons(8);
  config.mutable_timing()->set_real_time(false);
  return config;
}

SessionSettings Settings(const v1::SessionConfig& config) {
  std::vector<Violation> violations;
  SessionSettings settings = ReadSettings(config, SettingsUse::kSession, &violations);
  EXPECT_TRUE(violations.empty()) << violations.front().field << violations.front().description;
  return settings;
}

std::unique_ptr<Decoder> MakeFaultyDecoder(const DecoderParams& params, const DecoderShape& shape) {
  return std::make_unique<FaultyDecoder>(MakeDecoder(params, shape));
}

RecordedSession::RecordedSession(const std::filesystem::path& folder,
                                 const v1::SessionConfig& config, DecoderFactory make_decoder,
                                 double checkpoint_s) {
  RecorderParams params;
  params.data_dir = folder;
  params.batch_s = 0.005;
  params.checkpoint_s = checkpoint_s;
  recorder_ = std::make_shared<Recorder>(params);
  session_ = std::make_shared<Session>("s", Settings(config), make_decoder, SessionShares(),
                                       recorder_, recorder_);
  recorder_->SessionCreated(session_->Describe());
}

RecordedSession::~RecordedSession() = default;

void RecordedSession::Send(int num_chunks) {
  for (int i = 0; i < num_chunks; ++i) {
    MoveArm();
    const Chunk chunk = NextChunk();
    switch (random_() % 40) {
      case 0:
        left_out_ = chunk;
        break;
      case 1:
        Apply(chunk);
        Apply(chunk);
        break;
      default:
        Apply(chunk);
        if (left_out_) Apply(*std::exchange(left_out_, std::nullopt));
    }
    if (random_() % 50 == 0) session_->mailbox().Stop(1);
    // A recorder that lags has no room for a checkpoint: it may lag by so many chunks.
    if (i % 20 == 19) {
      while (session_->journal()->durable_sequence_number() + 20 < sequence_number_) {
        std::this_thread::yield();
      }
    }
  }
}

void RecordedSession::Apply(const Chunk& chunk) {
  ControlLoop& loop = session_->loop();
  ChunkPlan plan;
  const auto wrong = loop.Admit(chunk, &plan);
  ASSERT_FALSE(wrong) << wrong->field << " " << wrong->description;
  std::vector<PublishedCommand> published;
  loop.Apply(chunk, plan, MonotonicNowNs(), &published);
  if (random_() % 3 != 0) loop.Conclude();
}

Chunk RecordedSession::NextChunk() {
  Chunk chunk;
  chunk.sequence_number = ++sequence_number_;
  const auto num_bins = static_cast<TimeNs>(1 + random_() % 3);
  const TimeNs from_ns = until_ns_;
  until_ns_ += num_bins * kWidth;
  // Now and then a bin is begun but not complete.
  chunk.complete_until_ns = until_ns_ + (random_() % 5 == 0 ? kWidth / 2 : 0);
  for (int i = 0; i < 12; ++i) {
    const auto at = static_cast<TimeNs>(random_() % static_cast<std::uint64_t>(num_bins * kWidth));
    chunk.spikes.push_back({from_ns + at, static_cast<std::uint32_t>(random_() % kChannels)});
  }
  if (random_() % 10 == 0 && from_ns > kWidth) chunk.spikes.push_back({from_ns - kWidth, 1});
  return chunk;
}

void RecordedSession::MoveArm() {
  v1::ArmUpdate update;
  v1::ArmState* state = update.mutable_state();
  state->set_time_ns(until_ns_);
  state->set_engaged(true);
  for (int i = 0; i < 2; ++i) {
    state->add_position_m(1e-3 * static_cast<double>(random_() % 100));
    update.mutable_target()->add_position_m(1e-3 * static_cast<double>(random_() % 100) - 0.05);
  }
  if (sequence_number_ % kChunksPerTrial == 0) {
    for (const auto kind : {v1::TRIAL_EVENT_KIND_STOP, v1::TRIAL_EVENT_KIND_START}) {
      v1::TrialEvent* event = update.add_trial_events();
      event->set_kind(kind);
      event->set_time_ns(until_ns_);
      event->set_trial_index(static_cast<std::uint32_t>(trial_));
    }
    ++trial_;
  }
  BehaviorSample sample;
  std::vector<TrialBoundary> boundaries;
  ASSERT_FALSE(ReadBehavior(update.state(), &update.target(), 2, "state", "target", &sample));
  ASSERT_FALSE(ReadTrialEvents(update.trial_events(), until_ns_, "events", &boundaries));
  ASSERT_TRUE(session_->UpdateArm(update, sample, boundaries));
}

void RecordedSession::End() {
  session_->EndStreams(StreamEnd::kSessionEnded);
  session_->Finish(session_, "ended",
                   [this] { recorder_->SessionEnded(session_->Describe(), "ended"); });
  Drop();
}

void RecordedSession::Drop() {
  session_.reset();
  recorder_.reset();
}

Verification::Result Verify(const std::filesystem::path& folder,
                            const DecoderFactory& make_decoder) {
  Database database(folder / "efferent.db", Database::Access::kRead);
  RecordingReader reader(&database);
  Verification verification(&reader, reader.Sessions().back(), make_decoder);
  while (verification.Step()) {
  }
  return verification.result();
}

}  // namespace efferent::test
