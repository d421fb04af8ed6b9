// Decoders go from session to session with all that they have learnt; what does not fit changes nothing.
#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <thread>

#include "efferent/v1/decoder.grpc.pb.h"
#include "efferent/v1/recording.grpc.pb.h"
#include "server/services/decoder_import.h"
#include "server/storage/database.h"
#include "tests/scratch_folder.h"
#include "tests/service/service_fixture.h"
#include "tests/service/verify_recording.h"

namespace efferent::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

class DecoderFiles : public testing::Test {
 protected:
  DecoderFiles() {
    RecorderParams params;
    params.data_dir = folder_.path();
    params.batch_s = 0.01;
    params.server_version = "1.2.3";
    recorder_ = std::make_shared<Recorder>(params);
    server_ = std::make_unique<Server>(OnAFreePort(), v1::SessionConfig(), recorder_, MakeDecoder,
                                       recorder_);
    clients_ = std::make_unique<Clients>(server_->address());
    stub_ = v1::DecoderService::NewStub(clients_->channel());
  }
  ~DecoderFiles() override {
    clients_.reset();
    server_.reset();
    recorder_.reset();
  }

  static v1::SessionConfig Config(bool learning = true) {
    v1::SessionConfig config = SmallConfig();
    config.mutable_learning()->set_enabled(learning);
    config.mutable_learning()->set_label_source(v1::LABEL_SOURCE_KINEMATICS);
    return config;
  }

  /// Bin `n` (from 1), with spikes and a movement that go together.
  static v1::AcquisitionChunk Bin(std::uint64_t n) {
    v1::AcquisitionChunk chunk = OneBin(n);
    chunk.clear_spike_events();
    v1::SpikeCounts* counts = chunk.mutable_spike_counts();
    const std::int64_t start_ns = static_cast<std::int64_t>(n - 1) * kWidth;
    counts->set_start_time_ns(start_ns);
    counts->set_bin_width_ns(kWidth);
    const std::uint64_t x = n * 7 % 5, y = n * 3 % 4;
    for (const std::uint64_t c : {x, y, 4 - x, n * 11 % 3}) {
      counts->add_counts(static_cast<float>(c));
    }
    v1::ArmState* state = chunk.add_behavior()->mutable_arm_state();
    state->set_time_ns(start_ns);
    for (const std::uint64_t v : {x, y}) {
      state->add_velocity_m_s(0.05 * static_cast<double>(v) - 0.1);
      state->add_position_m(0.0);
    }
    return chunk;
  }
  /// Sends bins `first` to `last`, each as its own chunk; returns their commands.
  std::vector<v1::Command> Stream(const std::string& id, std::uint64_t first, std::uint64_t last) {
    auto call = clients_->Acquire(id, /*return_commands=*/true);
    std::vector<v1::Command> commands;
    for (std::uint64_t n = first; n <= last; ++n) {
      const auto ack = Send(call.get(), Bin(n));
      EXPECT_TRUE(ack);
      if (!ack) return commands;
      commands.insert(commands.end(), ack->commands().begin(), ack->commands().end());
    }
    call->WritesDone();
    EXPECT_TRUE(call->Finish().ok());
    return commands;
  }
  static std::vector<double> Velocities(const std::vector<v1::Command>& commands) {
    std::vector<double> velocities;
    for (const v1::Command& command : commands) {
      velocities.insert(velocities.end(), command.velocity_m_s().begin(),
                        command.velocity_m_s().end());
    }
    return velocities;
  }

