#include "server/session/session_settings.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

namespace efferent {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::RepeatedField;

/// Calls `visit(path of the message, parameters)` for each pair of message and declared struct.
template <class Settings, class Visit>
void ForEachSection(Settings& settings, Visit&& visit) {
  visit("", settings.shape);
  visit("input_guard", settings.input_guard);
  visit("features", settings.features);
  std::visit([&](auto& params) { visit("decoder." + std::string(params.kName), params); },
             settings.decoder);
  visit("learning", settings.learning);
  visit("learning", settings.intention);
  visit("learning.guard", settings.guard);
  visit("limits", settings.limits);
  visit("watchdog", settings.watchdog);
  visit("timing", settings.timing);
}

std::string Prefix(std::string_view path) {
  return path.empty() ? std::string() : std::string(path) + ".";
}

/// The message at a dotted path; with `config` mutable it is created.
Message* MutableSection(Message* message, std::string_view path) {
  while (!path.empty()) {
    const std::size_t dot = path.find('.');
    const auto& field = RequireField(*message, path.substr(0, dot));
    message = message->GetReflection()->MutableMessage(message, &field);
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  }
  return message;
}

const Message& Section(const Message& root, std::string_view path) {
  const Message* message = &root;
  while (!path.empty()) {
    const std::size_t dot = path.find('.');
    const auto& field = RequireField(*message, path.substr(0, dot));
    message = &message->GetReflection()->GetMessage(*message, &field);
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  }
  return *message;
}

/// Reads `values` as rows x columns. Empty: `what` is reported as missing.
Eigen::MatrixXd ReadMatrix(const RepeatedField<double>& values, int rows, int columns,
                           const std::string& field, std::vector<Violation>* violations) {
  if (values.size() != rows * columns) {
    violations->push_back({field, "has " + std::to_string(values.size()) + " elements, must have " +
                                      std::to_string(rows) + " x " + std::to_string(columns) +
                                      " (row-major); give all of m0, m1, m2, or none"});
    return Eigen::MatrixXd::Zero(rows, columns);
  }
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  Eigen::MatrixXd matrix = Eigen::Map<const RowMajor>(values.data(), rows, columns);
  if (!matrix.allFinite()) violations->push_back({field, "has an element that is not finite"});
  return matrix;
}

void WriteMatrix(const Eigen::MatrixXd& matrix, RepeatedField<double>* values) {
  for (Eigen::Index row = 0; row < matrix.rows(); ++row) {
    for (Eigen::Index column = 0; column < matrix.cols(); ++column) {
      values->Add(matrix(row, column));
    }
  }
}

std::optional<KalmanGains> ReadGains(const v1::KalmanConfig& config, const SessionShape& shape,
                                     std::vector<Violation>* violations) {
  const bool none = config.m0().empty() && config.m1().empty() && config.m2().empty() &&
                    config.initial_velocity_m_s().empty();
  if (none || shape.num_channels == 0) return std::nullopt;
  const int n = shape.num_dimensions;
  KalmanGains gains;
  gains.m1 = ReadMatrix(config.m1(), n, n, "decoder.kalman.m1", violations);
  gains.m2 = ReadMatrix(config.m2(), n, shape.num_channels, "decoder.kalman.m2", violations);
  gains.m0 = ReadMatrix(config.m0(), n, 1, "decoder.kalman.m0", violations);
  gains.initial = Eigen::VectorXd::Zero(n);
  if (!config.initial_velocity_m_s().empty()) {
    gains.initial = ReadMatrix(config.initial_velocity_m_s(), n, 1,
                               "decoder.kalman.initial_velocity_m_s", violations);
  }
  return gains;
}

void ReadCorner(const RepeatedField<double>& values, int num_dimensions, const std::string& field,
                TaskVector* corner, std::vector<Violation>* violations) {
  if (values.empty()) return;
  if (values.size() != num_dimensions) {
    violations->push_back({field, "has " + std::to_string(values.size()) +
                                      " elements, must have num_dimensions (" +
                                      std::to_string(num_dimensions) + ")"});
    return;
  }
  for (int i = 0; i < num_dimensions; ++i) {
    // Infinite is a bound that is not there.
    if (std::isnan(values[i])) {
      violations->push_back({field + "[" + std::to_string(i) + "]", "is not a number"});
    } else {
      (*corner)[i] = values[i];
    }
  }
}

void ReadWorkspace(const v1::LimitConfig& config, int num_dimensions, Workspace* workspace,
                   std::vector<Violation>* violations) {
  ReadCorner(config.workspace_min_m(), num_dimensions, "limits.workspace_min_m", &workspace->min_m,
             violations);
  ReadCorner(config.workspace_max_m(), num_dimensions, "limits.workspace_max_m", &workspace->max_m,
             violations);
  for (int i = 0; i < num_dimensions; ++i) {
    if (workspace->min_m[i] < workspace->max_m[i]) continue;
    violations->push_back({"limits.workspace_max_m[" + std::to_string(i) + "]",
                           "is " + std::to_string(workspace->max_m[i]) +
                               " m, must be greater than workspace_min_m (" +
                               std::to_string(workspace->min_m[i]) + " m)"});
  }
}

void CheckWatchdog(const WatchdogParams& params, std::vector<Violation>* violations) {
  const bool decided = params.hold_after_ns > 0 && params.stop_after_ns > 0;
  if (!decided || params.stop_after_ns > params.hold_after_ns) return;
  violations->push_back({"watchdog.stop_after_ns", "is " + std::to_string(params.stop_after_ns) +
                                                       " ns, must be larger than hold_after_ns (" +
                                                       std::to_string(params.hold_after_ns) +
                                                       " ns)"});
}

}  // namespace

