// kill -9 at any moment: what was acknowledged is recorded but for the last batch, the session goes on, and
// nothing is lost or applied twice end to end. EFFERENT_KILLS sets how often (CONTRIBUTING.md).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "files/packing.h"
#include "server/journal/records.h"
#include "server/storage/recordings.h"
#include "tests/programs/programs.h"
#include "tests/programs/running_program.h"
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

using Clock = std::chrono::steady_clock;

// What a killed server may lose of what it has acknowledged (server.batch_interval_s, and the writing of a
// batch), on a disk that does not stand still.
constexpr auto kWindow = std::chrono::milliseconds(200);

int NumKills(int usual) {
  const char* text = std::getenv("EFFERENT_KILLS");
  return text ? std::atoi(text) : usual;
}

/// Finds out how long the disk under a folder stands still, by writing to it as a recorder does.
class DiskProbe {
 public:
  explicit DiskProbe(const std::string& folder)
      : file_(::open((folder + "/probe").c_str(), O_CREAT | O_WRONLY, 0600)),
        thread_([this] { Run(); }) {}
  ~DiskProbe() {
    stopping_ = true;
    thread_.join();
    ::close(file_);
  }
  /// The longest that it has, so far.
  Clock::duration longest() const { return longest_; }

 private:
  void Run() {
    while (!stopping_) {
      const auto start = Clock::now();
      EXPECT_EQ(::pwrite(file_, "x", 1, 0), 1);
      ::fdatasync(file_);
      longest_ = std::max(longest_.load(), Clock::now() - start);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }

  int file_;
  std::atomic<bool> stopping_ = false;
  std::atomic<Clock::duration> longest_ = Clock::duration::zero();
  std::thread thread_;
};

/// Chunk number `n`: its spikes tell it from all others.
v1::AcquisitionChunk NumberedBin(std::uint64_t n) {
  v1::AcquisitionChunk chunk = OneBin(n);
  std::mt19937_64 random(n);
  for (int i = 0; i < 5; ++i) {
    chunk.mutable_spike_events()->add_channel(static_cast<std::uint32_t>(random() % kChannels));
    chunk.mutable_spike_events()->add_time_ns(static_cast<std::int64_t>(n) * kWidth - 1 -
                                              static_cast<std::int64_t>(random() % kWidth));
  }
  return chunk;
}

/// A source that sends as fast as it is acknowledged, and goes on from where its session stands.
class Source {
 public:
  explicit Source(std::string id) : id_(std::move(id)) {}

  const std::string& id() const { return id_; }

  /// Until the server is gone, or `stop_after` chunks are acknowledged.
  void Run(const std::string& address, std::uint64_t stop_after) {
    // Which may be gone before it is reached.
    const auto stub = v1::AcquisitionService::NewStub(
        grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
    AcquisitionCall call(
        [&](grpc::ClientContext* context) { return stub->StreamAcquisition(context); });
    v1::StreamAcquisitionRequest request;
    request.mutable_open()->set_session_id(id_);
    request.mutable_open()->set_num_channels(kChannels);
    if (!call.Write(request)) return;
    const auto opened = call.Read();
    if (!opened || !opened->has_opened()) return;
    went_on_from_ = opened->opened().applied_sequence_number();
    std::uint64_t sent = went_on_from_;
    acknowledged_.clear();
    while (true) {
      for (; sent < acknowledged() + 16; ++sent) {
        *request.mutable_chunk() = NumberedBin(sent + 1);
        if (!call.Write(request)) return;
      }
      const auto response = call.Read();
      if (!response) return;
      const v1::AcquisitionAck& ack = response->ack();
      acknowledged_.push_back({ack.applied_sequence_number(), Clock::now()});
      while (acknowledged_.size() > 1 && acknowledged_[1].at < Clock::now() - 2 * kWindow) {
        acknowledged_.pop_front();
      }
      durable_ = ack.durable_sequence_number();
      if (ack.applied_sequence_number() >= stop_after) return;
    }
  }

  std::uint64_t went_on_from() const { return went_on_from_; }
  /// Highest that was acknowledged, by this server.
  std::uint64_t acknowledged() const {
    return acknowledged_.empty() ? went_on_from_ : acknowledged_.back().number;
  }
  std::uint64_t durable() const { return durable_; }
  /// When the first chunk after `recorded` was acknowledged; nothing if none was. Of long ago the latest.
  std::optional<Clock::time_point> WhenLost(std::uint64_t recorded) const {
    for (const auto& ack : acknowledged_) {
      if (ack.number > recorded) return ack.at;
    }
    return std::nullopt;
  }

 private:
  struct Ack {
    std::uint64_t number;
    Clock::time_point at;
  };
  std::string id_;
  std::uint64_t went_on_from_ = 0;
  std::uint64_t durable_ = 0;
  std::deque<Ack> acknowledged_;
};

/// Every chunk that was applied to a session, in order, is the one that was sent under its number.
void ExpectEveryChunkOnceInTheRecord(RecordingReader* reader, const std::string& id,
                                     std::uint64_t count) {
  const auto session = reader->FindSession(id);
  ASSERT_TRUE(session);
  std::uint64_t next = 1, next_piece = 1;
  while (const auto piece = reader->FindPiece(session->row, next_piece)) {
    ASSERT_EQ(piece->number, next_piece);
    next_piece = piece->number + 1;
    const std::string bytes = Unpack(piece->bytes, piece->size);
    RecordCursor cursor(bytes);
    while (const auto record = cursor.Next()) {
      const auto* applied = std::get_if<AppliedChunk>(&record->what);
      if (!applied || applied->record.ignored) continue;
      ASSERT_EQ(applied->chunk.sequence_number, next);
      const v1::AcquisitionChunk sent = NumberedBin(next++);
      ASSERT_EQ(applied->chunk.spikes.size(),
                static_cast<std::size_t>(sent.spike_events().time_ns_size()));
      for (int i = 0; i < sent.spike_events().time_ns_size(); ++i) {
        const Spike& spike = applied->chunk.spikes[static_cast<std::size_t>(i)];
        ASSERT_EQ(spike.time_ns, sent.spike_events().time_ns(i));
        ASSERT_EQ(spike.channel, sent.spike_events().channel(i));
      }
    }
  }
  EXPECT_EQ(next - 1, count);
}

class KilledRecorder : public testing::TestWithParam<std::string> {
 protected:
  KilledRecorder() : folder_(ScratchFile()) {
    std::filesystem::remove(folder_);
    for (const char* id : {"a", "b", "c"}) sources_.emplace_back(id);
  }
  ~KilledRecorder() override { std::filesystem::remove_all(folder_); }