  grpc::Status Export(const std::string& recording, v1::DecoderFile* file,
                      const std::string& name = "", std::optional<std::uint64_t> checkpoint = {}) {
    v1::ExportDecoderRequest request;
    request.set_recording(recording);
    request.set_name(name);
    if (checkpoint) request.set_checkpoint_number(*checkpoint);
    grpc::ClientContext context;
    const auto reader = stub_->ExportDecoder(&context, request);
    v1::ExportDecoderResponse response;
    file->Clear();
    while (reader->Read(&response)) {
      if (response.has_decoder()) *file->mutable_decoder() = response.decoder();
      file->mutable_state()->append(response.state_piece());
    }
    return reader->Finish();
  }
  v1::DecoderFile Exported(const std::string& recording, const std::string& name = "") {
    v1::DecoderFile file;
    const grpc::Status status = Export(recording, &file, name);
    EXPECT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(file.decoder().state_size_bytes(), file.state().size());
    return file;
  }

  using Requests = std::vector<v1::ImportDecoderRequest>;
  static Requests ToRequests(const std::string& id, const v1::DecoderFile& file,
                             const std::string& shadow = "", bool frozen = false) {
    Requests requests(1);
    v1::ImportDecoderStart* start = requests[0].mutable_start();
    start->set_session_id(id);
    *start->mutable_decoder() = file.decoder();
    start->set_shadow(shadow);
    start->set_frozen(frozen);
    constexpr std::size_t kPiece = 1'000;
    for (std::size_t sent = 0; sent < file.state().size(); sent += kPiece) {
      requests.emplace_back().set_state_piece(file.state().substr(sent, kPiece));
    }
    return requests;
  }
  grpc::Status Import(const Requests& requests, v1::Session* session = nullptr) {
    grpc::ClientContext context;
    v1::ImportDecoderResponse response;
    const auto writer = stub_->ImportDecoder(&context, &response);
    for (const v1::ImportDecoderRequest& request : requests) {
      if (!writer->Write(request)) break;
    }
    writer->WritesDone();
    const grpc::Status status = writer->Finish();
    if (session) *session = response.session();
    return status;
  }

  /// A decoder of session `trained`, which goes on.
  v1::DecoderFile Train() {
    EXPECT_TRUE(clients_->Create("trained", Config()).ok());
    Stream("trained", 1, 200);
    return Exported("trained");
  }

  bool IsVerified(const std::string& name) {
    const v1::VerificationResult result = VerifyRecording(clients_->channel(), name);
    EXPECT_EQ(result.first_difference(), "");
    return result.is_equal() && result.bin_count() > 0;
  }

  const ScratchFolder folder_;
  std::shared_ptr<Recorder> recorder_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<Clients> clients_;
  std::unique_ptr<v1::DecoderService::Stub> stub_;
};

// Both stand still when the stream begins again: what one decodes from there on, the other does.
TEST_F(DecoderFiles, AnotherSessionDecodesTheSameBitForBit) {
  const v1::DecoderFile file = Train();
  ASSERT_TRUE(clients_->SetLearning("trained", false).ok());
  ASSERT_TRUE(clients_->Create("other", Config(/*learning=*/false)).ok());
  Stream("other", 1, 200);
  v1::Session session;
  const grpc::Status status = Import(ToRequests("other", file), &session);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_TRUE(session.decoder_change_pending());
  EXPECT_EQ(session.decoders_size(), 1);

  const std::vector<double> commands = Velocities(Stream("trained", 201, 300));
  EXPECT_EQ(Velocities(Stream("other", 201, 300)), commands);
  EXPECT_NE(commands, std::vector<double>(commands.size(), 0.0));
  EXPECT_TRUE(IsVerified("trained"));
  EXPECT_TRUE(IsVerified("other"));
}