std::string_view DecoderName(const v1::DecoderConfig& config) {
  const auto* choice = config.GetDescriptor()->FindOneofByName("decoder");
  const auto* chosen = config.GetReflection()->GetOneofFieldDescriptor(config, choice);
  return chosen ? std::string_view(chosen->name()) : DecoderName(DecoderParams());
}

SessionSettings ReadSettings(const v1::SessionConfig& config, SettingsUse use,
                             std::vector<Violation>* violations) {
  SessionSettings settings;
  for (const DecoderParams& decoder : AllDecoders()) {
    if (DecoderName(decoder) == DecoderName(config.decoder())) settings.decoder = decoder;
  }
  ForEachSection(settings, [&](std::string_view path, auto& params) {
    VisitFields(params, FieldReader(Section(config, path), Prefix(path), violations));
  });

  settings.subject_code = config.subject_code();
  if (!settings.subject_code.empty() && !IsIdentifier(settings.subject_code)) {
    violations->push_back(
        {"subject_code", "must be letters, digits, `-` and `_`, at most 64; never a name"});
  }
  if (use == SettingsUse::kSession) {
    if (!config.has_num_channels()) {
      violations->push_back({"num_channels", "is required: how many channels are recorded"});
    }
    if (!config.has_bin_width_ns()) {
      violations->push_back({"bin_width_ns", "is required: how long a bin is, in nanoseconds"});
    }
  }
  if (auto* kalman = std::get_if<KalmanParams>(&settings.decoder)) {
    kalman->gains = ReadGains(config.decoder().kalman(), settings.shape, violations);
  }
  ReadWorkspace(config.limits(), settings.shape.num_dimensions, &settings.limits.workspace,
                violations);
  if (use == SettingsUse::kSession) {
    const TimeNs bin_width_ns = settings.shape.bin_width_ns;
    CheckWatchdog(settings.watchdog.Effective(bin_width_ns, /*real_time=*/true), violations);
    settings.watchdog = settings.watchdog.Effective(bin_width_ns, settings.timing.real_time);
    settings.timing = settings.timing.Effective(bin_width_ns);
    settings.timing.stale_after_ns = settings.watchdog.stop_after_ns;
  } else {
    CheckWatchdog(settings.watchdog, violations);
  }
  return settings;
}

