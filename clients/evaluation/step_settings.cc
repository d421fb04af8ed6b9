#include "clients/evaluation/step_settings.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "clients/evaluation/decoder_choice.h"
#include "clients/session/errors.h"
#include "efferent/v1/config.pb.h"

namespace efferent {
namespace {

bool IsStepSection(const std::string& section) {
  return section == "input_guard" || section == "features" || section == "learning" ||
         section == "limits";
}

void Apply(const std::string& text, const Setting& setting, StepParams* params) {
  const std::string path = setting.section + "." + setting.path;
  if (path == "learning.label_source") {
    throw InputError(fmt::format("--set {}: the label has an option of its own, --label", text));
  }
  bool found = false;
  try {
    found = SetField(params, path, setting.value, *v1::SessionConfig::descriptor());
  } catch (const InputError& e) {
    throw InputError(fmt::format("--set {}: {}", text, e.what()));
  }
  if (!found) {
    std::string fields;
    for (const FieldText& field : DescribeStepSettings(*params)) {
      if (field.path.rfind(setting.section + ".", 0) != 0) continue;
      fields += (fields.empty() ? "" : ", ") + field.path;
    }
    throw InputError(fmt::format("--set {}: there is no such field; there are {}", text, fields));
  }
  for (const Violation& violation : CheckBounds(*params)) {
    if (violation.field != path) continue;
    throw InputError(fmt::format("--set {}: {}", text, violation.description));
  }
}

}  // namespace

void ApplyStepSettings(std::vector<std::string>* settings, StepParams* params) {
  std::vector<std::string> others;
  for (const std::string& text : *settings) {
    const Setting setting = ParseSetting(text);
    if (IsStepSection(setting.section)) {
      Apply(text, setting, params);
    } else {
      others.push_back(text);
    }
  }
  *settings = std::move(others);
}

std::vector<FieldText> DescribeStepSettings(const StepParams& params) {
  std::vector<FieldText> fields = ListFieldTexts(params, *v1::SessionConfig::descriptor());
  const auto is_not_settable = [](const FieldText& field) {
    return field.path.find('.') == std::string::npos || field.path == "learning.label_source";
  };
  fields.erase(std::remove_if(fields.begin(), fields.end(), is_not_settable), fields.end());
  return fields;
}

}  // namespace efferent
