#include "clients/archive/nwb/event_rows.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "clients/archive/nwb/nwb_object.h"
#include "clients/control/session_text.h"
#include "clients/session/decoder_name.h"

namespace efferent::archive {
namespace {

/// Settings of the decoder, without braces: programs that look at tables take those for JSON.
std::string SettingsText(const v1::DecoderConfig& config) {
  const auto* choice = config.GetDescriptor()->FindOneofByName("decoder");
  const auto* chosen = config.GetReflection()->GetOneofFieldDescriptor(config, choice);
  return chosen ? config.GetReflection()->GetMessage(config, chosen).ShortDebugString() : "";
}

}  // namespace

void EventRows::AdvanceTo(std::int64_t time_unix_ns, std::int64_t decoded_until_ns) {
  for (; next_event_ < recording_.events_size(); ++next_event_) {
    const v1::RecordedEvent& event = recording_.events(next_event_);
    if (event.time_unix_ns() > time_unix_ns) break;
    rows_.push_back(
        {decoded_until_ns, event.time_unix_ns(), event.kind(), event.detail(), nullptr});
  }
}

void EventRows::AddBin(const v1::RecordedBin& bin, std::int64_t start_ns,
                       std::int64_t time_unix_ns) {
  silence_ = v1::COMMAND_STATUS_UNSPECIFIED;
  if (bin.has_learning_enabled()) {
    rows_.push_back(
        {start_ns, time_unix_ns, "learning", bin.learning_enabled() ? "on" : "off", nullptr});
  }
  for (const std::uint64_t number : bin.decoder_changes()) {
    for (const v1::RecordedDecoderChange& change : recording_.decoder_changes()) {
      if (change.number() != number) continue;
      rows_.push_back({start_ns, time_unix_ns, "decoder " + change.kind(), "", &change});
    }
  }
}

void EventRows::AddSilence(const v1::Command& command, std::int64_t time_unix_ns,
                           std::int64_t decoded_until_ns) {
  if (command.status() == silence_) return;
  silence_ = command.status();
  rows_.push_back({decoded_until_ns, time_unix_ns, "command " + control::StatusText(silence_),
                   fmt::format("no new bin after bin {}", command.bin_index()), nullptr});
}

void EventRows::AddGap(const v1::RecordedGap& gap, std::int64_t time_unix_ns,
                       std::int64_t decoded_until_ns) {
  rows_.push_back({decoded_until_ns, time_unix_ns, "records missing",
                   fmt::format("{} records", gap.record_count()), nullptr});
}

void EventRows::WriteChanges(TableOutput* table) const {
  const bool any =
      std::any_of(rows_.begin(), rows_.end(), [](const Row& row) { return row.change; });
  if (!any) return;
  std::vector<std::string> shadow, decoder, settings;
  std::vector<bool> frozen, twin, imported;
  for (const Row& row : rows_) {
    const v1::RecordedDecoderChange& change =
        row.change ? *row.change : v1::RecordedDecoderChange::default_instance();
    const v1::DecoderConfig& config = change.config();
    shadow.push_back(change.name());
    const bool has_decoder = config.decoder_case() != v1::DecoderConfig::DECODER_NOT_SET;
    decoder.push_back(has_decoder ? DecoderName(config) : "");
    settings.push_back(SettingsText(config));
    frozen.push_back(change.frozen());
    twin.push_back(change.twin());
    imported.push_back(change.imported());
  }
  table->Texts("shadow", "Of a change of decoders: name of the shadow.", shadow);
  table->Texts("decoder", "Of a change of decoders: the new decoder.", decoder);
  table->Texts("decoder_settings", "Its settings, name: value, one after the other.", settings);
  table->Booleans("frozen", "Whether it never learns.", frozen);
  table->Booleans("twin", "Whether it began with the weights of the decoder that drove.", twin);
  table->Booleans("imported", "Whether it came with weights of its own.", imported);
}

void EventRows::Write(const std::string& path, Hdf5Output* file) const {
  if (rows_.empty()) return;
  std::vector<double> time;
  std::vector<std::string> wall_clock, kind, detail;
  for (const Row& row : rows_) {
    time.push_back(Seconds(row.time_ns));
    wall_clock.push_back(IsoTime(row.unix_ns));
    kind.push_back(row.kind);
    detail.push_back(row.detail);
  }
  TableOutput table(file, path, "DynamicTable", "What happened in the session.");
  table.Numbers("timestamp",
                "Seconds of session time: start of the bin that it came with, otherwise end of the "
                "last bin that had been decoded.",
                time);
  table.Texts("wall_clock", "The server's clock, ISO 8601.", wall_clock);
  table.Texts("kind", "What happened.", kind);
  table.Texts("detail", "More about it.", detail);
  WriteChanges(&table);
  table.Finish(rows_.size());
}

}  // namespace efferent::archive
