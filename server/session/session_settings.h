#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "decoder/decoder_config.h"
#include "decoder/guard/guard_params.h"
#include "decoder/parameters.h"
#include "decoder/step.h"
#include "efferent/v1/config.pb.h"
#include "server/loop/timing.h"
#include "server/loop/watchdog.h"
#include "server/session/field_mapping.h"

namespace efferent {

/// What a session records and decodes into.
struct SessionShape {
  int num_channels = 0;
  TimeNs bin_width_ns = 0;
  int num_dimensions = 2;
  bool signed_counts = false;  ///< Rows of counts may be below zero.
};

template <class Visitor>
void VisitFields(SessionShape& p, Visitor&& visit) {
  visit("num_channels", p.num_channels, Bounds{1, 4096}, "channels");
  visit("bin_width_ns", p.bin_width_ns, Bounds{1e5, 1e9}, "ns");
  visit("num_dimensions", p.num_dimensions, Bounds{1, kMaxDimensions}, "dimensions");
  visit("signed_counts", p.signed_counts);
}

/// When a session learns; what it learns from is in IntentionParams.
struct LearningSwitches {
  bool enabled = true;
  LearningEffect effect = LearningEffect::kBin;
};

template <class Visitor>
void VisitFields(LearningSwitches& p, Visitor&& visit) {
  visit("enabled", p.enabled);
  visit("effect", p.effect);
}

/// Everything that defines how a session decodes: a SessionConfig in plain structs, defaults filled
/// in.
struct SessionSettings {
  std::string subject_code;
  SessionShape shape;
  InputGuardParams input_guard;
  FeatureParams features;
  DecoderParams decoder;
  LearningSwitches learning;
  IntentionParams intention;
  GuardParams guard;
  LimitParams limits;
  WatchdogParams watchdog;
  TimingParams timing;
};

/// Whether a SessionConfig must be fit to create a session, or may leave open what a request will
/// fill in.
enum class SettingsUse { kSession, kDefaults };

/// Name of the decoder that a configuration asks for, for example `snn`.
std::string_view DecoderName(const v1::DecoderConfig& config);

/// Reads a configuration and reports every violation, with paths from the configuration's root
/// (`decoder.snn.tau_m_s`).
SessionSettings ReadSettings(const v1::SessionConfig& config, SettingsUse use,
                             std::vector<Violation>* violations);

/// The configuration with every field set; reading it again gives the same settings.
v1::SessionConfig WriteSettings(const SessionSettings& settings);

/// Declared fields with their bounds and units, for the decoder that `settings` names.
std::vector<FieldNote> ListFields(const SessionSettings& settings);
/// Paths of the fields that ReadSettings takes by hand.
std::vector<std::string> ListIrregularFields();

/// Builds decoders; MakeDecoder but in tests of decoders that misbehave.
using DecoderFactory =
    std::function<std::unique_ptr<Decoder>(const DecoderParams&, const DecoderShape&)>;

/// The decoder that the settings ask for.
/// @throws InvalidParameters, paths from the configuration's root.
std::unique_ptr<Decoder> MakeSessionDecoder(const SessionSettings& settings,
                                            const DecoderFactory& make_decoder);

/// @throws InvalidParameters, paths from the configuration's root; std::bad_alloc if the session is
/// too large.
std::unique_ptr<Step> MakeStep(const SessionSettings& settings, const DecoderFactory& make_decoder);

/// Letters, digits, `-` and `_`, 1 to 64 of them: fit to name a session or a subject.
bool IsIdentifier(std::string_view text);

/// Copies every field that is set in `over` onto `base`. Unlike MergeFrom, a list replaces the one
/// below it.
void Overlay(const google::protobuf::Message& over, google::protobuf::Message* base);

}  // namespace efferent
