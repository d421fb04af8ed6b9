#include "clients/evaluation/decoder_choice.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "clients/evaluation/step_settings.h"
#include "clients/session/decoder_name.h"
#include "clients/session/errors.h"

namespace efferent {
namespace {

std::string Refusal(const std::string& decoders, const std::vector<std::string>& settings) {
  try {
    ChooseDecoders(decoders, settings);
  } catch (const InputError& e) {
    return e.what();
  }
  return "it was taken";
}

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(DecoderChoice, WithoutAListThereAreThoseOfTheContract) {
  std::vector<std::string> names;
  for (const NamedDecoder& decoder : ChooseDecoders("", {})) names.push_back(decoder.name);
  std::vector<std::string> of_the_contract = DecoderNames();
  std::sort(names.begin(), names.end());
  std::sort(of_the_contract.begin(), of_the_contract.end());
  EXPECT_EQ(names, of_the_contract);
}

TEST(DecoderChoice, KeepsTheOrderOfTheListAndSetsNumbersFlagsAndChoices) {
  const auto decoders = ChooseDecoders(
      "kalman,snn", {"snn.learning_rate=2.5e-4", "snn.num_neurons=12", "snn.readout_inputs=false",
                     "snn.readout=gradient", "kalman.ridge=3", "snn.seed=18446744073709551615"});
  ASSERT_EQ(decoders.size(), 2u);
  EXPECT_EQ(decoders[0].name, "kalman");
  EXPECT_EQ(std::get<KalmanParams>(decoders[0].params).ridge, 3.0);
  const SnnParams& snn = std::get<SnnParams>(decoders[1].params);
  EXPECT_EQ(snn.learning_rate, 2.5e-4);
  EXPECT_EQ(snn.num_neurons, 12);
  EXPECT_FALSE(snn.readout_inputs);
  EXPECT_EQ(snn.readout, SnnReadout::kGradient);
  EXPECT_EQ(snn.seed, 18446744073709551615U);
}

TEST(DecoderChoice, OneKindRunsUnderSeveralNamesWithSettingsOfTheirOwn) {
  const auto decoders = ChooseDecoders("snn,still=snn", {"still.learning_rate=0"});
  EXPECT_EQ(decoders[1].name, "still");
  EXPECT_EQ(KindOf(decoders[1].params), "snn");
  EXPECT_EQ(std::get<SnnParams>(decoders[1].params).learning_rate, 0.0);
  EXPECT_EQ(std::get<SnnParams>(decoders[0].params).learning_rate, SnnParams().learning_rate);
}

TEST(DecoderChoice, SaysWhatThereIsInsteadOfWhatThereIsNot) {
  EXPECT_TRUE(Contains(Refusal("snnn", {}), "no decoder `snnn`; there are snn, kalman"));
  EXPECT_TRUE(Contains(Refusal("kalman", {"kalman.rigde=1"}),
                       "kalman has no field `rigde`; it has half_life_s, ridge"));
  EXPECT_TRUE(Contains(Refusal("kalman", {"snn.seed=1"}), "none of the decoders chosen (kalman)"));
  EXPECT_TRUE(Contains(Refusal("snn", {"snn.readout=best"}), "must be one of rls, gradient"));
}

TEST(DecoderChoice, RefusesWhatIsNoValueOrOutOfBounds) {
  EXPECT_TRUE(Contains(Refusal("snn", {"snn.num_neurons=1.5"}), "must be a whole number"));
  EXPECT_TRUE(Contains(Refusal("snn", {"snn.num_neurons=9999999999"}), "must be a whole number"));
  EXPECT_TRUE(Contains(Refusal("snn", {"snn.v_th=high"}), "v_th is `high`, must be a number"));
  EXPECT_TRUE(Contains(Refusal("snn", {"snn.v_th=nan"}), "must be in [0.001, 1000]"));
  EXPECT_TRUE(Contains(Refusal("snn", {"snn.learning_rate=2"}), "must be in [0, 1]"));
  EXPECT_TRUE(Contains(Refusal("snn", {"snn.readout_inputs=1"}), "must be true or false"));
  for (const char* text : {"snn", "snn.seed", "snn=1", ".seed=1", "snn.=1"}) {
    EXPECT_TRUE(Contains(Refusal("snn", {text}), "must be NAME.FIELD=VALUE")) << text;
  }
  EXPECT_TRUE(Contains(Refusal("snn,snn", {}), "there twice"));
  EXPECT_TRUE(Contains(Refusal("a b=snn", {}), "letters, digits"));
}

TEST(DecoderChoice, EveryParameterThatIsDescribedCanBeSetToItsOwnText) {
  for (const NamedDecoder& decoder : ChooseDecoders("", {})) {
    std::vector<std::string> settings;
    for (const FieldText& field : DescribeParams(decoder.params)) {
      settings.push_back(decoder.name + "." + field.path + "=" + field.value);
    }
    EXPECT_FALSE(settings.empty()) << decoder.name;
    const NamedDecoder again = ChooseDecoders(decoder.name, settings).front();
    const auto before = DescribeParams(decoder.params);
    const auto after = DescribeParams(again.params);
    ASSERT_EQ(before.size(), after.size());
    for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(before[i].value, after[i].value);
  }
}

TEST(DecoderChoice, OnlyDecodersThatDrawHaveASeed) {
  auto decoders = ChooseDecoders("snn,kalman", {});
  EXPECT_EQ(SeedOf(decoders[0].params), SnnParams().seed);
  EXPECT_TRUE(SetSeed(42, &decoders[0].params));
  EXPECT_EQ(SeedOf(decoders[0].params), 42u);
  EXPECT_FALSE(SeedOf(decoders[1].params));
  EXPECT_FALSE(SetSeed(42, &decoders[1].params));
}

TEST(StepSettings, TakesItsOwnAndLeavesTheDecoders) {
  std::vector<std::string> settings = {"features.normalize=false", "snn.seed=3",
                                       "learning.intended_speed_m_s=0.35",
                                       "input_guard.enabled=false"};
  StepParams params;
  ApplyStepSettings(&settings, &params);
  EXPECT_EQ(settings, std::vector<std::string>{"snn.seed=3"});
  EXPECT_FALSE(params.features.normalize);
  EXPECT_EQ(params.intention.intended_speed_m_s, 0.35);
  EXPECT_FALSE(params.input_guard.enabled);
}

TEST(StepSettings, RefusesUnknownFieldsBoundsAndTheLabel) {
  const auto refusal = [](const std::string& text) -> std::string {
    std::vector<std::string> settings = {text};
    StepParams params;
    try {
      ApplyStepSettings(&settings, &params);
    } catch (const InputError& e) {
      return e.what();
    }
    return "it was taken";
  };
  EXPECT_TRUE(Contains(refusal("features.smoothing=1"), "features.smoothing_tau_s"));
  EXPECT_TRUE(Contains(refusal("features.smoothing_tau_s=-1"), "is -1, must be in [0, 60] s"));
  EXPECT_TRUE(Contains(refusal("learning.label_source=target"), "--label"));
}

}  // namespace
}  // namespace efferent