TEST_F(DecoderFiles, SaysWhatItIsAndWhereItComesFrom) {
  v1::SessionConfig config = Config();
  config.set_subject_code("M-07");
  ASSERT_TRUE(clients_->Create("s", config).ok());
  Stream("s", 1, 50);
  const v1::SavedDecoder decoder = Exported("s").decoder();
  EXPECT_EQ(decoder.config().num_channels(), 4u);
  EXPECT_EQ(decoder.config().num_dimensions(), 2u);
  EXPECT_EQ(decoder.config().bin_width_ns(), kWidth);
  EXPECT_EQ(decoder.config().features().saturation(), 4.0);
  EXPECT_EQ(decoder.config().decoder().snn().num_neurons(), 8u);
  EXPECT_EQ(decoder.config().decoder().snn().tau_m_s(), 0.02);
  EXPECT_EQ(decoder.config().learning().label_source(), v1::LABEL_SOURCE_KINEMATICS);
  const v1::DecoderProvenance& from = decoder.provenance();
  EXPECT_EQ(from.session_id(), "s");
  EXPECT_EQ(from.name(), "driver");
  EXPECT_EQ(from.subject_code(), "M-07");
  EXPECT_EQ(from.bin_index(), 50u);
  EXPECT_EQ(from.server_version(), "1.2.3");
  EXPECT_EQ(from.learned_bin_count(), 50u);
  EXPECT_GT(from.mean_squared_error_m2_s2(), 0.0);
  EXPECT_GT(from.time_unix_ns(), 1'600'000'000'000'000'000);
}

