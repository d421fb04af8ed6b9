// What a server records: listed, read, decoded again, erased; and what it says when the disk takes nothing.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "efferent/v1/recording.grpc.pb.h"
#include "server/fan_out_events.h"
#include "server/storage/database.h"
#include "tests/scratch_folder.h"
#include "tests/service/service_fixture.h"
#include "tests/service/verify_recording.h"

namespace efferent::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Recording : public testing::Test {
 protected:
  Recording() { Start(); }
  ~Recording() override { Stop(); }

  void Start(DurabilityChoice durability = DurabilityChoice::kBatch) {
    RecorderParams params;
    params.data_dir = folder_.path();
    params.batch_s = 0.01;
    recorder_ = std::make_shared<Recorder>(params);
    ServerParams server = OnAFreePort();
    server.durability = durability;
    server_ =
        std::make_unique<Server>(server, v1::SessionConfig(), recorder_, MakeDecoder, recorder_);
    clients_ = std::make_unique<Clients>(server_->address());
    stub_ = v1::RecordingService::NewStub(clients_->channel());
  }
  void Stop() {
    clients_.reset();
    server_.reset();
    recorder_.reset();
  }

  /// Session `id` with so many chunks, all of them recorded.
  void Record(const std::string& id, std::uint64_t num_chunks) {
    ASSERT_TRUE(clients_->Create(id, SmallConfig()).ok());
    auto call = clients_->Acquire(id);
    for (std::uint64_t n = 1; n <= num_chunks; ++n) ASSERT_TRUE(Send(call.get(), OneBin(n)));
    ASSERT_TRUE(Eventually(
        [&] { return clients_->Get(id)->recording().durable_sequence_number() == num_chunks; }));
  }

  template <class Request, class Response>
  grpc::Status Do(grpc::Status (v1::RecordingService::Stub::*method)(grpc::ClientContext*,
                                                                     const Request&, Response*),
                  const Request& request, Response* response) {
    grpc::ClientContext context;
    return (stub_.get()->*method)(&context, request, response);
  }
  std::vector<v1::Recording> List() {
    v1::ListRecordingsResponse response;
    EXPECT_TRUE(Do(&v1::RecordingService::Stub::ListRecordings, {}, &response).ok());
    return {response.recordings().begin(), response.recordings().end()};
  }
  grpc::Status Erase(const std::string& name) {
    v1::EraseRecordingRequest request;
    request.set_name(name);
    v1::EraseRecordingResponse response;
    return Do(&v1::RecordingService::Stub::EraseRecording, request, &response);
  }
  std::vector<v1::RecordedItem> Read(const std::string& name, grpc::Status* status = nullptr) {
    grpc::ClientContext context;
    v1::ReadRecordingRequest request;
    request.set_name(name);
    const auto reader = stub_->ReadRecording(&context, request);
    std::vector<v1::RecordedItem> items;
    v1::ReadRecordingResponse response;
    while (reader->Read(&response)) {
      items.insert(items.end(), response.items().begin(), response.items().end());
    }
    const grpc::Status ended = reader->Finish();
    if (status) *status = ended;
    return items;
  }
  v1::VerificationResult Verify(const std::string& name) {
    return VerifyRecording(clients_->channel(), name);
  }

  const ScratchFolder folder_;
  std::shared_ptr<Recorder> recorder_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<Clients> clients_;
  std::unique_ptr<v1::RecordingService::Stub> stub_;
};

TEST_F(Recording, IsListedWhileTheSessionRunsAndWhenItHasEnded) {
  Record("s", 5);
  auto recordings = List();
  ASSERT_EQ(recordings.size(), 1u);
  EXPECT_EQ(recordings[0].name(), "s@1");
  EXPECT_TRUE(recordings[0].is_running());
  EXPECT_EQ(recordings[0].statistics().decoded_bin_count(), 5u);
  EXPECT_EQ(recordings[0].config().decoder().snn().num_neurons(), 8u);
  ASSERT_TRUE(clients_->End("s").ok());
  ASSERT_TRUE(Eventually([&] { return List()[0].has_end_time_unix_ns(); }));
  recordings = List();
  EXPECT_FALSE(recordings[0].is_running());
  EXPECT_EQ(recordings[0].end_reason(), "ended");
  EXPECT_EQ(recordings[0].statistics().decoded_bin_count(), 5u);
  EXPECT_EQ(recordings[0].applied_sequence_number(), 5u);
  EXPECT_TRUE(recordings[0].is_whole());
  EXPECT_GT(recordings[0].stored_bytes(), 0);
}

