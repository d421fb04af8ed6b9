// An attacker's day: a server with five running rigs, and everything that can be done to it from outside, attack after
// attack and then all at once, round after round. It lives, lets new clients in, moves no arm with old bins, keeps its
// memory within bounds and its counts exact. Some seconds by default, an hour with EFFERENT_SOAK;
// EFFERENT_ATTACK_MINUTES and EFFERENT_ATTACK_SEED choose (CONTRIBUTING.md).
#include <gmock/gmock.h>
#include <google/protobuf/stubs/logging.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "efferent/v1/recording.grpc.pb.h"
#include "tests/programs/attack/attack_run.h"
#include "tests/programs/attack/new_client_probe.h"
#include "tests/programs/programs.h"

namespace efferent::test {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr double kUsualMinutes = 0.4, kSoakMinutes = 60.0;
constexpr std::uint64_t kUsualSeed = 20261130;
// A slice of a round for each attack.
constexpr double kShortestSliceS = 0.5, kLongestSliceS = 10.0;
// For a busy machine; on an idle one it is a fraction of a second.
constexpr double kDeafAfterS = 30.0, kSilentAfterS = 20.0;
// Bytes: of the sessions (TargetServer::kMemoryGb), of calls (512 MiB), of the program itself and what recordings wait in.
constexpr double kMostMb = 1'600.0;

double Minutes() {
  if (const char* text = std::getenv("EFFERENT_ATTACK_MINUTES")) return std::atof(text);
  return std::getenv("EFFERENT_SOAK") ? kSoakMinutes : kUsualMinutes;
}

std::uint64_t Seed() {
  const char* text = std::getenv("EFFERENT_ATTACK_SEED");
  return text ? std::strtoull(text, nullptr, 10) : kUsualSeed;
}

v1::SessionConfig RigConfig(int number) {
  v1::SessionConfig config;
  config.set_num_channels(16);
  config.set_bin_width_ns(number % 2 == 0 ? 20'000'000 : 10'000'000);
  switch (number % 3) {
    case 0:
      config.mutable_decoder()->mutable_snn()->set_num_neurons(16);
      break;
    case 1:
      config.mutable_decoder()->mutable_refit_kalman();
      break;
    default:
      config.mutable_decoder()->mutable_rls();
  }
  return config;
}

struct Row {
  std::string name;
  std::map<std::string, std::uint64_t> answers;
  double new_client_s = 0.0, gap_s = 0.0, oldest_s = 0.0;
  double before_mb = 0.0, peak_mb = 0.0, after_mb = 0.0;
  std::uint64_t num_decoded = 0, num_stale = 0, log_bytes = 0;
  bool stalls = false;
};

void Merge(const Row& row, std::vector<Row>* table) {
  const auto known = std::find_if(table->begin(), table->end(),
                                  [&](const Row& other) { return other.name == row.name; });
  if (known == table->end()) return table->push_back(row);
  for (const auto& [answer, times] : row.answers) known->answers[answer] += times;
  known->new_client_s = std::max(known->new_client_s, row.new_client_s);
  known->gap_s = std::max(known->gap_s, row.gap_s);
  known->oldest_s = std::max(known->oldest_s, row.oldest_s);
  known->peak_mb = std::max(known->peak_mb, row.peak_mb);
  known->after_mb = row.after_mb;
  known->num_decoded += row.num_decoded;
  known->num_stale += row.num_stale;
  known->log_bytes += row.log_bytes;
}

void Print(const std::vector<Row>& table) {
  std::printf("%-28s %9s %8s %8s %8s %7s %6s %17s %7s  %s\n", "attack", "calls", "new", "longest",
              "oldest", "decoded", "stale", "resident MB", "log kB", "answers");
  for (const Row& row : table) {
    std::uint64_t num_calls = 0;
    std::string answers;
    for (const auto& [answer, times] : row.answers) {
      num_calls += times;
      answers += answer + " " + std::to_string(times) + ", ";
    }
    if (!answers.empty()) answers.resize(answers.size() - 2);
    std::printf("%-28s %9lu %6.2f s %6.2f s %6.2f s %7lu %6lu %5.0f %5.0f %5.0f %7.0f  %s\n",
                row.name.c_str(), num_calls, row.new_client_s, row.gap_s, row.oldest_s,
                row.num_decoded, row.num_stale, row.before_mb, row.peak_mb, row.after_mb,
                1e-3 * static_cast<double>(row.log_bytes), answers.c_str());
  }
  std::printf(
      "new: longest until a new client had a session; longest: between two DECODED of a rig; "
      "oldest: bin "
      "that moved an arm; resident: before, most, after\n");
}

class AttackersDay : public testing::Test {
 protected:
  AttackersDay() {
    google::protobuf::SetLogHandler(nullptr);  // of text that is not UTF-8, which is what we send
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    for (int i = 0; i < 5; ++i) {
      rigs_.push_back(std::make_unique<Rig>(server_.address(), "rig" + std::to_string(i),
                                            RigConfig(i), 1u + static_cast<unsigned>(i)));
    }
  }

