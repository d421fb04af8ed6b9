#include "tests/programs/live_source.h"

#include <filesystem>
#include <fstream>
#include <regex>

#include "tests/programs/programs.h"

namespace efferent::test {

LiveSource::LiveSource(const std::string& server, Elsewhere elsewhere)
    : server_(server), elsewhere_(std::move(elsewhere)), config_(ScratchFile() + ".yaml") {
  std::ofstream(config_) << "watchdog: {hold_after_ns: 15000000, stop_after_ns: 500000000}\n"
                         << "timing: {deadline_ns: 10000000000}\n"
                         << "decoder: {snn: {num_neurons: 8}}\n";
  Start();
  EXPECT_TRUE(program_->Says("created session s:")) << program_->output();
}

LiveSource::~LiveSource() { std::filesystem::remove(config_); }

void LiveSource::Start() {
  std::vector<std::string> arguments = {"subject", "--server",     server_, "--session",
                                        "s",       "--population", "8",     "--session-config",
                                        config_};
  if (!elsewhere_) {
    program_.emplace("efferent", arguments);
    return;
  }
  arguments.insert(arguments.begin(), ProgramDir() / "efferent");
  program_.emplace("/usr/bin/nsenter", elsewhere_(arguments));
}

void LiveSource::StartAgain() {
  Start();
  EXPECT_TRUE(program_->Says("attached to session s, which exists")) << program_->output();
}

std::uint64_t LiveSource::EndAndCountBins() {
  EXPECT_EQ(program_->End(), kEndedBySigterm) << program_->output();
  const std::string output = program_->output();
  std::smatch found;
  if (!std::regex_search(output, found, std::regex(R"((\d+) bins of 10 ms)"))) {
    ADD_FAILURE() << output;
    return 0;
  }
  return std::stoull(found[1]);
}

std::vector<v1::Command> ReadUntilStopped(ArmCall* arm) {
  std::vector<v1::Command> commands;
  const auto stopped = ReadUntil(arm, [&](const v1::Command& command) {
    commands.push_back(command);
    return command.status() == v1::COMMAND_STATUS_STOPPED;
  });
  if (!stopped) commands.clear();
  return commands;
}

std::vector<v1::CommandStatus> StatusesOfSilence(const std::vector<v1::Command>& commands) {
  std::vector<v1::CommandStatus> statuses;
  for (const v1::Command& command : commands) {
    if (command.status() == v1::COMMAND_STATUS_DECODED) {
      statuses.clear();
    } else if (statuses.empty() || statuses.back() != command.status()) {
      statuses.push_back(command.status());
    }
  }
  return statuses;
}

bool Moves(ArmCall* arm, int count) {
  return ReadUntil(arm,
                   [&](const v1::Command& command) {
                     return command.status() == v1::COMMAND_STATUS_DECODED && --count == 0;
                   })
      .has_value();
}

void ExpectEveryChunkOnce(const v1::Session& session) {
  const v1::SessionStatistics& statistics = session.statistics();
  EXPECT_EQ(session.applied_sequence_number(), statistics.decoded_bin_count());
  EXPECT_EQ(session.decoded_until_ns(), static_cast<std::int64_t>(statistics.decoded_bin_count()) *
                                            session.config().bin_width_ns());
  EXPECT_EQ(statistics.duplicate_chunk_count(), 0u);
  EXPECT_EQ(statistics.missing_chunk_count(), 0u);
  EXPECT_EQ(statistics.late_chunk_count(), 0u);
  EXPECT_EQ(statistics.missed_bin_count(), 0u);
  EXPECT_EQ(statistics.late_event_count(), 0u);
}

}  // namespace efferent::test
