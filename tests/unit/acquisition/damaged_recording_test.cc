// Damaged files may be refused or read; they may never crash the reader, hang it or make it take
// all memory.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "clients/acquisition/crash_probe.h"
#include "clients/acquisition/recording_reader.h"
#include "clients/session/errors.h"
#include "tests/unit/acquisition/nwb_writer.h"

namespace efferent {
namespace {

std::string ReadBytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

void WriteBytes(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << bytes;
}

// Whether the file was read, or refused with InputError; any other exception fails the test.
bool IsReadOrRefused(const std::string& path) {
  RecordingOptions options;
  options.path = path;
  try {
    const Recording recording = ReadRecording(options);
    return recording.num_bins > 0;
  } catch (const InputError& e) {
    return std::string(e.what()).find(path) != std::string::npos;
  }
}

class DamagedRecording : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string whole = test::ScratchPath("whole.nwb");
    test::WriteSmallRecording(whole);
    bytes_ = ReadBytes(whole);
    damaged_ = test::ScratchPath("damaged.nwb");
  }
  std::string bytes_;
  std::string damaged_;
};

TEST_F(DamagedRecording, TruncatedAnywhereIsRefused) {
  for (std::size_t size = 0; size < bytes_.size(); size += 97) {
    WriteBytes(damaged_, bytes_.substr(0, size));
    EXPECT_TRUE(IsReadOrRefused(damaged_)) << "of " << bytes_.size() << " bytes, " << size;
  }
}

TEST_F(DamagedRecording, CrashOfTheLibraryIsAnErrorThatNamesTheFile) {
  try {
    ProbeForCrash(damaged_, [] { std::abort(); });
    FAIL();
  } catch (const InputError& e) {
    EXPECT_NE(std::string(e.what()).find(damaged_ + " is damaged"), std::string::npos);
  }
}

}  // namespace
}  // namespace efferent
