// `efferent decoder` as a user runs it: from session to session by way of a file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "tests/programs/programs.h"
#include "tests/programs/running_program.h"
#include "tests/scratch_folder.h"
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

class DecoderCommand : public testing::Test {
 protected:
  DecoderCommand() {
    Start("127.0.0.1:0");
    for (const char* id : {"s1", "s2"}) EXPECT_TRUE(clients_->Create(id, SmallConfig()).ok());
    Send("s1", 1, 40);
  }

  void Start(const std::string& listen) {
    server_.emplace(listen, std::vector<std::string>{"--data-dir", Path("data")});
    clients_.emplace(server_->address());
  }
  // A target is reached for, so that there is something to learn.
  void Send(const std::string& id, std::uint64_t first, std::uint64_t last) {
    auto arm = clients_->Arm(id);
    ASSERT_TRUE(arm->Write(ArmUpdateAt(static_cast<std::int64_t>(first) * kWidth)));
    auto call = clients_->Acquire(id);
    for (std::uint64_t n = first; n <= last; ++n) {
      v1::AcquisitionChunk chunk = OneBin(n);
      chunk.mutable_spike_events()->set_channel(0, static_cast<std::uint32_t>(n * n % 7 % 4));
      ASSERT_TRUE(test::Send(call.get(), chunk));
    }
    call->WritesDone();
    EXPECT_TRUE(call->Finish().ok());
  }
  // `efferent decoder ARGUMENTS...`, with --server where there is one.
  Outcome Run(std::vector<std::string> arguments) {
    const bool has_server = arguments[0] != "diff";
    arguments.insert(arguments.begin(), "decoder");
    if (has_server) arguments.insert(arguments.end(), {"--server", server_->address()});
    return RunProgram(ProgramDir() / "efferent", arguments);
  }
  std::string Path(const std::string& name) const { return folder_.path() / name; }
  std::string Exported(const std::string& session, const std::string& name) {
    const Outcome outcome = Run({"export", session, Path(name)});
    EXPECT_EQ(outcome.exit_status, 0) << outcome.output;
    return Path(name);
  }

  const ScratchFolder folder_;
  std::optional<RunningServer> server_;
  std::optional<Clients> clients_;
};

TEST_F(DecoderCommand, GoesFromSessionToSession) {
  const Outcome exported = Run({"export", "s1", Path("a.decoder")});
  EXPECT_EQ(exported.exit_status, 0) << exported.output;
  EXPECT_THAT(exported.output, HasSubstr("a.decoder: snn of 4 channels, driver of session s1 at "
                                         "bin 40, learnt from "));
  EXPECT_FALSE(std::filesystem::exists(Path("a.decoder.partial")));

  const Outcome imported = Run({"import", "s2", Path("a.decoder")});
  EXPECT_EQ(imported.exit_status, 0) << imported.output;
  EXPECT_THAT(imported.output, HasSubstr("at bin 40, learnt from "));
  EXPECT_THAT(imported.output, HasSubstr("drives from the next bin on"));
  const Outcome shadow = Run({"import", "s2", Path("a.decoder"), "--shadow", "monday", "--frozen"});
  EXPECT_EQ(shadow.exit_status, 0) << shadow.output;
  EXPECT_THAT(shadow.output, ContainsRegex("\nshadow monday +snn +frozen "));
  Send("s2", 1, 5);

  const Outcome list = Run({"list", "s2"});
  EXPECT_EQ(list.exit_status, 0) << list.output;
  EXPECT_THAT(list.output, AllOf(ContainsRegex("\ndriver +snn "), ContainsRegex("shadow monday"),
                                 ContainsRegex("\ncheckpoint +saved +reason +next bin +size")));
  const Outcome verified = RunProgram(ProgramDir() / "efferent",
                                      {"replay", "s2", "--verify", "--server", server_->address()});
  EXPECT_EQ(verified.exit_status, 0) << verified.output;
  EXPECT_THAT(verified.output, HasSubstr("2 changes of decoders"));
}

TEST_F(DecoderCommand, DiffSaysWhetherAndWhereTwoDiffer) {
  const std::string a = Exported("s1", "a.decoder"), same = Exported("s1", "same.decoder");
  const Outcome equal = Run({"diff", a, same});
  EXPECT_EQ(equal.exit_status, 0) << equal.output;
  EXPECT_THAT(equal.output,
              AllOf(HasSubstr("settings: equal"), HasSubstr("provenance.checkpoint_number"),
                    HasSubstr("state: equal")));
  Send("s1", 41, 60);
  const std::string later = Exported("s1", "later.decoder");
  const Outcome different = Run({"diff", a, later});
  EXPECT_EQ(different.exit_status, 1);
  EXPECT_THAT(
      different.output,
      AllOf(HasSubstr("provenance.bin_index"), ContainsRegex("\nfiltered_x +5 x 1 +[0-9.e-]+\n"),
            HasSubstr("differ"), ContainsRegex("[0-9]+ of [0-9]+ fields of the state are equal")));
  EXPECT_THAT(Run({"diff", a, later, "--all"}).output,
              ContainsRegex("\nreadout_weights +0 x 0 +equal\n"));
  EXPECT_EQ(Run({"diff", a, Path("nobody")}).exit_status, 2);
}

