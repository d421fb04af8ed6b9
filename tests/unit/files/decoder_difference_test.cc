#include "files/decoder_difference.h"

#include <gtest/gtest.h>

#include "tests/unit/files/small_file.h"

namespace efferent::test {
namespace {

TEST(DecoderDifference, OfADecoderToItselfIsNone) {
  const DecoderDifference difference = CompareDecoders(SmallFile(), SmallFile());
  EXPECT_TRUE(difference.is_equal());
  EXPECT_TRUE(difference.settings.empty());
  ASSERT_EQ(difference.fields.size(), 2u);
  EXPECT_EQ(difference.fields[0].path, "weights");
  EXPECT_EQ(difference.fields[0].a_shape, "2 x 1");
}

TEST(DecoderDifference, OfWhereItComesFromIsShownAndDoesNotCount) {
  v1::DecoderFile elsewhere = SmallFile();
  elsewhere.mutable_decoder()->mutable_provenance()->set_session_id("s2");
  const DecoderDifference difference = CompareDecoders(SmallFile(), elsewhere);
  EXPECT_TRUE(difference.is_equal());
  ASSERT_EQ(difference.provenance.size(), 1u);
  EXPECT_EQ(difference.provenance[0].path, "provenance.session_id");
  EXPECT_EQ(difference.provenance[0].a, "\"s1\"");
  EXPECT_EQ(difference.provenance[0].b, "\"s2\"");
}

TEST(DecoderDifference, NamesSettingsThatDifferOrAreNotSet) {
  v1::DecoderFile other = SmallFile();
  other.mutable_decoder()->mutable_config()->mutable_decoder()->mutable_rls()->set_ridge(31.0);
  other.mutable_decoder()->mutable_config()->clear_num_channels();
  const DecoderDifference difference = CompareDecoders(SmallFile(), other);
  EXPECT_FALSE(difference.is_equal());
  ASSERT_EQ(difference.settings.size(), 2u);
  EXPECT_EQ(difference.settings[0].path, "config.decoder.rls.ridge");
  EXPECT_EQ(difference.settings[0].b, "31");
  EXPECT_EQ(difference.settings[1].path, "config.num_channels");
  EXPECT_EQ(difference.settings[1].b, "");
}

// |(3, 4) - (3, 3)| = 1, and the longer of the two has length 5.
TEST(DecoderDifference, OfWeightsIsRelativeToTheLargerNorm) {
  const DecoderDifference difference =
      CompareDecoders(SmallFile(), SmallFile({.weights = {3.0f, 3.0f}}));
  EXPECT_FALSE(difference.is_equal());
  EXPECT_DOUBLE_EQ(difference.fields[0].relative_norm, 0.2);
  EXPECT_FALSE(difference.fields[0].is_equal);
  EXPECT_TRUE(difference.fields[1].is_equal);
}

TEST(DecoderDifference, FieldsThatOneHasAreListed) {
  v1::DecoderFile without = SmallFile();
  without.mutable_state()->resize(without.state().size() - (2 + 8 + 1 + 8 + 8));
  for (const bool turned : {false, true}) {
    const DecoderDifference difference =
        turned ? CompareDecoders(without, SmallFile()) : CompareDecoders(SmallFile(), without);
    ASSERT_EQ(difference.fields.size(), 2u);
    EXPECT_EQ(difference.fields[1].path, "num_bins");
    EXPECT_EQ(difference.fields[1].a_shape, turned ? "" : "1 x 1");
    EXPECT_EQ(difference.fields[1].b_shape, turned ? "1 x 1" : "");
    EXPECT_FALSE(difference.is_equal());
  }
}

TEST(DecoderDifference, OfWhatIsNoStateIsAnError) {
  v1::DecoderFile garbage = SmallFile();
  for (const std::string& state :
       {std::string("garbage"), std::string("\1\0x\1\xff\xff\xff\xff\xff\xff\xff\xff", 12)}) {
    garbage.set_state(state);
    EXPECT_THROW(CompareDecoders(garbage, SmallFile()), std::runtime_error);
    EXPECT_THROW(CompareDecoders(SmallFile(), garbage), std::runtime_error);
  }
}

}  // namespace
}  // namespace efferent::test
