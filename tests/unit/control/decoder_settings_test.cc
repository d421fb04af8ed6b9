#include "clients/control/decoder_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "clients/session/decoder_name.h"
#include "clients/session/errors.h"

namespace efferent::control {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// What MakeDecoderConfig complains about; empty if it does not.
std::string Complaint(const std::string& decoder, const std::string& setting) {
  try {
    MakeDecoderConfig(decoder, {setting});
    return "";
  } catch (const InputError& e) {
    return e.what();
  }
}

TEST(DecoderSettings, ADecoderWithoutSettingsIsChosenAndNothingIsSet) {
  for (const std::string& name : DecoderNames()) {
    const v1::DecoderConfig config = MakeDecoderConfig(name, {});
    EXPECT_EQ(DecoderName(config), name);
    EXPECT_NE(config.decoder_case(), v1::DecoderConfig::DECODER_NOT_SET);
  }
  EXPECT_FALSE(MakeDecoderConfig("snn", {}).snn().has_learning_rate());
}

TEST(DecoderSettings, EveryTypeIsReadAndTheLastOfAFieldWins) {
  const v1::SnnConfig snn =
      MakeDecoderConfig("snn", {"learning_rate=1", "learning_rate=5e-4", "num_neurons=64",
                                "readout=rls", "feedback=SNN_FEEDBACK_RANDOM",
                                "readout_inputs=false", "seed=18446744073709551615"})
          .snn();
  EXPECT_EQ(snn.learning_rate(), 5e-4);
  EXPECT_EQ(snn.num_neurons(), 64U);
  EXPECT_EQ(snn.readout(), v1::SNN_READOUT_RLS);
  EXPECT_EQ(snn.feedback(), v1::SNN_FEEDBACK_RANDOM);
  EXPECT_TRUE(snn.has_readout_inputs());
  EXPECT_FALSE(snn.readout_inputs());
  EXPECT_EQ(snn.seed(), 18446744073709551615U);
}

TEST(DecoderSettings, AListReplacesTheOneBeforeIt) {
  const auto config = MakeDecoderConfig("kalman", {"m0=1,2,3", "m0=0,-0.5"});
  EXPECT_THAT(config.kalman().m0(), ElementsAre(0.0, -0.5));
}

TEST(DecoderSettings, TheNameOfTheDecoderMayStandBeforeTheField) {
  EXPECT_EQ(MakeDecoderConfig("rls", {"rls.ridge=2"}).rls().ridge(), 2.0);
}

TEST(DecoderSettings, AMisspeltFieldIsAnsweredWithTheOneMeantAndAllThereAre) {
  EXPECT_THAT(Complaint("rls", "forgeting=0.9"),
              AllOf(HasSubstr("--set forgeting=0.9"), HasSubstr("did you mean `forgetting`?"),
                    HasSubstr("it has tau_out_s, output_leak, forgetting, ridge")));
}

TEST(DecoderSettings, AFieldOfAnotherDecoderIsUnknownAndNothingIsSuggested) {
  EXPECT_THAT(
      Complaint("rls", "mixture_temperature=1"),
      AllOf(HasSubstr("rls has no field `mixture_temperature`"), Not(HasSubstr("did you mean"))));
}

TEST(DecoderSettings, AValueOfTheWrongTypeIsAnsweredWithWhatItMustBe) {
  EXPECT_THAT(Complaint("snn", "learning_rate=fast"), HasSubstr("must be a number"));
  EXPECT_THAT(Complaint("snn", "learning_rate="), HasSubstr("must be a number"));
  EXPECT_THAT(Complaint("snn", "learning_rate=1 2"), HasSubstr("must be a number"));
  EXPECT_THAT(Complaint("snn", "num_neurons=-1"), HasSubstr("must be a whole number, 0 or more"));
  EXPECT_THAT(Complaint("snn", "num_neurons=4294967296"), HasSubstr("must be a whole number"));
  EXPECT_THAT(Complaint("snn", "readout_inputs=maybe"), HasSubstr("must be true or false"));
  EXPECT_THAT(Complaint("snn", "readout=best"), HasSubstr("must be one of rls, gradient, mixture"));
  EXPECT_THAT(Complaint("kalman", "m0="), HasSubstr("must be numbers, separated by commas"));
  EXPECT_THAT(Complaint("kalman", "m0=1,,2"), HasSubstr("must be numbers, separated by commas"));
}

TEST(DecoderSettings, WhatIsNoAssignmentIsRefused) {
  EXPECT_THAT(Complaint("snn", "learning_rate"), HasSubstr("must be FIELD=VALUE"));
  EXPECT_THAT(Complaint("snn", "=1"), HasSubstr("must be FIELD=VALUE"));
}

}  // namespace
}  // namespace efferent::control