TEST_F(DecoderCommand, DamagedFilesAreRefusedAndChangeNothing) {
  const std::string path = Exported("s1", "a.decoder");
  std::string bytes = ReadFile(path);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  std::ofstream(path, std::ios::binary) << bytes;
  const Outcome damaged = Run({"import", "s2", path});
  EXPECT_EQ(damaged.exit_status, 2);
  EXPECT_THAT(damaged.output, AllOf(HasSubstr(path), HasSubstr("is damaged")));
  std::ofstream(path, std::ios::binary) << "something else";
  EXPECT_THAT(Run({"import", "s2", path}).output, HasSubstr("is no decoder file"));
  EXPECT_FALSE(clients_->Get("s2")->decoder_change_pending());
}

TEST_F(DecoderCommand, WhatCannotBeIsSaidAndLeavesWhatIsThere) {
  const std::string path = Exported("s1", "a.decoder");
  const Outcome again = Run({"export", "s1", path});
  EXPECT_EQ(again.exit_status, 2);
  EXPECT_THAT(again.output, AllOf(HasSubstr(path), HasSubstr("--overwrite")));
  EXPECT_EQ(Run({"export", "s1", path, "--overwrite"}).exit_status, 0);
  const Outcome nobody = Run({"export", "s1", Path("b.decoder"), "--name", "nobody"});
  EXPECT_EQ(nobody.exit_status, 1);
  EXPECT_THAT(nobody.output, AllOf(HasSubstr("there were `driver`"), HasSubstr("NOT_FOUND")));
  EXPECT_FALSE(std::filesystem::exists(Path("b.decoder")));
  EXPECT_EQ(Run({"export", "s1", Path("b.decoder"), "--checkpoint", "99"}).exit_status, 1);
  EXPECT_EQ(Run({"import", "nobody", path}).exit_status, 1);
  EXPECT_EQ(Run({"import", "s2", path, "--frozen"}).exit_status, 2) << "without --shadow";

  v1::SessionConfig wider = SmallConfig();
  wider.set_num_channels(5);
  ASSERT_TRUE(clients_->Create("wider", wider).ok());
  const Outcome misfit = Run({"import", "wider", path});
  EXPECT_EQ(misfit.exit_status, 2);
  EXPECT_THAT(misfit.output, HasSubstr("config.num_channels: is 4, must be 5"));
}

TEST_F(DecoderCommand, KilledServersSessionGoesOnWithWhatWasImported) {
  const std::string a = Exported("s1", "a.decoder");
  ASSERT_EQ(Run({"import", "s2", a}).exit_status, 0);
  ASSERT_TRUE(clients_->SetLearning("s2", false).ok());
  Send("s2", 1, 20);
  ASSERT_TRUE(
      Eventually([&] { return clients_->Get("s2")->recording().durable_sequence_number() == 20; }));
  const std::string address = server_->address();
  server_->Kill();
  Start(address);
  EXPECT_EQ(clients_->Get("s2")->applied_sequence_number(), 20u);
  Send("s2", 21, 30);
  const Outcome verified =
      RunProgram(ProgramDir() / "efferent", {"replay", "s2", "--verify", "--server", address});
  EXPECT_EQ(verified.exit_status, 0) << verified.output;
  EXPECT_THAT(verified.output, AllOf(HasSubstr("30 bins"), HasSubstr("1 changes of decoders"),
                                     Not(HasSubstr("cannot be compared"))));
}

TEST(DecoderCommandWithoutRecording, SaysHowToHaveOne) {
  RunningServer server;
  Clients clients(server.address());
  ASSERT_TRUE(clients.Create("s1", SmallConfig()).ok());
  const std::string path = testing::TempDir() + "efferent_unrecorded.decoder";
  const Outcome outcome = RunProgram(
      ProgramDir() / "efferent", {"decoder", "export", "s1", path, "--server", server.address()});
  EXPECT_EQ(outcome.exit_status, 1);
  EXPECT_THAT(outcome.output, HasSubstr("--data-dir"));
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace efferent::test
