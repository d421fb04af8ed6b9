#include "tests/architecture/arrows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/architecture/source_tree.h"
#include "tests/scratch_folder.h"

namespace efferent {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A small project in a temporary folder, in which single files can be spoilt.
class MadeUpTree : public ::testing::Test {
 protected:
  MadeUpTree() {
    Write("proto/efferent/v1/arm.proto", "import \"google/protobuf/any.proto\";\n");
    Write("decoder/step.h", "#include <vector>\n#include <Eigen/Core>\n");
    Write("files/decoder_file.h", "#include <zstd.h>\n#include \"decoder/step.h\"\n");
    Write("server/loop/loop.h", "#include <mutex>\n#include \"decoder/step.h\"\n");
    Write("server/service.h",
          "#include <grpcpp/grpcpp.h>\n#include \"efferent/v1/arm.grpc.pb.h\"\n"
          "#include \"server/loop/loop.h\"\n");
    Write("clients/arm/arm.h",
          "#include \"efferent/v1/arm.pb.h\"\n#include \"files/decoder_file.h\"\n");
    Write("clients/evaluation/score.h", "#include \"decoder/step.h\"\n");
    Write("tests/step_test.cc", "#include <gtest/gtest.h>\n#include \"server/service.h\"\n");
  }

  void Write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << text;
  }

  std::vector<std::string> Violations() const { return FindViolations(ReadSourceTree(root_)); }

 private:
  const ScratchFolder folder_;
  const std::filesystem::path& root_ = folder_.path();
};

TEST(Architecture, ThisProjectHasNoForbiddenArrow) {
  EXPECT_THAT(FindViolations(ReadSourceTree(EFFERENT_SOURCE_DIR)), IsEmpty());
}

TEST(Architecture, ThisProjectHasBeenRead) {
  const SourceTree tree = ReadSourceTree(EFFERENT_SOURCE_DIR);
  EXPECT_TRUE(tree.files.contains("decoder/step.h"));
  EXPECT_TRUE(tree.files.contains("tests/architecture/arrows_test.cc"));
  EXPECT_GT(tree.includes.size(), 100U);
}

TEST(Architecture, AFolderWithoutRoomsIsNoCleanTree) {
  EXPECT_THROW(ReadSourceTree(std::filesystem::path(EFFERENT_SOURCE_DIR) / "cmake"),
               std::runtime_error);
}

TEST_F(MadeUpTree, IsCleanBeforeItIsSpoilt) { EXPECT_THAT(Violations(), IsEmpty()); }

TEST_F(MadeUpTree, TheContractKnowsNoRoom) {
  Write("proto/efferent/v1/arm.proto", "\nimport \"decoder/step.proto\";\n");
  EXPECT_THAT(
      Violations(),
      ElementsAre("proto/efferent/v1/arm.proto:2: proto/ knows nothing: decoder/step.proto"));
}

TEST_F(MadeUpTree, TheDecoderKnowsNoServer) {
  Write("decoder/step.h", "#include <vector>\n\n#include \"server/service.h\"\n");
  EXPECT_THAT(Violations(), Contains(HasSubstr("decoder/step.h:3: decoder/ knows itself, Eigen")));
}

TEST_F(MadeUpTree, TheDecoderStartsNoThreadReadsNoClockAndOpensNoFile) {
  Write("decoder/step.h",
        "#include <thread>\n#include <chrono>\n#include <fstream>\n#include <span>\n");
  EXPECT_THAT(Violations(),
              ElementsAre(HasSubstr("decoder/step.h:1: "), HasSubstr("decoder/step.h:2: "),
                          HasSubstr("decoder/step.h:3: ")));
}

TEST_F(MadeUpTree, TheLoopKnowsNoGrpc) {
  Write("server/loop/loop.h", "#include <grpcpp/grpcpp.h>\n");
  EXPECT_THAT(Violations(),
              ElementsAre("server/loop/loop.h:1: server/loop/ knows neither gRPC nor Protobuf: "
                          "grpcpp/grpcpp.h"));
}

TEST_F(MadeUpTree, TheLoopReachesNoProtobufThroughAnotherHeader) {
  Write("server/limits.h", "#include \"efferent/v1/arm.pb.h\"\n");
  Write("server/loop/loop.h", "#include \"server/limits.h\"\n");
  EXPECT_THAT(
      Violations(),
      ElementsAre("server/loop/loop.h:1: server/loop/ knows neither gRPC nor Protobuf, reached "
                  "through server/limits.h: server/limits.h"));
}