TEST_F(Recording, HoldsWhatWentInAndWhatCameOut) {
  ASSERT_TRUE(clients_->Create("s", SmallConfig()).ok());
  auto arm = clients_->Arm("s");
  auto update = ArmUpdateAt(0, 0.01);
  AddTrialEvent(&update, v1::TRIAL_EVENT_KIND_START, 3, "reach");
  ASSERT_TRUE(arm->Write(update));
  ASSERT_TRUE(Eventually([&] { return clients_->Get("s")->arm_attached(); }));
  auto source = clients_->Acquire("s", /*return_commands=*/true);
  std::vector<v1::Command> commands;
  for (std::uint64_t n = 1; n <= 20; ++n) {
    const auto ack = Send(source.get(), OneBin(n));
    ASSERT_TRUE(ack);
    commands.insert(commands.end(), ack->commands().begin(), ack->commands().end());
  }
  ASSERT_TRUE(clients_->SetLearning("s", false).ok());
  ASSERT_TRUE(Send(source.get(), OneBin(21)));
  ASSERT_TRUE(clients_->End("s").ok());

  // The last chunk may still be being learnt from.
  ASSERT_TRUE(Eventually([&] { return List()[0].end_reason() == "ended"; }));
  std::vector<v1::RecordedChunk> chunks;
  std::vector<v1::ArmUpdate> updates;
  int num_stops = 0;
  for (const v1::RecordedItem& item : Read("s")) {
    EXPECT_GT(item.time_unix_ns(), 1'600'000'000'000'000'000);
    if (item.has_chunk()) chunks.push_back(item.chunk());
    if (item.has_arm_update()) updates.push_back(item.arm_update());
    if (item.has_command()) num_stops += item.command().status() == v1::COMMAND_STATUS_STOPPED;
  }
  ASSERT_EQ(chunks.size(), 21u);
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const v1::RecordedChunk& chunk = chunks[i];
    EXPECT_EQ(chunk.chunk().spike_events().SerializeAsString(),
              OneBin(i + 1).spike_events().SerializeAsString());
    ASSERT_EQ(chunk.bins_size(), 1);
    EXPECT_EQ(chunk.bins(0).command().SerializeAsString(), commands[i].SerializeAsString());
    EXPECT_EQ(chunk.bins(0).behavior().arm_state().position_m(0), 0.01);
    EXPECT_EQ(chunk.bins(0).behavior().target().position_m(0), 0.08);
    EXPECT_GT(chunk.bins(0).decode_time_ns(), 0);
    EXPECT_GE(chunk.bins(0).respond_time_ns(), chunk.bins(0).decode_time_ns());
    EXPECT_TRUE(chunk.bins(0).learnt());
  }
  EXPECT_TRUE(chunks[20].bins(0).has_learning_enabled());
  EXPECT_FALSE(chunks[20].bins(0).learning_enabled());
  EXPECT_TRUE(chunks[20].bins(0).has_learnt());
  EXPECT_FALSE(chunks[20].bins(0).learnt());
  ASSERT_EQ(updates.size(), 1u);
  EXPECT_EQ(updates[0].trial_events(0).condition(), "reach");
  EXPECT_GE(num_stops, 1) << "the end stops the arm";
  EXPECT_TRUE(Verify("s").is_equal());
}

