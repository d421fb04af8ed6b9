// Sessions that send all they can, and clients that send nonsense, beside one in real time. Machines
// differ and are busy: what is asserted is that the one in real time lost nothing and was late rarely;
// its latencies are printed.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <map>
#include <thread>

#include "clients/report/result_row.h"
#include "tests/programs/programs.h"
#include "tests/programs/running_program.h"
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

constexpr int kNumFlooding = 10;

class Flood : public testing::Test {
 protected:
  using Figures = std::map<std::string, double>;

  /// One rig at 50 Hz for 3 s.
  Figures RunVictim(const char* what) {
    const std::string json = ScratchFile();
    std::vector<std::string> arguments = {
        "load", "--server", server_.address(), "--sessions", "1", "--seconds", "3", "--json", json};
    const Outcome outcome = RunProgram(ProgramDir() / "efferent", arguments);
    EXPECT_EQ(outcome.exit_status, 0) << outcome.output;
    Figures figures;
    if (std::filesystem::file_size(json) > 0) {
      for (const ResultRow& row : ReadResultRows(json)) figures[row.metric] = row.value;
    }
    std::filesystem::remove(json);
    std::printf(
        "%-18s p50 %6.0f us, p99 %6.0f us (%6.0f us of it before it was sent), %.1f %% of %.0f "
        "deadlines missed\n",
        what, figures["p50_us"], figures["p99_us"], figures["lag_p99_us"],
        100.0 * figures["missed_deadline_share"], figures["bins_due"]);
    return figures;
  }
  void ExpectUnharmed(const Figures& figures) {
    EXPECT_GE(figures.at("bins_due"), 100);
    EXPECT_EQ(figures.at("bins_answered"), figures.at("bins_due"));
    EXPECT_EQ(figures.at("decoded_bins"), figures.at("bins_due"));
    for (const char* lost :
         {"missing_chunks", "duplicate_chunks", "late_chunks", "late_events", "missed_bins"}) {
      EXPECT_EQ(figures.at(lost), 0) << lost;
    }
    if (!ProgramsAreSanitized()) {
      EXPECT_LT(figures.at("missed_deadline_share"), 0.2);
    }
  }

  /// Runs `flood` until the victim is done, each on a connection of its own.
  template <class FloodOnce>
  Figures RunVictimBeside(const char* what, FloodOnce flood) {
    std::atomic<bool> over = false;
    std::vector<std::thread> threads;
    for (int i = 0; i < kNumFlooding; ++i) {
      threads.emplace_back([&, id = std::string("flood").append(std::to_string(i))] {
        Clients clients(server_.address());
        EXPECT_TRUE(clients.Create(id, SmallConfig()).ok());
        while (!over) flood(&clients, id, over);
      });
    }
    const Figures figures = RunVictim(what);
    over = true;
    for (std::thread& thread : threads) thread.join();
    return figures;
  }

  RunningServer server_;
};

TEST_F(Flood, OfTinyChunksCostsTheOneInRealTimeNothing) {
  RunVictim("alone");
  // In a process of its own, whose threads would else hold up the victim before the server does.
  RunningProgram flood("efferent", {"load", "--server", server_.address(), "--sessions", "1",
                                    "--flood", std::to_string(kNumFlooding), "--seconds", "3600"});
  Clients clients(server_.address());
  const auto num_flooding = [&] {
    const auto sessions = clients.List();
    return std::count_if(sessions.begin(), sessions.end(), [](const v1::Session& session) {
      return session.session_id().find("-flood-") != std::string::npos &&
             session.statistics().decoded_bin_count() > 100;
    });
  };
  ASSERT_TRUE(Eventually([&] { return num_flooding() == kNumFlooding; })) << flood.output();
  ExpectUnharmed(RunVictim("ten flood, tiny"));
  EXPECT_EQ(num_flooding(), kNumFlooding) << "until the end";
  EXPECT_EQ(flood.End(), kEndedBySigterm) << flood.output();
}

TEST_F(Flood, OfChunksAsLongAsTheyMayBeCostsTheOneInRealTimeNothing) {
  constexpr int kUnderWay = 16;
  const auto figures = RunVictimBeside(
      "ten flood, 64 bins", [](Clients* clients, const std::string& id, const auto& over) {
        auto call = clients->Acquire(id, /*return_commands=*/true);
        v1::StreamAcquisitionRequest request;
        v1::AcquisitionChunk* chunk = request.mutable_chunk();
        for (std::uint64_t n = 1; !over;) {
          for (int i = 0; i < kUnderWay; ++i, ++n) {
            chunk->set_sequence_number(n);
            chunk->set_complete_until_ns(static_cast<std::int64_t>(n) * 64 * kWidth);
            chunk->mutable_spike_events()->Clear();
            for (int spike = 0; spike < 200; ++spike) {
              chunk->mutable_spike_events()->add_channel(static_cast<std::uint32_t>(spike % 4));
              chunk->mutable_spike_events()->add_time_ns(chunk->complete_until_ns() - 1 - spike);
            }
            ASSERT_TRUE(call->Write(request));
          }
          for (int i = 0; i < kUnderWay; ++i) ASSERT_TRUE(call->Read());
        }
      });
  ExpectUnharmed(figures);
}

TEST_F(Flood, OfNonsenseWithReconnectionsCostsTheOneInRealTimeNothing) {
  std::atomic<int> num_refused = 0;
  const auto figures = RunVictimBeside(
      "ten send nonsense", [&](Clients* clients, const std::string& id, const auto&) {
        auto call = clients->Acquire(id);
        EXPECT_FALSE(Send(call.get(), OneBin(0)));
        EXPECT_EQ(call->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
        ++num_refused;
      });
  ExpectUnharmed(figures);
  EXPECT_GT(num_refused, kNumFlooding);
}

}  // namespace
}  // namespace efferent::test
