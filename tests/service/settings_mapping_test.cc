// Configuration messages and declared parameters must not drift apart.
#include <algorithm>
#include <set>

#include "server/session/session_settings.h"
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

void ListLeaves(const Descriptor& type, const std::string& path, std::set<std::string>* leaves) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    const std::string child = path.empty() ? field->name() : path + "." + field->name();
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      ListLeaves(*field->message_type(), child, leaves);
    } else {
      leaves->insert(child);
    }
  }
}

TEST(SettingsMapping, EveryFieldOfTheMessageIsReadAndEveryDeclaredFieldExists) {
  std::set<std::string> in_message;
  ListLeaves(*v1::SessionConfig::descriptor(), "", &in_message);

  std::set<std::string> read;
  SessionSettings settings;
  for (const DecoderParams& decoder : AllDecoders()) {
    settings.decoder = decoder;
    for (const FieldNote& note : ListFields(settings)) read.insert(note.path);
  }
  for (const std::string& path : ListIrregularFields()) read.insert(path);
  EXPECT_EQ(read, in_message);
}

TEST(SettingsMapping, EnumerationsOfTheWireAreThoseOfTheDecoderPlusOne) {
  EXPECT_EQ(static_cast<int>(LabelSource::kKinematics) + 1, v1::LABEL_SOURCE_KINEMATICS);
  EXPECT_EQ(static_cast<int>(LabelSource::kReward) + 1, v1::LABEL_SOURCE_REWARD);
  EXPECT_EQ(static_cast<int>(IntentionRule::kRotation) + 1, v1::INTENTION_RULE_ROTATION);
  EXPECT_EQ(static_cast<int>(LearningEffect::kTrialEnd) + 1, v1::LEARNING_EFFECT_TRIAL_END);
  EXPECT_EQ(static_cast<int>(SnnReadout::kGradient) + 1, v1::SNN_READOUT_GRADIENT);
  EXPECT_EQ(static_cast<int>(SnnFeedback::kRandom) + 1, v1::SNN_FEEDBACK_RANDOM);
  EXPECT_EQ(static_cast<int>(CommandStatus::kDecoded) + 1, v1::COMMAND_STATUS_DECODED);
  EXPECT_EQ(static_cast<int>(CommandStatus::kFault) + 1, v1::COMMAND_STATUS_FAULT);
}

TEST(SettingsMapping, WhatIsWrittenReadsBackTheSame) {
  v1::SessionConfig config = SmallConfig();
  config.set_subject_code("S01");
  config.set_num_dimensions(3);
  config.mutable_decoder()->mutable_snn()->set_seed(std::numeric_limits<std::uint64_t>::max());
  config.mutable_learning()->set_label_source(v1::LABEL_SOURCE_KINEMATICS);
  for (int i = 0; i < 3; ++i) config.mutable_limits()->add_workspace_max_m(1.0 + i);
  std::vector<Violation> violations;
  const v1::SessionConfig written =
      WriteSettings(ReadSettings(config, SettingsUse::kSession, &violations));
  EXPECT_TRUE(violations.empty());
  EXPECT_EQ(written.decoder().snn().seed(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(written.learning().label_source(), v1::LABEL_SOURCE_KINEMATICS);
  EXPECT_EQ(written.limits().workspace_max_m(2), 3.0);
  const v1::SessionConfig again =
      WriteSettings(ReadSettings(written, SettingsUse::kSession, &violations));
  EXPECT_EQ(again.SerializeAsString(), written.SerializeAsString());
}

TEST(Overlay, ReplacesListsAndSwitchesDecoders) {
  v1::SessionConfig base, over;
  base.mutable_decoder()->mutable_snn()->set_num_neurons(5);
  base.mutable_limits()->set_max_speed_m_s(3.0);
  base.mutable_limits()->add_workspace_min_m(1.0);
  over.mutable_decoder()->mutable_kalman()->set_ridge(2.0);
  over.mutable_limits()->add_workspace_min_m(7.0);
  Overlay(over, &base);
  EXPECT_TRUE(base.decoder().has_kalman());
  EXPECT_EQ(base.limits().max_speed_m_s(), 3.0);
  ASSERT_EQ(base.limits().workspace_min_m_size(), 1);
  EXPECT_EQ(base.limits().workspace_min_m(0), 7.0);
}

TEST(Overlay, LeavesWhatIsNotSet) {
  v1::SessionConfig base;
  base.mutable_decoder()->mutable_snn()->set_num_neurons(5);
  base.mutable_learning()->set_enabled(false);
  v1::SessionConfig over;
  over.mutable_decoder()->mutable_snn()->set_beta(0.25);
  Overlay(over, &base);
  EXPECT_EQ(base.decoder().snn().num_neurons(), 5u);
  EXPECT_EQ(base.decoder().snn().beta(), 0.25);
  EXPECT_FALSE(base.learning().enabled());
}

}  // namespace
}  // namespace efferent::test