  Row Run(const Attack& attack, double length_s) {
    Row row;
    row.name = attack.name;
    row.stalls = attack.stalls;
    probe_.TakeWorst();
    for (const auto& rig : rigs_) rig->TakeArmLog();
    row.before_mb = server_.ResidentMb();
    server_.TakePeakMb();
    const std::uint64_t log_before = server_.log_bytes();
    AttackRun run({&server_, &rigs_}, std::chrono::milliseconds(static_cast<int>(1e3 * length_s)),
                  Seed() + ++num_runs_);
    attack.run(&run);
    row.answers = run.answers();
    for (const std::string& failure : run.failures())
      ADD_FAILURE() << attack.name << ": " << failure;
    CleanUp();
    EXPECT_TRUE(IsOpenAndDecodes()) << attack.name << ", and then nobody new gets in ("
                                    << probe_.last_refusal() << "), or an arm gets nothing";
    row.new_client_s = probe_.TakeWorst();
    row.peak_mb = server_.TakePeakMb();
    row.after_mb = server_.ResidentMb();
    row.log_bytes = server_.log_bytes() - log_before;
    // A command that the server has decided on when it is stopped goes out when it goes on, one for each time.
    const auto stopped = row.answers.find(kServerStalls);
    const std::uint64_t num_on_their_way = stopped == row.answers.end() ? 0 : stopped->second;
    for (const auto& rig : rigs_) {
      const ArmLog log = rig->TakeArmLog();
      row.num_decoded += log.decoded;
      row.num_stale += log.stale;
      row.oldest_s = std::max(row.oldest_s, log.oldest_s);
      row.gap_s = std::max(row.gap_s, log.longest_gap_s);
      EXPECT_EQ(rig->how_it_ended(), "") << attack.name;
      EXPECT_LT(log.longest_gap_s, kSilentAfterS) << rig->id() << ", " << attack.name;
      EXPECT_LE(log.stale, num_on_their_way)
          << rig->id() << ", " << attack.name << ": up to " << log.oldest_s << " s old";
    }
    std::printf("%-28s after %4.0f s\n", attack.name.c_str(),
                Seconds(std::chrono::steady_clock::now() - began_).count());
    std::fflush(stdout);
    EXPECT_LT(row.new_client_s, kDeafAfterS)
        << attack.name << ": nobody new gets in: " << probe_.last_refusal();
    if (!ProgramsAreSanitized()) {
      EXPECT_LT(row.peak_mb, kMostMb) << attack.name;
    }
    return row;
  }

  /// What attackers left is not for the next.
  void CleanUp() {
    Clients clients(server_.address());
    for (const v1::Session& session : clients.List()) {
      if (!session.session_id().starts_with("rig") && session.session_id() != "probe") {
        clients.End(session.session_id());
      }
    }
  }

  /// Another new client gets in from now on, and every arm gets another command.
  bool IsOpenAndDecodes() const {
    const std::uint64_t num_successes = probe_.num_successes();
    std::vector<std::uint64_t> num_decoded;
    for (const auto& rig : rigs_) num_decoded.push_back(rig->num_decoded());
    return Eventually([&] {
      bool all = probe_.num_successes() > num_successes;
      for (std::size_t i = 0; i < rigs_.size(); ++i) {
        all =
            all && (rigs_[i]->num_decoded() > num_decoded[i] || !rigs_[i]->how_it_ended().empty());
      }
      return all;
    });
  }

  bool CanGoOn() const { return server_.IsRunning() && !HasFailure(); }

