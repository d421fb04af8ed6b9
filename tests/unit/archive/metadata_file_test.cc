#include "clients/archive/nwb/metadata_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "clients/session/errors.h"
#include "tests/scratch_folder.h"

namespace efferent::archive {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class MetadataFile : public testing::Test {
 protected:
  void Read(const std::string& text) {
    const std::string path = (folder_.path() / "lab.yaml").string();
    std::ofstream(path) << text;
    ReadMetadata(path, &description_);
  }
  std::string ErrorOf(const std::string& text) {
    try {
      Read(text);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  }
  const ScratchFolder folder_;
  FileDescription description_;
};

TEST_F(MetadataFile, HasTheNamesOfTheSchema) {
  Read(
      "experimenter: ['Last, First']\nlab: A laboratory\nexperiment_description: Reaching\n"
      "subject: {species: Macaca mulatta, sex: M, weight: 8.2 kg, description: calm}\n");
  EXPECT_THAT(description_.experimenters, ElementsAre("Last, First"));
  EXPECT_EQ(description_.lab, "A laboratory");
  EXPECT_EQ(description_.experiment_description, "Reaching");
  EXPECT_EQ(description_.species, "Macaca mulatta");
  EXPECT_EQ(description_.sex, "M");
  EXPECT_EQ(description_.weight, "8.2 kg");
  EXPECT_EQ(description_.subject_description, "calm");
}

TEST_F(MetadataFile, WhatIsGivenAlreadyStays) {
  description_.lab = "Ours";
  Read("lab: Theirs\ninstitution: Somewhere\n");
  EXPECT_EQ(description_.lab, "Ours");
  EXPECT_EQ(description_.institution, "Somewhere");
}

TEST_F(MetadataFile, MistakesAreNamed) {
  EXPECT_THAT(ErrorOf("subject: {spezies: x}\n"),
              AllOf(HasSubstr("lab.yaml"), HasSubstr("`subject.spezies`"), HasSubstr("species")));
  EXPECT_THAT(ErrorOf("lab: [a, b]\n"), HasSubstr("`lab` must be text"));
  EXPECT_THAT(ErrorOf("labor: x\n"), AllOf(HasSubstr("`labor`"), HasSubstr("subject")));
  EXPECT_THAT(ErrorOf("[1, 2]\n"), HasSubstr("must be names and values"));
  EXPECT_THAT(ErrorOf("lab: {\n"), HasSubstr("lab.yaml"));
}

}  // namespace
}  // namespace efferent::archive
