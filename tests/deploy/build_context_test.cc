// Whether the image could be built from a fresh clone, as far as it shows without a container engine.
#include "tests/deploy/build_context.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "tests/architecture/source_tree.h"
#include "tests/programs/programs.h"
#include "tests/scratch_folder.h"

namespace efferent::test {
namespace {

using testing::IsEmpty;

using Words = std::vector<std::string>;

Words SplitWords(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

class BuildContext : public testing::Test {
 protected:
  BuildContext() { CopyBuildContext(root()); }

  const std::filesystem::path& root() const { return folder_.path(); }

  const std::string containerfile_ = ReadFile(SourceDir() / "deploy/Containerfile");

 private:
  const ScratchFolder folder_;
};

TEST_F(BuildContext, HasWhatTheContainerfileCopies) {
  static const std::regex kCopy("\nCOPY ([^\n]*)");
  int num_copied = 0;
  for (std::sregex_iterator it(containerfile_.begin(), containerfile_.end(), kCopy), end; it != end;
       ++it) {
    Words words = SplitWords((*it)[1]);
    if (words.front().starts_with("--from=")) continue;
    words.pop_back();  // Where it goes to.
    for (const std::string& source : words) {
      EXPECT_TRUE(std::filesystem::exists(root() / source)) << source;
      ++num_copied;
    }
  }
  EXPECT_GT(num_copied, 3);
}

TEST_F(BuildContext, HasEveryFileOfTheProjectThatItsSourcesInclude) {
  Words missing;
  for (const IncludeDirective& include : ReadSourceTree(root()).includes) {
    const bool is_ours = std::filesystem::exists(SourceDir() / include.path);
    if (is_ours && !std::filesystem::exists(root() / include.path)) {
      missing.push_back(include.file + " includes " + include.path);
    }
  }
  EXPECT_THAT(missing, IsEmpty());
}

// With the Containerfile's own preset and targets; Ninja's dry run fails for want of any source file.
TEST_F(BuildContext, IsConfiguredAndHasEverySourceOfThePrograms) {
  static const std::regex kBuild("\nRUN tools/build ([a-z]+) ([a-z ]+) &&");
  std::smatch build;
  ASSERT_TRUE(std::regex_search(containerfile_, build, kBuild));
  const std::string binaries = root() / "build";

  const Outcome configured = RunProgram(
      "/usr/bin/cmake", {"--preset", build[1].str(), "-S", root().string(), "-B", binaries});
  ASSERT_EQ(configured.exit_status, 0) << configured.output;

  Words dry_run = {"-C", binaries, "-n", "--quiet"};
  for (const std::string& target : SplitWords(build[2])) dry_run.push_back(target);
  const Outcome built = RunProgram("/usr/bin/ninja", dry_run);
  EXPECT_EQ(built.exit_status, 0) << built.output;
}

TEST(DockerIgnore, IsAListOfExceptionsOnly) {
  EXPECT_THAT(BuildContextPaths("# why\n*\n!cmake\n!tools/setup\n"),
              testing::ElementsAre("cmake", "tools/setup"));
  EXPECT_THROW(BuildContextPaths("!cmake\n"), std::runtime_error);
  EXPECT_THROW(BuildContextPaths("*\nbuild\n"), std::runtime_error);
  EXPECT_THROW(BuildContextPaths("*\n!*.txt\n"), std::runtime_error);
}

}  // namespace
}  // namespace efferent::test
