#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace efferent {

/// One figure of a run; the same shape in every report, so that runs can be joined and compared.
struct ResultRow {
  std::string
      decoder;  ///< `snn`, `kalman`, ...; `recorded`: what the file says was decoded at the time.
  std::string condition;  ///< Trials that it covers, or `all`.
  std::string
      protocol;  ///< How learning and scoring were arranged, for example `prequential-trials`.
  std::string metric;  ///< With its unit, for example `angle_median_deg`.
  double value = 0.0;
  std::int64_t n = 0;                            ///< Samples behind the value.
  std::optional<double> ci_low = std::nullopt;   ///< Bounds of the 95 % confidence interval of the
  std::optional<double> ci_high = std::nullopt;  ///< value, where one was estimated.
  std::optional<std::uint64_t> seed = std::nullopt;  ///< Of what was drawn, where something was.
  std::optional<std::string> note = std::nullopt;  ///< In words, where a figure alone says little.
};

/// A JSON list of objects with the fields decoder, condition, protocol, metric, value, ci_low, ci_high,
/// n, seed, note; what is not known is null.
/// @throws std::invalid_argument naming the row whose value is not finite.
std::string ResultRowsJson(const std::vector<ResultRow>& rows);

/// Writes that to a file, and replaces what was there.
/// @throws InputError or std::runtime_error as OutputFile.
void WriteResultRows(const std::string& path, const std::vector<ResultRow>& rows);

/// Reads a file that holds what ResultRowsJson returns.
/// @throws std::runtime_error naming the file if it cannot be read or is something else.
std::vector<ResultRow> ReadResultRows(const std::string& path);

}  // namespace efferent
