#pragma once

#include <string>
#include <vector>

#include "clients/evaluation/recording/recording_evaluation.h"
#include "clients/report/html_page.h"

namespace efferent {

/// What a page says about how it came about, beside what the evaluations know.
struct PageSettings {
  const EvaluationSettings* evaluation = nullptr;
  std::string version;  ///< The program's.
};

/// The report of an evaluation as one HTML file: what was run and how it is scored; for each
/// recording the figures with their intervals, errors over the session, decoded against true
/// velocities, distributions, and the dead-neuron control; every parameter of every decoder.
/// @throws std::runtime_error if gnuplot fails or is missing.
HtmlPage MakeRecordingPage(const std::vector<RecordingEvaluation>& evaluations,
                           const PageSettings& settings);

}  // namespace efferent
