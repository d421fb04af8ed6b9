#include "clients/load/load_run.h"

#include <spdlog/fmt/fmt.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <utility>

#include "clients/session/decoder_name.h"
#include "clients/session/errors.h"
#include "clients/session/monotonic_clock.h"
#include "clients/session/session_config_file.h"

namespace efferent::load {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kConnectTimeout{10};
constexpr std::chrono::seconds kDrainTimeout{5};
constexpr std::chrono::milliseconds kShowInterval{100};
// From the last session's attachment to the first bin.
constexpr std::int64_t kHeadStartNs = 100'000'000;

v1::SessionConfig MakeConfig(const LoadOptions& options) {
  v1::SessionConfig config;
  if (!options.session_config_file.empty()) config = ReadSessionConfig(options.session_config_file);
  if (config.subject_code().empty()) config.set_subject_code("load");
  config.set_num_channels(static_cast<std::uint32_t>(options.num_channels));
  config.set_bin_width_ns(options.bin_width_ns());
  config.set_num_dimensions(2);
  ChooseDecoder(options.decoder, config.mutable_decoder());
  config.mutable_learning()->set_enabled(options.learning);
  config.mutable_timing()->set_real_time(options.real_time);
  if (options.deadline_ms) config.mutable_timing()->set_deadline_ns(options.deadline_ns());
  return config;
}

void AddLost(const v1::AcquisitionAck& ack, v1::AcquisitionAck* sum) {
  sum->set_late_event_count(sum->late_event_count() + ack.late_event_count());
  sum->set_missing_chunk_count(sum->missing_chunk_count() + ack.missing_chunk_count());
  sum->set_missed_bin_count(sum->missed_bin_count() + ack.missed_bin_count());
  sum->set_duplicate_chunk_count(sum->duplicate_chunk_count() + ack.duplicate_chunk_count());
  sum->set_late_chunk_count(sum->late_chunk_count() + ack.late_chunk_count());
}

void AddStatistics(const v1::SessionStatistics& one, v1::SessionStatistics* sum) {
  sum->set_decoded_bin_count(sum->decoded_bin_count() + one.decoded_bin_count());
  sum->set_learned_bin_count(sum->learned_bin_count() + one.learned_bin_count());
  sum->set_skipped_learning_count(sum->skipped_learning_count() + one.skipped_learning_count());
  sum->set_missed_deadline_count(sum->missed_deadline_count() + one.missed_deadline_count());
}

/// Tells a session again and again that a bin is due.
class BinTimer {
 public:
  BinTimer(boost::asio::io_context& io, LoadSession* session) : timer_(io), session_(session) {
    WaitForBin();
  }

 private:
  void WaitForBin() {
    timer_.expires_at(Clock::time_point(std::chrono::nanoseconds(session_->next_due_ns())));
    timer_.async_wait([this](const boost::system::error_code& cancelled) {
      if (cancelled) return;
      session_->BinIsDue();
      WaitForBin();
    });
  }

  boost::asio::steady_timer timer_;
  LoadSession* session_;
};

}  // namespace

LoadRun::LoadRun(const LoadOptions& options, const StopFlag& stop)
    : options_(options),
      connection_(options.address),
      client_(connection_),
      loop_(std::make_shared<ReachLoop>(
          ReachLoopParams{options.num_channels, options.bin_width_ns(), 1.0, options.seed})),
      tally_(options.deadline_ns()) {
  connection_.WaitUntilReady(kConnectTimeout, stop);
  const v1::SessionConfig config = MakeConfig(options);
  v1::SessionConfig flood = config;
  flood.mutable_timing()->set_real_time(false);  // Nobody promised it anything.
  // The process's id, so that two loads can run side by side.
  const std::string prefix = fmt::format("{}-{}", options.session_prefix, getpid());
  for (int i = 0; i < options.num_sessions && !stop.requested(); ++i) {
    if (!Admit(fmt::format("{}-{}", prefix, i), config, Pace::kRealTime, &paced_)) break;
  }
  for (int i = 0; i < options.num_flooding && !stop.requested(); ++i) {
    if (!Admit(fmt::format("{}-flood-{}", prefix, i), flood, Pace::kFlood, &flooding_)) break;
  }
}