  void ExpectExactBooks(Rig* rig) {
    const SentChunks sent = rig->Finish();
    Clients clients(server_.address());
    const v1::Session session = clients.Get(rig->id()).value();
    const v1::SessionStatistics& counts = session.statistics();
    EXPECT_EQ(session.applied_sequence_number(), sent.numbers) << rig->id();
    EXPECT_EQ(counts.missing_chunk_count(), sent.omitted + sent.late) << rig->id();
    EXPECT_EQ(counts.late_chunk_count(), sent.late) << rig->id();
    EXPECT_EQ(counts.duplicate_chunk_count(), sent.duplicates) << rig->id();
    // A bin a chunk.
    EXPECT_EQ(counts.decoded_bin_count() + counts.missing_chunk_count(), sent.numbers) << rig->id();
    EXPECT_EQ(counts.missed_bin_count(), counts.missing_chunk_count()) << rig->id();
    EXPECT_EQ(counts.fault_count(), 0u) << rig->id();
    ASSERT_TRUE(clients.End(rig->id()).ok());

    const auto stub = v1::RecordingService::NewStub(clients.channel());
    v1::Recording recording;
    EXPECT_TRUE(Eventually([&] {
      grpc::ClientContext context;
      v1::GetRecordingRequest request;
      request.set_name(rig->id());
      v1::GetRecordingResponse response;
      if (!stub->GetRecording(&context, request, &response).ok()) return false;
      recording = response.recording();
      return !recording.is_running() && recording.has_end_time_unix_ns();
    }));
    const v1::SessionStatistics& recorded = recording.statistics();
    EXPECT_TRUE(recording.is_whole()) << rig->id();
    EXPECT_EQ(recording.lost_record_count(), 0u) << rig->id();
    EXPECT_EQ(recording.applied_sequence_number(), sent.numbers) << rig->id();
    EXPECT_EQ(recorded.decoded_bin_count(), counts.decoded_bin_count()) << rig->id();
    EXPECT_EQ(recorded.missing_chunk_count(), counts.missing_chunk_count()) << rig->id();
    EXPECT_EQ(recorded.late_chunk_count(), counts.late_chunk_count()) << rig->id();
    EXPECT_EQ(recorded.duplicate_chunk_count(), counts.duplicate_chunk_count()) << rig->id();

    const Outcome verified = RunProgram(ProgramDir() / "efferent", {"replay", rig->id(), "--verify",
                                                                    "--server", server_.address()});
    EXPECT_EQ(verified.exit_status, 0) << verified.output;
    std::printf("%s: %lu sent = %lu applied + %lu late + %lu twice, %lu missing; %s",
                rig->id().c_str(), sent.numbers - sent.omitted + sent.duplicates,
                counts.decoded_bin_count(), sent.late, sent.duplicates,
                counts.missing_chunk_count(), verified.output.c_str());
  }

  TargetServer server_;
  std::vector<std::unique_ptr<Rig>> rigs_;
  NewClientProbe probe_{server_.address()};
  std::uint64_t num_runs_ = 0;
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

std::vector<Attack> AllAttacks() {
  std::vector<Attack> attacks;
  for (auto make : {AttacksOnCalls, AttacksOnConnections, AttacksOnSessions, AttacksOnFiles,
                    AttacksOnProcess}) {
    for (Attack& attack : make()) attacks.push_back(std::move(attack));
  }
  return attacks;
}

/// But for stalls, which would excuse silence.
Attack AllAtOnce(const std::vector<Attack>& attacks) {
  return {"all at once", [attacks](AttackRun* run) {
            std::vector<std::thread> threads;
            for (const Attack& attack : attacks) {
              if (!attack.stalls) threads.emplace_back([&attack, run] { attack.run(run); });
            }
            for (std::thread& thread : threads) thread.join();
          }};
}

TEST_F(AttackersDay, LeavesTheServerAliveOpenBoundedAndExact) {
  const std::vector<Attack> attacks_on_calls = AttacksOnCalls();
  std::vector<Attack> attacks = AllAttacks();
  const Attack all = AllAtOnce(attacks);
  const double total_s = 60.0 * Minutes();
  const double slice_s = std::clamp(total_s / static_cast<double>(attacks.size() + 2),
                                    kShortestSliceS, kLongestSliceS);
  const auto end = std::chrono::steady_clock::now() + Seconds(total_s);
  Random random(Seed());
  std::vector<Row> table;
  do {
    std::shuffle(attacks.begin(), attacks.end(), random);
    for (const Attack& attack : attacks) {
      if (CanGoOn()) Merge(Run(attack, slice_s), &table);
    }
    if (CanGoOn()) Merge(Run(all, 2.0 * slice_s), &table);
  } while (CanGoOn() && std::chrono::steady_clock::now() < end);
  Print(table);
  ASSERT_TRUE(server_.IsRunning()) << server_.TailOfLog();
  for (const auto& rig : rigs_) ExpectExactBooks(rig.get());

  // It ends in good order while it is attacked.
  AttackRun last({&server_, &rigs_}, std::chrono::seconds(3), Seed());
  std::thread attacker([&] { attacks_on_calls.front().run(&last); });
  last.Pause(std::chrono::seconds(1));
  const auto asked_at = std::chrono::steady_clock::now();
  EXPECT_EQ(server_.End(), 0) << server_.TailOfLog();
  std::printf("ended within %.1f s\n",
              Seconds(std::chrono::steady_clock::now() - asked_at).count());
  attacker.join();
}

}  // namespace
}  // namespace efferent::test