TEST_F(DecoderFiles, OfARunningStreamIsAsItIsAfterTheNextBin) {
  ASSERT_TRUE(clients_->Create("s", Config()).ok());
  auto call = clients_->Acquire("s");
  std::uint64_t n = 0;
  for (; n < 20;) ASSERT_TRUE(Send(call.get(), Bin(++n)));
  std::atomic<bool> exported = false;
  v1::DecoderFile file;
  std::thread exporting([&] {
    file = Exported("s");
    exported = true;
  });
  while (!exported) {
    if (!Send(call.get(), Bin(++n))) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  exporting.join();
  EXPECT_GE(file.decoder().provenance().bin_index(), 20u);
  EXPECT_LE(file.decoder().provenance().bin_index(), n);
}

TEST_F(DecoderFiles, OfAStreamThatBringsNoBinsIsNotWaitedForForEver) {
  ASSERT_TRUE(clients_->Create("s", Config()).ok());
  Stream("s", 1, 5);
  const auto silent = clients_->Acquire("s");
  v1::DecoderFile file;
  const grpc::Status status = Export("s", &file);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(status.error_message(), HasSubstr("has brought none for 10 s"));
}

TEST_F(DecoderFiles, ShutdownDoesNotWaitForAnExportOrAnImport) {
  const v1::DecoderFile file = Train();
  const auto silent = clients_->Acquire("trained");
  std::vector<grpc::StatusCode> codes(2);
  std::thread exporting([&] {
    v1::DecoderFile none;
    codes[0] = Export("trained", &none).error_code();
  });
  grpc::ClientContext context;
  v1::ImportDecoderResponse response;
  const auto writer = stub_->ImportDecoder(&context, &response);
  ASSERT_TRUE(writer->Write(ToRequests("trained", file)[0]));
  std::thread importing([&] { codes[1] = writer->Finish().error_code(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(200));  // both are under way
  const auto began = std::chrono::steady_clock::now();
  server_.reset();
  exporting.join();
  importing.join();
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5));
  EXPECT_THAT(codes, testing::Each(grpc::StatusCode::UNAVAILABLE));
}

TEST_F(DecoderFiles, OfARecordingIsItsLastOrThatOfACheckpoint) {
  const v1::DecoderFile early = Train();
  Stream("trained", 201, 250);
  v1::DecoderFile file;
  ASSERT_TRUE(clients_->End("trained").ok());
  ASSERT_TRUE(Eventually([&] {
    return Export("trained", &file).ok() && file.decoder().provenance().bin_index() == 250;
  }));
  EXPECT_EQ(Exported("trained@1").state(), file.state());
  const std::uint64_t number = early.decoder().provenance().checkpoint_number();
  ASSERT_TRUE(Export("trained", &file, "", number).ok());
  EXPECT_EQ(file.state(), early.state());
  EXPECT_EQ(file.decoder().SerializeAsString(), early.decoder().SerializeAsString());

  const grpc::Status checkpoint = Export("trained", &file, "", 77);
  EXPECT_EQ(checkpoint.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(checkpoint.error_message(), HasSubstr("there are " + std::to_string(number)));
  const grpc::Status name = Export("trained", &file, "nobody");
  EXPECT_EQ(name.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(name.error_message(), HasSubstr("there were `driver`"));
  EXPECT_EQ(Export("nobody", &file).error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(DecoderFiles, ShadowIsTakenInFrozenAndGivenOutUnchanged) {
  const v1::DecoderFile file = Train();
  ASSERT_TRUE(clients_->Create("other", Config()).ok());
  ASSERT_TRUE(Import(ToRequests("other", file, "monday", /*frozen=*/true)).ok());
  EXPECT_EQ(Import(ToRequests("other", file, "monday")).error_code(),
            grpc::StatusCode::ALREADY_EXISTS);
  Stream("other", 1, 30);
  const auto session = clients_->Get("other");
  ASSERT_EQ(session->decoders_size(), 2);
  EXPECT_EQ(session->decoders(1).name(), "monday");
  EXPECT_TRUE(session->decoders(1).frozen());
  const v1::DecoderFile again = Exported("other", "monday");
  EXPECT_EQ(again.decoder().provenance().learned_bin_count(), 0u);
  EXPECT_EQ(again.decoder().config().decoder().SerializeAsString(),
            file.decoder().config().decoder().SerializeAsString());
  EXPECT_EQ(again.state().size(), file.state().size());
  EXPECT_NE(again.state(), Exported("other").state());
  EXPECT_TRUE(IsVerified("other"));
}

TEST_F(DecoderFiles, WhatDoesNotFitIsRefusedByNameAndChangesNothing) {
  const v1::DecoderFile file = Train();
  v1::SessionConfig config = Config();
  config.set_num_channels(5);
  ASSERT_TRUE(clients_->Create("larger", config).ok());
  config = Config();
  config.mutable_features()->set_smoothing_tau_s(0.1);
  ASSERT_TRUE(clients_->Create("smoother", config).ok());
  ASSERT_TRUE(clients_->Create("other", Config()).ok());

  const auto refuses = [&](const Requests& requests, const std::string& field) {
    const grpc::Status status = Import(requests);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << field;
    EXPECT_THAT(ViolatedFields(status), Contains(field)) << status.error_message();
  };
  refuses(ToRequests("larger", file), "config.num_channels");
  refuses(ToRequests("smoother", file), "config.features.smoothing_tau_s");
  v1::DecoderFile changed = file;
  auto* decoder = changed.mutable_decoder()->mutable_config()->mutable_decoder();
  decoder->mutable_snn()->set_num_neurons(9);
  refuses(ToRequests("other", changed), "state");
  decoder->mutable_snn()->set_num_neurons(0);
  refuses(ToRequests("other", changed), "config.decoder.snn.num_neurons");
  decoder->Clear();
  refuses(ToRequests("other", changed), "config.decoder");
  decoder->mutable_rls();
  refuses(ToRequests("other", changed), "state");
  changed = file;
  for (char& byte : *changed.mutable_state()) byte = static_cast<char>(byte ^ 0x55);
  refuses(ToRequests("other", changed), "state");
  changed = file;
  changed.mutable_state()->back() = static_cast<char>(0x7f);
  changed.mutable_state()->append(8, '\xff');
  changed.mutable_decoder()->set_state_size_bytes(changed.state().size());
  refuses(ToRequests("other", changed), "state");
  refuses(ToRequests("other", file, "driver"), "name");
  refuses(ToRequests("other", file, "", /*frozen=*/true), "frozen");
  EXPECT_EQ(Import(ToRequests("nobody", file)).error_code(), grpc::StatusCode::NOT_FOUND);

  for (const char* id : {"larger", "smoother", "other"}) {
    EXPECT_FALSE(clients_->Get(id)->decoder_change_pending());
    EXPECT_EQ(clients_->Get(id)->decoders_size(), 1);
  }
}

TEST_F(DecoderFiles, WhatBreaksTheContractIsRefused) {
  const v1::DecoderFile file = Train();
  const Requests whole = ToRequests("trained", file);
  const auto refuses = [&](const Requests& requests, const std::string& field) {
    const grpc::Status status = Import(requests);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << field;
    EXPECT_THAT(ViolatedFields(status), ElementsAre(field)) << status.error_message();
  };
  refuses({}, "start");
  refuses({whole[1]}, "state_piece");
  refuses({whole[0], whole[0]}, "start");
  refuses({v1::ImportDecoderRequest()}, "part");
  refuses({whole[0]}, "state_piece");
  v1::ImportDecoderRequest empty;
  empty.set_state_piece("");
  refuses({whole[0], empty}, "state_piece");
  refuses({whole.begin(), whole.end() - 1}, "state_piece");
  Requests longer = whole;
  longer.push_back(whole[1]);
  refuses(longer, "state_piece");
  // More than such a decoder can need: nothing of it is taken.
  Requests huge = whole;
  huge[0].mutable_start()->mutable_decoder()->set_state_size_bytes(std::uint64_t{1} << 40);
  refuses(huge, "decoder.state_size_bytes");
  EXPECT_TRUE(Import(whole).ok());
}

TEST_F(DecoderFiles, OnlySoManyAreTakenInAtOnce) {
  const v1::DecoderFile file = Train();
  const Requests whole = ToRequests("trained", file);
  struct Open {
    grpc::ClientContext context;
    v1::ImportDecoderResponse response;
    std::unique_ptr<grpc::ClientWriter<v1::ImportDecoderRequest>> writer;
  };
  std::vector<std::unique_ptr<Open>> calls;
  for (int i = 0; i < DecoderImport::kMaxImports; ++i) {
    calls.push_back(std::make_unique<Open>());
    calls.back()->writer = stub_->ImportDecoder(&calls.back()->context, &calls.back()->response);
    ASSERT_TRUE(calls.back()->writer->Write(whole[0]));
  }
  // Without its state: so that what is taken in before the others are there changes nothing.
  EXPECT_TRUE(Eventually(
      [&] { return Import({whole[0]}).error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED; }));
  for (const auto& call : calls) call->context.TryCancel();
  EXPECT_TRUE(Eventually([&] { return Import(whole).ok(); }));
  for (const auto& call : calls) call->writer->Finish();
}

TEST_F(DecoderFiles, NothingIsTakenInThatCannotBeRecorded) {
  const v1::DecoderFile file = Train();
  Database other(folder_.path() / "efferent.db");
  other.Execute("BEGIN IMMEDIATE");
  ASSERT_TRUE(clients_->SetLearning("trained", false).ok());  // something to record
  ASSERT_TRUE(Eventually([&] { return !recorder_->status().problem.empty(); }));
  const grpc::Status status = Import(ToRequests("trained", file));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(status.error_message(), HasSubstr("locked"));
  other.Execute("ROLLBACK");
  EXPECT_TRUE(Eventually([&] { return Import(ToRequests("trained", file)).ok(); }));
}

TEST(DecoderFilesWithoutRecording, AreNotGivenOutAndSaySo) {
  Server server(OnAFreePort(), {}, std::make_shared<LogEvents>());
  Clients clients(server.address());
  ASSERT_TRUE(clients.Create("s", SmallConfig()).ok());
  grpc::ClientContext context;
  v1::ExportDecoderRequest request;
  request.set_recording("s");
  const auto reader =
      v1::DecoderService::NewStub(clients.channel())->ExportDecoder(&context, request);
  v1::ExportDecoderResponse response;
  EXPECT_FALSE(reader->Read(&response));
  const grpc::Status status = reader->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(status.error_message(), HasSubstr("--data-dir"));
}

}  // namespace
}  // namespace efferent::test
