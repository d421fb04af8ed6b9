#include "clients/report/result_row.h"

#include <spdlog/fmt/fmt.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "clients/report/output_file.h"

namespace efferent {

using nlohmann::ordered_json;

namespace {

template <class T>
ordered_json ToJson(const std::optional<T>& value) {
  return value ? ordered_json(*value) : ordered_json(nullptr);
}

template <class T>
std::optional<T> FromJson(const nlohmann::json& value) {
  return value.is_null() ? std::nullopt : std::optional<T>(value.get<T>());
}

bool IsFinite(const ResultRow& row) {
  return std::isfinite(row.value) && std::isfinite(row.ci_low.value_or(0.0)) &&
         std::isfinite(row.ci_high.value_or(0.0));
}

}  // namespace

std::string ResultRowsJson(const std::vector<ResultRow>& rows) {
  ordered_json list = ordered_json::array();
  for (const ResultRow& row : rows) {
    if (!IsFinite(row)) {
      throw std::invalid_argument(fmt::format("result {} of {} in {} is not finite", row.metric,
                                              row.decoder, row.condition));
    }
    list.push_back({{"decoder", row.decoder},
                    {"condition", row.condition},
                    {"protocol", row.protocol},
                    {"metric", row.metric},
                    {"value", row.value},
                    {"ci_low", ToJson(row.ci_low)},
                    {"ci_high", ToJson(row.ci_high)},
                    {"n", row.n},
                    {"seed", ToJson(row.seed)},
                    {"note", ToJson(row.note)}});
  }
  // What is not UTF-8 (a file's name may be anything) is no reason to lose the figures.
  return list.dump(1, ' ', false, ordered_json::error_handler_t::replace) + '\n';
}

void WriteResultRows(const std::string& path, const std::vector<ResultRow>& rows) {
  const std::string json = ResultRowsJson(rows);
  OutputFile(path, /*overwrite=*/true).Write(json);
}

std::vector<ResultRow> ReadResultRows(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  try {
    std::vector<ResultRow> rows;
    for (const auto& item : nlohmann::json::parse(file)) {
      rows.push_back({item.at("decoder"), item.at("condition"), item.at("protocol"),
                      item.at("metric"), item.at("value"), item.at("n"),
                      FromJson<double>(item.at("ci_low")), FromJson<double>(item.at("ci_high")),
                      FromJson<std::uint64_t>(item.at("seed")),
                      FromJson<std::string>(item.value("note", nlohmann::json()))});
    }
    return rows;
  } catch (const nlohmann::json::exception& e) {
    throw std::runtime_error(path + " is not a list of result rows: " + e.what());
  }
}

}  // namespace efferent
