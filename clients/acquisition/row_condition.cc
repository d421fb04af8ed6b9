#include "clients/acquisition/row_condition.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>
#include <sstream>
#include <string_view>

#include "clients/session/errors.h"
#include "files/printable_text.h"

namespace efferent {
namespace {

struct Condition {
  std::string column;
  std::string comparison;
  std::string value;
};

std::string Trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(' ') - first + 1));
}

std::optional<Condition> Parse(const std::string& text) {
  const auto at = text.find_first_of("=!<>");
  if (at == std::string::npos) return std::nullopt;
  const std::size_t length = at + 1 < text.size() && text[at + 1] == '=' ? 2 : 1;
  Condition condition{Trimmed(text.substr(0, at)), text.substr(at, length),
                      Trimmed(text.substr(at + length))};
  if (condition.comparison == "==") condition.comparison = "=";
  if (condition.column.empty() || condition.value.empty() || condition.comparison == "!") {
    return std::nullopt;
  }
  return condition;
}

std::optional<double> ToNumber(const std::string& text) {
  if (text == "true") return 1.0;
  if (text == "false") return 0.0;
  double number = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole ? std::optional(number) : std::nullopt;
}

std::vector<std::string> Alternatives(const std::string& value) {
  std::vector<std::string> all;
  std::istringstream stream(value);
  for (std::string one; std::getline(stream, one, '|');) all.push_back(Trimmed(one));
  return all;
}

bool Fulfils(double number, const Condition& condition, const std::vector<double>& values) {
  const bool equals = std::find(values.begin(), values.end(), number) != values.end();
  if (condition.comparison == "=") return equals;
  if (condition.comparison == "!=") return !equals;
  if (condition.comparison == "<") return number < values.front();
  if (condition.comparison == "<=") return number <= values.front();
  if (condition.comparison == ">") return number > values.front();
  return number >= values.front();
}

// One flag a row.
std::vector<bool> Evaluate(const NwbFile& file, const std::string& table,
                           const Condition& condition) {
  const bool compares_order =
      condition.comparison.front() == '<' || condition.comparison.front() == '>';
  const std::vector<std::string> texts = Alternatives(condition.value);
  std::vector<bool> rows;
  const std::string path = table + "/" + condition.column;
  if (file.hdf5().IsNumeric(path)) {
    std::vector<double> values;
    for (const std::string& text : texts) {
      const auto value = ToNumber(text);
      if (!value)
        throw InputError(fmt::format("`{}` is not a number, but the column has numbers", text));
      values.push_back(*value);
    }
    if (compares_order && values.size() != 1) throw InputError("one number is needed");
    for (const double number : file.hdf5().ReadNumbers(path)) {
      rows.push_back(Fulfils(number, condition, values));
    }
    return rows;
  }
  if (compares_order) throw InputError("the column has texts: only = and != can be asked");
  for (const std::string& text : file.hdf5().ReadStrings(path)) {
    const bool equals = std::find(texts.begin(), texts.end(), text) != texts.end();
    rows.push_back(equals == (condition.comparison == "="));
  }
  return rows;
}

std::string Columns(const NwbFile& file, const std::string& table) {
  std::string columns;
  for (const std::string& name : file.hdf5().Children(table)) {
    columns += (columns.empty() ? "" : ", ") + PrintableText(name, 64);
  }
  return columns.empty() ? "none" : columns;
}

}  // namespace

std::vector<bool> RowsWhere(const NwbFile& file, const std::string& table, std::size_t num_rows,
                            const std::vector<std::string>& conditions, const char* option) {
  std::vector<bool> chosen(num_rows, true);
  for (const std::string& text : conditions) {
    const auto fail = [&](const std::string& why) {
      return InputError(fmt::format("{}: --{} '{}': {}", file.hdf5().path(), option, text, why));
    };
    const std::optional<Condition> condition = Parse(text);
    if (!condition) throw fail("must be like quality=good or snr>=2.5");
    if (!file.hdf5().IsDataset(table + "/" + condition->column)) {
      throw fail(fmt::format("{} has no such column; it has {}", table, Columns(file, table)));
    }
    std::vector<bool> rows;
    try {
      rows = Evaluate(file, table, *condition);
    } catch (const InputError& e) {
      throw fail(e.what());
    }
    if (rows.size() != num_rows) {
      throw fail(fmt::format("the column has {} rows, the table {}", rows.size(), num_rows));
    }
    std::transform(chosen.begin(), chosen.end(), rows.begin(), chosen.begin(),
                   std::logical_and<bool>());
  }
  return chosen;
}

}  // namespace efferent