  bool IsFull() const { return GetParam() == "full"; }
  std::unique_ptr<RunningServer> Start() {
    return std::make_unique<RunningServer>(
        "127.0.0.1:0", std::vector<std::string>{"--data-dir", folder_, "--durability", GetParam()});
  }
  void RunUntil(const std::string& address, std::uint64_t stop_after,
                const std::function<void()>& meanwhile) {
    std::vector<std::thread> threads;
    for (Source& source : sources_) {
      threads.emplace_back([&source, &address, stop_after] { source.Run(address, stop_after); });
    }
    meanwhile();
    for (std::thread& thread : threads) thread.join();
  }

  std::string folder_;
  std::vector<Source> sources_;
};

TEST_P(KilledRecorder, LosesNothingThatWasAcknowledgedBeforeTheLastBatch) {
  constexpr std::uint64_t kForEver = 1'000'000'000;
  std::mt19937 random(11);
  const int num_kills = NumKills(8);
  std::vector<double> lost_ms;
  for (int kill = 0; kill < num_kills; ++kill) {
    const auto server = Start();
    if (kill == 0) {
      Clients clients(server->address());
      for (const Source& source : sources_) {
        ASSERT_TRUE(clients.Create(source.id(), SmallConfig()).ok());
      }
    }
    Clock::time_point killed_at;
    Clock::duration window = kWindow;
    const DiskProbe disk(folder_);
    RunUntil(server->address(), kForEver, [&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(50 + random() % 350));
      killed_at = Clock::now();
      server->Kill();
      window += disk.longest();
    });
    Database database(std::filesystem::path(folder_) / "efferent.db");
    EXPECT_EQ(Statement(database.handle(),
                        "SELECT count(*) FROM pragma_integrity_check WHERE "
                        "integrity_check = 'ok'")
                  .RunForInteger(),
              1);
    for (const Source& source : sources_) {
      const auto session = RecordingReader(&database).FindSession(source.id());
      ASSERT_TRUE(session);
      const std::uint64_t recorded = session->last_sequence_number;
      EXPECT_GE(recorded, source.durable()) << "what it had said is recorded";
      const auto lost_since = source.WhenLost(recorded).value_or(killed_at);
      EXPECT_GE(lost_since, killed_at - window) << "kill " << kill << ", session " << source.id();
      lost_ms.push_back(
          std::max(0.0, std::chrono::duration<double, std::milli>(killed_at - lost_since).count()));
      if (IsFull()) {
        EXPECT_GE(recorded, source.acknowledged()) << "kill " << kill;
      }
    }
  }
  std::sort(lost_ms.begin(), lost_ms.end());
  std::printf("not recorded, of what was acknowledged: the last %.0f ms (median), %.0f at most\n",
              lost_ms[lost_ms.size() / 2], lost_ms.back());
  // In the end every source is acknowledged as much, and all is there, once.
  const auto server = Start();
  Clients clients(server->address());
  std::uint64_t stop_after = 0;
  for (const Source& source : sources_) {
    stop_after = std::max(stop_after, clients.Get(source.id())->applied_sequence_number() + 50);
  }
  RunUntil(server->address(), stop_after, [] {});
  for (const Source& source : sources_) {
    const auto session = clients.Get(source.id());
    ASSERT_TRUE(session);
    EXPECT_EQ(session->statistics().decoded_bin_count(), session->applied_sequence_number());
    EXPECT_EQ(session->statistics().missing_chunk_count(), 0u);
    EXPECT_EQ(session->statistics().duplicate_chunk_count(), 0u);
    EXPECT_TRUE(clients.End(source.id()).ok());
  }
  EXPECT_EQ(server->End(), 0);
  Database database(std::filesystem::path(folder_) / "efferent.db");
  RecordingReader reader(&database);
  for (const Source& source : sources_) {
    ExpectEveryChunkOnceInTheRecord(&reader, source.id(),
                                    reader.FindSession(source.id())->last_sequence_number);
  }
  for (const Source& source : sources_) {
    const auto again = Start();
    const Outcome outcome =
        RunProgram(ProgramDir() / "efferent",
                   {"replay", source.id(), "--verify", "--server", again->address()});
    EXPECT_EQ(outcome.exit_status, 0) << outcome.output;
    EXPECT_NE(outcome.output.find("equal, bit for bit"), std::string::npos) << outcome.output;
    if (&source == &sources_.front()) std::printf("%s", outcome.output.c_str());
  }
}

INSTANTIATE_TEST_SUITE_P(Durability, KilledRecorder, testing::Values("batch", "full"),
                         [](const auto& durability) { return durability.param; });

}  // namespace
}  // namespace efferent::test