// Labels from kinematics: one bin in three has none, one in seven cannot be meant, and learning is off for a while.
TEST_F(Recording, SaysOfEachBinWhetherItWasLearntFrom) {
  v1::SessionConfig config = SmallConfig();
  config.mutable_learning()->set_label_source(v1::LABEL_SOURCE_KINEMATICS);
  config.mutable_learning()->mutable_guard()->set_max_label_speed_m_s(1.0);
  ASSERT_TRUE(clients_->Create("s", config).ok());
  auto source = clients_->Acquire("s");
  constexpr std::uint64_t kBins = 120;
  std::uint64_t num_labelled = 0;
  for (std::uint64_t n = 1; n <= kBins; ++n) {
    if (n == 50 || n == 80) {
      ASSERT_TRUE(clients_->SetLearning("s", n == 80).ok());
    }
    v1::AcquisitionChunk chunk = OneBin(n);
    if (n % 3 != 0) {
      v1::ArmState* arm = chunk.add_behavior()->mutable_arm_state();
      arm->set_time_ns(static_cast<std::int64_t>(n - 1) * kWidth);
      arm->set_engaged(true);
      for (int axis = 0; axis < 2; ++axis) {
        arm->add_position_m(0.0);
        arm->add_velocity_m_s(n % 7 == 0 ? 50.0 : 0.1);
      }
      if (n % 7 != 0 && (n < 50 || n >= 80)) ++num_labelled;
    }
    ASSERT_TRUE(Send(source.get(), chunk));
  }
  ASSERT_TRUE(clients_->End("s").ok());
  ASSERT_TRUE(Eventually([&] { return List()[0].end_reason() == "ended"; }));
  std::uint64_t num_bins = 0, num_learnt = 0;
  for (const v1::RecordedItem& item : Read("s")) {
    for (const v1::RecordedBin& bin : item.chunk().bins()) {
      EXPECT_TRUE(bin.has_learnt());
      ++num_bins;
      num_learnt += bin.learnt() ? 1 : 0;
    }
  }
  EXPECT_EQ(num_bins, kBins);
  EXPECT_EQ(num_learnt, num_labelled);
  EXPECT_EQ(List()[0].statistics().learned_bin_count(), num_learnt);
  EXPECT_TRUE(Verify("s").is_equal());
}

TEST_F(Recording, AreListedPageByPage) {
  constexpr int kRecordings = 7;
  for (int i = 0; i < kRecordings; ++i) {
    const std::string id = std::string("s").append(std::to_string(i));
    Record(id, 1);
    ASSERT_TRUE(clients_->End(id).ok());
  }
  std::vector<std::string> ids;
  std::vector<int> sizes;
  v1::ListRecordingsRequest request;
  request.set_page_size(3);
  do {
    v1::ListRecordingsResponse page;
    ASSERT_TRUE(Do(&v1::RecordingService::Stub::ListRecordings, request, &page).ok());
    for (const auto& recording : page.recordings()) ids.push_back(recording.session_id());
    sizes.push_back(page.recordings_size());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(ids, ElementsAre("s0", "s1", "s2", "s3", "s4", "s5", "s6"));
  EXPECT_THAT(sizes, ElementsAre(3, 3, 1));
  EXPECT_EQ(List().size(), 7u) << "with the default size";

  v1::ListRecordingsResponse none;
  request.set_page_size(-1);
  request.set_page_token("");
  EXPECT_THAT(ViolatedFields(Do(&v1::RecordingService::Stub::ListRecordings, request, &none)),
              ElementsAre("page_size"));
  request.set_page_size(0);
  for (const char* token : {"x", "-1", "1x", "99999999999999999999"}) {
    request.set_page_token(token);
    EXPECT_THAT(ViolatedFields(Do(&v1::RecordingService::Stub::ListRecordings, request, &none)),
                ElementsAre("page_token"))
        << token;
  }
}

TEST_F(Recording, OfASessionThatDecodedNothingIsNotKept) {
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(clients_->Create("s", SmallConfig()).ok());
    ASSERT_TRUE(clients_->End("s").ok());
  }
  Record("kept", 1);
  ASSERT_TRUE(clients_->End("kept").ok());
  ASSERT_TRUE(Eventually([&] { return List().back().has_end_time_unix_ns(); }));
  ASSERT_EQ(List().size(), 1u);
  EXPECT_EQ(List()[0].session_id(), "kept");
  Database database(folder_.path() / "efferent.db", Database::Access::kRead);
  EXPECT_EQ(database.Integer("SELECT COUNT(DISTINCT session_row) FROM events"), 1);
  EXPECT_EQ(database.Integer("SELECT COUNT(DISTINCT session_row) FROM checkpoints"), 1);
}

TEST_F(Recording, OfTheSameIdHaveNumbersAndTheLastOneHasTheId) {
  for (const std::uint64_t num_chunks : {2, 7}) {
    Record("s", num_chunks);
    ASSERT_TRUE(clients_->End("s").ok());
  }
  ASSERT_TRUE(Eventually([&] { return List().back().has_end_time_unix_ns(); }));
  EXPECT_EQ(List().size(), 2u);
  EXPECT_EQ(Verify("s").bin_count(), 7u);
  EXPECT_EQ(Verify("s@1").bin_count(), 2u);
}

