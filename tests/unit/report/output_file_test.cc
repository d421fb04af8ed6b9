#include "clients/report/output_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "clients/report/input_error.h"
#include "tests/scratch_folder.h"

namespace efferent {
namespace {

using testing::AllOf;
using testing::HasSubstr;

namespace fs = std::filesystem;

std::string Content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

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

class OutputFiles : public testing::Test {
 protected:
  std::string Path(const std::string& name) const { return (folder_.path() / name).string(); }

  const ScratchFolder folder_;
};

TEST_F(OutputFiles, AFileThatIsThereStaysUnlessItMayBeOverwritten) {
  const std::string path = Path("there.nwb");
  std::ofstream(path) << "kept";
  EXPECT_THAT(Refusal([&] { OutputFile file(path, false); }),
              AllOf(HasSubstr(path), HasSubstr("--overwrite")));
  {
    OutputFile file(path, true);
    std::ofstream(file.partial_name()) << "new";
  }
  EXPECT_EQ(Content(path), "kept") << "it was not completed";
  EXPECT_FALSE(fs::exists(path + ".partial"));
  OutputFile(path, true).Write("new");
  EXPECT_EQ(Content(path), "new");
  EXPECT_FALSE(fs::exists(path + ".partial"));
}

TEST_F(OutputFiles, AnEmptyFileIsReplaced) {
  std::ofstream(Path("made by mktemp")) << "";
  OutputFile(Path("made by mktemp"), false).Write("figures");
  EXPECT_EQ(Content(Path("made by mktemp")), "figures");
}

TEST_F(OutputFiles, AFolderThatIsNotThereIsNamedBeforeTheWork) {
  EXPECT_THAT(Refusal([&] { OutputFile file(Path("a/b/out.json"), false); }),
              AllOf(HasSubstr("no folder " + Path("a/b")), HasSubstr("mkdir -p")));
}

TEST_F(OutputFiles, WhatCannotBeWrittenIsRefusedBeforeTheWorkByName) {
  std::ofstream(Path("file")) << "";
  EXPECT_THAT(Refusal([&] { OutputFile file(Path("file/out.json"), true); }),
              HasSubstr(Path("file")));
  EXPECT_THAT(Refusal([&] { OutputFile file(folder_.path().string(), true); }),
              HasSubstr("is a folder"));
  EXPECT_THAT(Refusal([&] { OutputFile file(Path(std::string(300, 'n')), true); }),
              HasSubstr("File name too long"));
  EXPECT_THAT(Refusal([] { OutputFile file("", true); }), HasSubstr("name"));
}

TEST_F(OutputFiles, AFileThatAppearsDuringTheWorkStays) {
  OutputFile file(Path("out"), false);
  std::ofstream(Path("out")) << "of somebody else";
  EXPECT_THAT(Refusal([&] { file.Write("ours"); }), HasSubstr("--overwrite"));
  EXPECT_EQ(Content(Path("out")), "of somebody else");
}

TEST_F(OutputFiles, ALinkStaysALinkAndADeviceADevice) {
  std::ofstream(Path("real")) << "old";
  fs::create_symlink("real", Path("link"));
  OutputFile(Path("link"), true).Write("new");
  EXPECT_TRUE(fs::is_symlink(Path("link")));
  EXPECT_EQ(Content(Path("real")), "new");
  OutputFile("/dev/null", false).Write("nothing");
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST_F(OutputFiles, AFullDeviceIsAnErrorWithTheSystemsReason) {
  OutputFile full("/dev/full", false);
  try {
    full.Write("figures");
    FAIL() << "it was written";
  } catch (const std::runtime_error& e) {
    EXPECT_THAT(e.what(), AllOf(HasSubstr("/dev/full"), HasSubstr("No space left")));
  }
}

TEST_F(OutputFiles, FilesOfAnEarlierRunAreRemovedFromAFolderOnlyIfTheyMayBe) {
  const auto is_ours = [](const std::string& name) { return name.ends_with(".png"); };
  MakeOutputFolder(Path("frames"), false, is_ours);
  std::ofstream(Path("frames/1.png")) << "old";
  std::ofstream(Path("frames/notes.txt")) << "the user's";
  EXPECT_THAT(Refusal([&] { MakeOutputFolder(Path("frames"), false, is_ours); }),
              AllOf(HasSubstr("1.png"), HasSubstr("--overwrite")));
  MakeOutputFolder(Path("frames"), true, is_ours);
  EXPECT_FALSE(fs::exists(Path("frames/1.png")));
  EXPECT_TRUE(fs::exists(Path("frames/notes.txt")));
}

}  // namespace
}  // namespace efferent
