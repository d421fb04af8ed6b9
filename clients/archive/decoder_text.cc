#include "clients/archive/decoder_text.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "clients/report/table.h"
#include "clients/session/decoder_name.h"
#include "files/printable_text.h"

namespace efferent::archive {
namespace {

constexpr std::size_t kMaxName = 64;
constexpr std::size_t kMaxPath = 256;

std::string Dash(const std::string& text) { return text.empty() ? "-" : text; }

std::string SettingsTable(const std::vector<DecoderDifference::Setting>& settings,
                          const std::string& what, const std::string& a, const std::string& b) {
  if (settings.empty()) return fmt::format("{}: equal\n", what);
  Table table({what, a, b}, 3);
  for (const auto& setting : settings) {
    table.AddRow({setting.path, Dash(setting.a), Dash(setting.b)});
  }
  return table.ToString();
}

std::string DifferenceText(const DecoderDifference::Field& field) {
  if (field.is_equal) return "equal";
  if (field.a_shape != field.b_shape) return "-";
  return fmt::format("{:.3g}", field.relative_norm);
}

std::string StateTable(const std::vector<DecoderDifference::Field>& fields, bool all) {
  const auto num_equal =
      std::count_if(fields.begin(), fields.end(), [](const auto& field) { return field.is_equal; });
  const bool are_equal = num_equal == static_cast<std::ptrdiff_t>(fields.size());
  if (are_equal && !all) return "state: equal\n";
  Table table({"state", "shape", "|a - b| / max(|a|, |b|)"}, 2);
  for (const DecoderDifference::Field& field : fields) {
    if (field.is_equal && !all) continue;
    const bool one_shape = field.a_shape == field.b_shape;
    table.AddRow({PrintableText(field.path, kMaxPath),
                  one_shape ? field.a_shape
                            : fmt::format("{}, {}", Dash(field.a_shape), Dash(field.b_shape)),
                  DifferenceText(field)});
  }
  return table.ToString() +
         fmt::format("{} of {} fields of the state are equal\n", num_equal, fields.size());
}

}  // namespace

std::string DescribeDecoder(const v1::SavedDecoder& decoder) {
  const v1::DecoderProvenance& from = decoder.provenance();
  return fmt::format("{} of {} channels, {} of session {} at bin {}, learnt from {} bins",
                     DecoderName(decoder.config()), decoder.config().num_channels(),
                     PrintableText(from.name(), kMaxName),
                     PrintableText(from.session_id(), kMaxName), from.bin_index(),
                     from.learned_bin_count());
}

std::string DescribeDifference(const DecoderDifference& difference, const std::string& a,
                               const std::string& b, bool all) {
  return SettingsTable(difference.settings, "settings", a, b) + '\n' +
         SettingsTable(difference.provenance, "provenance", a, b) + '\n' +
         StateTable(difference.fields, all);
}

}  // namespace efferent::archive