TEST_F(Recording, ThatIsNotThereIsNamed) {
  for (const char* name : {"nobody", "s@7", "s@", "@", "", "s@1x"}) {
    grpc::Status status;
    EXPECT_TRUE(Read(name, &status).empty());
    EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND) << name;
    EXPECT_THAT(status.error_message(), HasSubstr(std::string("`").append(name).append("`")));
  }
}

TEST_F(Recording, IsErasedForGoodButNotWhileItsSessionRuns) {
  Record("secret-session", 300);
  EXPECT_EQ(Erase("secret-session@1").error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  ASSERT_TRUE(clients_->End("secret-session").ok());
  ASSERT_TRUE(Eventually([&] { return List()[0].has_end_time_unix_ns(); }));
  Record("other", 10);

  const grpc::Status without_number = Erase("secret-session");
  EXPECT_EQ(without_number.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(ViolatedFields(without_number), ElementsAre("name"));
  ASSERT_TRUE(Erase("secret-session@1").ok());
  EXPECT_EQ(Erase("secret-session@1").error_code(), grpc::StatusCode::NOT_FOUND);
  ASSERT_EQ(List().size(), 1u);
  EXPECT_EQ(List()[0].session_id(), "other");
  ASSERT_TRUE(clients_->End("other").ok());
  Stop();
  // Not a trace of it, in whatever file.
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    EXPECT_EQ(bytes.find("secret-session"), std::string::npos) << entry.path();
  }
  Database database(folder_.path() / "efferent.db");
  EXPECT_EQ(database.Integer("PRAGMA freelist_count"), 0);
  Start();
}

TEST_F(Recording, OnTheDiskBeforeItIsAcknowledged) {
  Stop();
  Start(DurabilityChoice::kFull);
  ASSERT_TRUE(clients_->Create("s", SmallConfig()).ok());
  auto call = clients_->Acquire("s", /*return_commands=*/true);
  Database database(folder_.path() / "efferent.db", Database::Access::kRead);
  for (std::uint64_t n = 1; n <= 10; ++n) {
    const auto ack = Send(call.get(), OneBin(n));
    ASSERT_TRUE(ack);
    EXPECT_EQ(ack->durable_sequence_number(), n);
    EXPECT_EQ(ack->commands_size(), 1);
    EXPECT_EQ(RecordingReader(&database).FindSession("s")->last_sequence_number, n);
  }
}

// Somebody else holds the database: nothing can be written, the loop goes on, and when it can be again
// nothing is lost.
TEST_F(Recording, ThatCannotBeWrittenIsVisibleAndIsMadeUpForLater) {
  Record("s", 5);
  {
    Database other(folder_.path() / "efferent.db");
    other.Execute("BEGIN IMMEDIATE");
    auto call = clients_->Acquire("s");
    for (std::uint64_t n = 6; n <= 50; ++n) ASSERT_TRUE(Send(call.get(), OneBin(n)));
    EXPECT_LT(clients_->Get("s")->recording().durable_sequence_number(), 50u);
    EXPECT_TRUE(Eventually([&] { return !recorder_->status().problem.empty(); }));
    grpc::ClientContext context;
    v1::ListSessionsResponse response;
    ASSERT_TRUE(v1::SessionService::NewStub(clients_->channel())
                    ->ListSessions(&context, {}, &response)
                    .ok());
    EXPECT_THAT(response.recording_problem(), HasSubstr("locked"));
    other.Execute("ROLLBACK");
  }
  EXPECT_TRUE(
      Eventually([&] { return clients_->Get("s")->recording().durable_sequence_number() == 50; }));
  EXPECT_EQ(recorder_->status().problem, "");
  EXPECT_EQ(recorder_->status().lost_record_count, 0u);
  EXPECT_TRUE(Verify("s").is_equal());
  EXPECT_EQ(Verify("s").bin_count(), 50u);
}

TEST(NoRecording, IsSaidByAServerWithoutADataDirectory) {
  Server server(OnAFreePort(), {}, std::make_shared<LogEvents>());
  Clients clients(server.address());
  grpc::ClientContext context;
  v1::ListRecordingsResponse response;
  const auto status =
      v1::RecordingService::NewStub(clients.channel())->ListRecordings(&context, {}, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(status.error_message(), HasSubstr("--data-dir"));
  ASSERT_TRUE(clients.Create("s", SmallConfig()).ok());
  EXPECT_FALSE(clients.Get("s")->has_recording());
}

}  // namespace
}  // namespace efferent::test