bool LoadRun::Admit(const std::string& id, const v1::SessionConfig& config, enum Pace pace,
                    Sessions* sessions) {
  try {
    sessions->push_back(std::make_unique<LoadSession>(&client_, &thread_, options_.address, id,
                                                      config, pace, loop_, &tally_));
  } catch (const RpcError& e) {
    if (e.code() != grpc::StatusCode::RESOURCE_EXHAUSTED) throw;
    refusal_ = e.what();
    return false;
  }
  sessions->back()->Attach();
  return true;
}

LoadResult LoadRun::Run(StopFlag* stop,
                        const std::function<void(double, const LoadCounts&)>& show) {
  LoadResult result;
  result.num_sessions = num_sessions();
  result.refusal = refusal_;
  const v1::ServerLoad before = client_.List().load();
  const auto start = Clock::now();
  result.duration_s = PaceAll(stop, show);
  const v1::ServerLoad after = client_.List().load();
  const std::chrono::duration<double> elapsed = Clock::now() - start;
  // A server that says nothing of it has used none.
  if (before.processor_time_ns() > 0 && after.processor_time_ns() > 0) {
    const auto used_ns = after.processor_time_ns() - before.processor_time_ns();
    result.server_processors = 1e-9 * static_cast<double>(used_ns) / elapsed.count();
    result.resident_bytes = after.resident_bytes();
  }
  Gather(&result);
  return result;
}

double LoadRun::PaceAll(StopFlag* stop,
                        const std::function<void(double, const LoadCounts&)>& show) {
  boost::asio::io_context io;
  // The clocks agree: steady_clock is CLOCK_MONOTONIC.
  const std::int64_t start_ns = MonotonicNs() + kHeadStartNs;
  const auto start = Clock::time_point(std::chrono::nanoseconds(start_ns));
  const std::int64_t width_ns = options_.bin_width_ns();
  std::vector<std::unique_ptr<BinTimer>> timers;
  for (std::size_t i = 0; i < paced_.size(); ++i) {
    // Rigs know nothing of one another: their bins end evenly spread.
    const auto share = static_cast<double>(i + 1) / static_cast<double>(paced_.size());
    paced_[i]->BeginAt(start_ns + static_cast<std::int64_t>(share * static_cast<double>(width_ns)));
    timers.push_back(std::make_unique<BinTimer>(io, paced_[i].get()));
  }
  for (const auto& session : flooding_) session->BeginAt(start_ns);

  const auto elapsed_s = [start] {
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  boost::asio::steady_timer end(io,
                                start + std::chrono::duration_cast<Clock::duration>(
                                            std::chrono::duration<double>(options_.duration_s)));
  end.async_wait([&io](const boost::system::error_code&) { io.stop(); });
  boost::asio::steady_timer show_timer(io);
  const std::function<void()> show_and_wait = [&] {
    show(elapsed_s(), tally_.counts());
    const auto ended = [](const auto& session) { return session->ended(); };
    if (std::all_of(paced_.begin(), paced_.end(), ended)) return io.stop();
    show_timer.expires_after(kShowInterval);
    show_timer.async_wait([&](const boost::system::error_code&) { show_and_wait(); });
  };
  show_and_wait();
  const StopFlag::Callback on_stop(*stop, [&io] { io.stop(); });
  io.run();
  return elapsed_s();
}

void LoadRun::Gather(LoadResult* result) {
  for (const Sessions* sessions : {&flooding_, &paced_}) {
    for (const auto& session : *sessions) session->Close();
  }
  const auto deadline = Clock::now() + kDrainTimeout;
  for (const auto& session : paced_) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (const auto failure = session->AwaitEnd(std::max(left, std::chrono::milliseconds(0)))) {
      result->failures.push_back(*failure);
    }
  }
  result->counts = tally_.counts();
  for (const auto& session : paced_) {
    AddLost(session->last_ack(), &result->lost);
    if (const auto ended = session->End()) {
      AddStatistics(ended->statistics(), &result->statistics);
    }
  }
  paced_.clear();
  flooding_.clear();
}

}  // namespace efferent::load