TEST_F(MadeUpTree, HeadersThatIncludeEachOtherEndTheSearch) {
  Write("server/loop/a.h", "#include \"server/loop/b.h\"\n");
  Write("server/loop/b.h", "#include \"server/loop/a.h\"\n");
  EXPECT_THAT(Violations(), IsEmpty());
}

TEST_F(MadeUpTree, AClientKnowsNoServer) {
  Write("clients/arm/arm.h", "#include \"server/service.h\"\n");
  EXPECT_THAT(
      Violations(),
      ElementsAre(HasSubstr("clients/arm/arm.h:1: clients/ know the server by its contract")));
}

TEST_F(MadeUpTree, OnlyTheEvaluationClientKnowsTheDecoder) {
  Write("clients/arm/arm.h", "#include \"decoder/step.h\"\n");
  EXPECT_THAT(Violations(),
              ElementsAre(HasSubstr("clients/arm/arm.h:1: of clients/ only evaluation/")));
}

TEST_F(MadeUpTree, TheServerKnowsNoClient) {
  Write("server/service.h", "#include \"clients/arm/arm.h\"\n");
  EXPECT_THAT(Violations(),
              ElementsAre(HasSubstr("server/service.h:1: server/ does not know clients/")));
}

TEST_F(MadeUpTree, FilesKnowNeitherServerNorClients) {
  for (const char* header : {"server/service.h", "clients/arm/arm.h"}) {
    Write("files/decoder_file.h", std::string("#include \"") + header + "\"\n");
    EXPECT_THAT(Violations(),
                ElementsAre(HasSubstr("files/decoder_file.h:1: files/ knows neither")));
  }
}

TEST_F(MadeUpTree, NobodyButTestsIncludesTests) {
  Write("tests/fake.h", "");
  Write("server/service.h", "#include \"tests/fake.h\"\n");
  EXPECT_THAT(Violations(),
              ElementsAre(HasSubstr("server/service.h:1: nobody but tests includes tests/")));
}

TEST_F(MadeUpTree, AnOwnHeaderIsNamedByItsFullPath) {
  Write("server/loop/loop.h", "#include \"../service.h\"\n#include \"wheel.h\"\n");
  Write("server/loop/wheel.h", "");
  EXPECT_THAT(
      Violations(),
      ElementsAre(HasSubstr("server/loop/loop.h:1: an own header is included by its full path"),
                  HasSubstr("server/loop/loop.h:2: an own header is included by its full path")));
}

TEST_F(MadeUpTree, AnOwnHeaderIsInQuotes) {
  Write("tests/step_test.cc", "#include <server/service.h>\n#include <efferent/v1/arm.pb.h>\n");
  EXPECT_THAT(Violations(),
              ElementsAre(HasSubstr("tests/step_test.cc:1: an own header is included in quotes"),
                          HasSubstr("tests/step_test.cc:2: an own header is included in quotes")));
}

TEST_F(MadeUpTree, AnIncludedFileExists) {
  Write("tests/step_test.cc", "#include \"server/gone.h\"\n#include \"efferent/v1/gone.pb.h\"\n");
  EXPECT_THAT(Violations(),
              ElementsAre(HasSubstr("tests/step_test.cc:1: no such file in the project"),
                          HasSubstr("tests/step_test.cc:2: no such file in the project")));
}

TEST_F(MadeUpTree, AFolderIsNamedAfterWhatItIsAbout) {
  Write("server/utils/strings.h", "");
  Write("clients/common/README.md", "");
  EXPECT_THAT(Violations(),
              ElementsAre(HasSubstr("clients/common: "), HasSubstr("server/utils: ")));
}

TEST_F(MadeUpTree, DeployAndProtoHoldNoCode) {
  Write("deploy/helper.cc", "");
  Write("proto/efferent/v1/helper.h", "");
  EXPECT_THAT(Violations(), ElementsAre(HasSubstr("deploy/helper.cc: "),
                                        HasSubstr("proto/efferent/v1/helper.h: ")));
}

TEST_F(MadeUpTree, WhatIsInACommentDoesNotCount) {
  Write("decoder/step.h",
        "// #include <thread>\n/* #include <mutex>\n#include <chrono>\n*/ #include <span>  // not "
        "<fstream>\n");
  EXPECT_THAT(Violations(), IsEmpty());
}

TEST_F(MadeUpTree, AConditionDoesNotHideAnArrow) {
  Write("decoder/step.h", "#ifdef FAST\n#  include <thread>\n#endif\n");
  EXPECT_THAT(Violations(), ElementsAre(HasSubstr("decoder/step.h:2: ")));
}

}  // namespace
}  // namespace efferent
