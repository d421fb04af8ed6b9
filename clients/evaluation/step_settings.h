#pragma once

#include <string>
#include <vector>

#include "clients/evaluation/field_text.h"
#include "decoder/step.h"

namespace efferent {

/// Applies those of `settings` (`--set`) that are not a decoder's own but the step's, and removes
/// them: `input_guard.*`, `features.*`, `learning.*` (but the label's source) and `limits.*`, named as in a session's
/// configuration. The others stay, for ChooseDecoders.
/// @throws InputError for an unknown field (listing what there is) or a value out of bounds.
void ApplyStepSettings(std::vector<std::string>* settings, StepParams* params);

/// Every field that ApplyStepSettings takes, with its value.
std::vector<FieldText> DescribeStepSettings(const StepParams& params);

}  // namespace efferent
