// Text of others in what is kept and handed on: SQL, YAML, Prometheus labels, JSON of the contract.
// Whatever the text, it is stored, or refused, as a whole, and read back as it was.
#include <google/protobuf/util/json_util.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "clients/control/yaml_text.h"
#include "clients/session/message_json.h"
#include "clients/session/session_config_file.h"
#include "efferent/v1/config.pb.h"
#include "files/printable_text.h"
#include "server/metrics/metric_families.h"
#include "server/session/session_settings.h"
#include "server/storage/database.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/hostile_text.h"
#include "tests/scratch_folder.h"

namespace efferent::test {
namespace {

const ScratchFolder& Folder() {
  static const ScratchFolder folder;
  return folder;
}

void KeepInDatabase(const std::string& text) {
  static Database database(Folder().path() / "texts.db");
  static const int made = [] {
    database.Execute("CREATE TABLE sessions (text TEXT NOT NULL) STRICT");
    return 0;
  }();
  static_cast<void>(made);
  Transaction transaction(&database);
  Statement(database.handle(), "INSERT INTO sessions (text) VALUES (?)").Bind(text).Run();
  Statement read(database.handle(), "SELECT text FROM sessions WHERE text = ?");
  read.Bind(text);
  Promise(read.NextRow() && read.Text(0) == text, "SQL keeps text as it is", text);
  Promise(!read.NextRow(), "one row is one row", text);
  // Undone with the transaction: the table stays small.
}

// The value of the first label of a page in Prometheus's text format.
std::string FirstLabel(const std::string& page) {
  std::string value;
  for (std::size_t at = page.find("name=\"") + 6; at < page.size() && page[at] != '"'; ++at) {
    if (page[at] == '\\') {
      ++at;
      value += page[at] == 'n' ? '\n' : page[at];
    } else {
      value += page[at];
    }
  }
  return value;
}

void ShowAsLabel(const std::string& text) {
  auto family = MakeFamily(prometheus::MetricType::Gauge, "efferent_test", "Help.");
  AddSample({{"name", text}}, 1.0, &family);
  const std::string page = prometheus::TextSerializer().Serialize({family});
  Promise(FirstLabel(page) == text, "a label is read back", page);
  Promise(std::count(page.begin(), page.end(), '\n') == 3, "a sample is one line", page);
}

void ReadAsYaml(const std::string& text) {
  v1::SessionConfig config;
  config.set_subject_code(PrintableText(text));  // Protobuf's text is UTF-8.
  config.set_num_channels(7);
  static const std::string path = (Folder().path() / "settings.yaml").string();
  std::ofstream(path, std::ios::trunc) << control::YamlText(config);
  const v1::SessionConfig read = ReadSessionConfig(path);
  Promise(read.subject_code() == config.subject_code() && read.num_channels() == 7,
          "settings are read back from YAML", control::YamlText(config));
}

void ReadAsJson(const std::string& text) {
  v1::SessionConfig config;
  config.set_subject_code(PrintableText(text));
  config.set_num_channels(7);
  for (const std::string& json : {MessageJson(config), MessageJsonLine(config)}) {
    v1::SessionConfig read;
    const bool is_read = google::protobuf::util::JsonStringToMessage(json, &read).ok();
    Promise(is_read && read.SerializeAsString() == config.SerializeAsString(),
            "settings are read back from JSON", json);
    Promise(PrintableLines(json) == json, "JSON holds no control character", json);
  }
}

// What a session, a subject or a shadow may be called: file names, labels and shells take it as it is.
void UseAsName(const std::string& text) {
  if (!IsIdentifier(text)) return;
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  };
  Promise(!text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), is_plain),
          "a name is letters, digits, - and _", text);
}

}  // namespace

std::vector<std::string> FuzzSeeds() {
  std::vector<std::string> seeds = HostileTexts("executed");
  seeds.insert(seeds.end(), {"session-1_A", "true", "~", "1e5", "a: b", "- a", "\"", "\\"});
  return seeds;
}

}  // namespace efferent::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace efferent::test;
  const std::string text(reinterpret_cast<const char*>(data), size);
  KeepInDatabase(text);
  ShowAsLabel(text);
  ReadAsYaml(text);
  ReadAsJson(text);
  UseAsName(text);
  return 0;
}
