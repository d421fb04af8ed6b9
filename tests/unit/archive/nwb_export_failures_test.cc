// What an export refuses, and what it leaves behind: nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "clients/archive/nwb/hdf5_output.h"
#include "clients/report/output_file.h"
#include "clients/session/errors.h"
#include "tests/unit/acquisition/nwb_writer.h"
#include "tests/unit/archive/hdf5_facts.h"
#include "tests/unit/archive/synthetic_session.h"

namespace efferent::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// What the InputError of an action says.
template <class Action>
std::string Refusal(Action&& action) {
  try {
    action();
  } catch (const InputError& e) {
    return e.what();
  }
  return "it was done";
}

TEST(NwbExport, AFolderThatIsNotThereIsNamed) {
  const std::string path = ScratchPath("") + "none/out.nwb.partial";
  EXPECT_THAT(Refusal([&] { archive::Hdf5Output file(path); }),
              AllOf(HasSubstr(path), HasSubstr("No such file or directory")));
}

TEST(NwbExport, ASessionWithoutBinsIsRefused) {
  SyntheticSession session = MakeSyntheticSession(SyntheticSpikes::kCounts);
  session.items.clear();
  EXPECT_THAT(Refusal([&] { Export(session, ScratchPath("empty.nwb")); }), HasSubstr("no bin"));
}

TEST(NwbExport, DescriptionsInAnotherFormAreRefusedWithTheOption) {
  const auto refusal = [](const char* species, const char* age, const char* sex) {
    archive::FileDescription description;
    description.species = species;
    description.age = age;
    description.sex = sex;
    return Refusal([&] { archive::CheckDescription(description); });
  };
  EXPECT_EQ(refusal("Macaca mulatta", "P7Y", "F"), "it was done");
  EXPECT_EQ(refusal("http://purl.obolibrary.org/obo/NCBITaxon_9544", "P7Y6M/P8Y", "U"),
            "it was done");
  EXPECT_THAT(refusal("monkey", "", ""), HasSubstr("--species `monkey`"));
  EXPECT_THAT(refusal("", "7 years", ""), HasSubstr("--age `7 years`"));
  EXPECT_THAT(refusal("", "P", ""), HasSubstr("--age `P`"));
  EXPECT_THAT(refusal("", "", "male"), HasSubstr("--sex `male`"));
}

TEST(NwbExport, SpecificationsAreCopiedAndTheVersionIsTheirs) {
  const std::string from = ScratchPath("from.nwb");
  {
    NwbWriter other(from);
    other.Strings("/specifications/core/2.6.0/namespace", {"{}"});
    other.Strings("/specifications/hdmf-common/1.5.1/table", {"{}"});
  }
  archive::FileDescription description;
  description.specifications_path = from;
  const std::string path = ScratchPath("with.nwb");
  Export(MakeSyntheticSession(SyntheticSpikes::kCounts), path, description);
  const Hdf5File file(path);
  EXPECT_EQ(file.StringAttribute("/", "nwb_version"), "2.6.0");
  EXPECT_EQ(Hdf5Facts(path).ReferenceAttribute("/", ".specloc"), "/specifications");
  EXPECT_EQ(file.ReadStrings("/specifications/hdmf-common/1.5.1/table").at(0), "{}");
}

TEST(NwbExport, SpecificationsOfAnotherVersionAreRefused) {
  const std::string from = ScratchPath("from.nwb");
  NwbWriter(from).Strings("/specifications/core/2.0.0/namespace", {"{}"});
  archive::FileDescription description;
  description.specifications_path = from;
  EXPECT_THAT(Refusal([&] {
                Export(MakeSyntheticSession(SyntheticSpikes::kCounts), ScratchPath("out.nwb"),
                       description);
              }),
              AllOf(HasSubstr(from), HasSubstr("2.7.0"), HasSubstr("2.0.0")));
}

/// Exports in a process whose files may not grow; ends it with 0 if nothing is left. The limit stays.
[[noreturn]] void ExportWithoutRoom(const std::string& path) {
  signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{8'000, 8'000};
  setrlimit(RLIMIT_FSIZE, &limit);
  try {
    OutputFile target(path, false);
    Export(MakeSyntheticSession(SyntheticSpikes::kCounts), target.partial_name());
  } catch (const std::runtime_error& e) {
    std::fprintf(stderr, "%s\n", e.what());
  }
  std::_Exit(std::filesystem::exists(path + ".partial") ? 2 : 0);
}

TEST(NwbExportDeathTest, AFileThatCannotGrowIsAnErrorAndNothingIsLeft) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(ExportWithoutRoom(ScratchPath("full.nwb")), testing::ExitedWithCode(0),
              "full.nwb.partial: cannot write .*File too large");
}

}  // namespace
}  // namespace efferent::test