v1::SessionConfig WriteSettings(const SessionSettings& settings) {
  v1::SessionConfig config;
  SessionSettings copy = settings;  // VisitFields is written for mutable structs
  ForEachSection(copy, [&](std::string_view path, auto& params) {
    VisitFields(params, FieldWriter(MutableSection(&config, path)));
  });
  config.set_subject_code(settings.subject_code);
  // Zero is no value of these two, it means that they are still open.
  if (settings.shape.num_channels == 0) config.clear_num_channels();
  if (settings.shape.bin_width_ns == 0) config.clear_bin_width_ns();

  if (const auto* kalman = std::get_if<KalmanParams>(&settings.decoder); kalman && kalman->gains) {
    v1::KalmanConfig* message = config.mutable_decoder()->mutable_kalman();
    WriteMatrix(kalman->gains->m1, message->mutable_m1());
    WriteMatrix(kalman->gains->m2, message->mutable_m2());
    WriteMatrix(kalman->gains->m0, message->mutable_m0());
    WriteMatrix(kalman->gains->initial, message->mutable_initial_velocity_m_s());
  }
  const Workspace& workspace = settings.limits.workspace;
  const int n = settings.shape.num_dimensions;
  if (workspace.min_m.head(n).array().isFinite().any()) {
    WriteMatrix(workspace.min_m.head(n), config.mutable_limits()->mutable_workspace_min_m());
  }
  if (workspace.max_m.head(n).array().isFinite().any()) {
    WriteMatrix(workspace.max_m.head(n), config.mutable_limits()->mutable_workspace_max_m());
  }
  return config;
}

std::vector<FieldNote> ListFields(const SessionSettings& settings) {
  std::vector<FieldNote> notes;
  SessionSettings copy = settings;
  ForEachSection(copy, [&](std::string_view path, auto& params) {
    VisitFields(params, FieldLister(Prefix(path), &notes));
  });
  return notes;
}

std::vector<std::string> ListIrregularFields() {
  return {"subject_code",
          "decoder.kalman.m1",
          "decoder.kalman.m2",
          "decoder.kalman.m0",
          "decoder.kalman.initial_velocity_m_s",
          "limits.workspace_min_m",
          "limits.workspace_max_m"};
}

std::unique_ptr<Decoder> MakeSessionDecoder(const SessionSettings& settings,
                                            const DecoderFactory& make_decoder) {
  const SessionShape& shape = settings.shape;
  try {
    return make_decoder(settings.decoder,
                        {shape.num_channels, shape.num_dimensions, shape.bin_width_ns});
  } catch (const InvalidParameters& error) {
    std::vector<Violation> violations = error.violations();
    for (Violation& violation : violations) violation.field = "decoder." + violation.field;
    throw InvalidParameters(std::move(violations));
  }
}

std::unique_ptr<Step> MakeStep(const SessionSettings& settings,
                               const DecoderFactory& make_decoder) {
  StepParams params;
  params.num_channels = settings.shape.num_channels;
  params.bin_width_ns = settings.shape.bin_width_ns;
  params.num_dimensions = settings.shape.num_dimensions;
  params.input_guard = settings.input_guard;
  params.features = settings.features;
  params.intention = settings.intention;
  params.guard = settings.guard;
  params.limits = settings.limits;
  params.learning_effect = settings.learning.effect;
  params.learning_enabled = settings.learning.enabled;
  return std::make_unique<Step>(params, MakeSessionDecoder(settings, make_decoder));
}

bool IsIdentifier(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

void Overlay(const Message& over, Message* base) {
  const auto* reflection = over.GetReflection();
  const std::unique_ptr<Message> values(over.New());
  values->CopyFrom(over);
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(over, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field->is_repeated()) {
      Overlay(reflection->GetMessage(over, field), reflection->MutableMessage(base, field));
    } else {
      reflection->SwapFields(base, values.get(), {field});
    }
  }
}

}  // namespace efferent
