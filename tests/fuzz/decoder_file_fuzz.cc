// A decoder file: its bytes, and what is in them, which a session takes in or refuses with an error.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "decoder/state_bytes.h"
#include "files/decoder_difference.h"
#include "files/decoder_file.h"
#include "server/session/imported_decoder.h"
#include "tests/fuzz/fuzz_target.h"

namespace efferent::test {
namespace {

SessionSettings Settings(const v1::DecoderConfig& decoder, std::vector<Violation>* violations) {
  v1::SessionConfig config;
  config.set_num_channels(3);
  config.set_bin_width_ns(5'000'000);
  *config.mutable_decoder() = decoder;
  return ReadSettings(config, SettingsUse::kSession, violations);
}

v1::DecoderConfig Config(std::string_view name) {
  v1::DecoderConfig config;
  if (name == "snn") {
    config.mutable_snn()->set_num_neurons(4);
  } else {
    config.mutable_nlms();
  }
  return config;
}

v1::DecoderFile File(std::string_view name) {
  std::vector<Violation> none;
  const SessionSettings settings = Settings(Config(name), &none);
  v1::DecoderFile file;
  *file.mutable_decoder()->mutable_config() = WriteSettings(settings);
  file.mutable_decoder()->mutable_provenance()->set_session_id("s");
  file.set_state(SaveState(*MakeSessionDecoder(settings, MakeDecoder)));
  file.mutable_decoder()->set_state_size_bytes(file.state().size());
  return file;
}

void PromiseReason(const std::exception& error) {
  Promise(std::string_view(error.what()).size() > 10, "an error says what is wrong");
}

/// What the server does with it. Its decoder's settings may ask for what takes long to make.
void TakeIn(const v1::DecoderFile& file) {
  const v1::DecoderConfig& config = file.decoder().config().decoder();
  if (config.has_snn() && config.snn().num_neurons() > 8) return;
  std::vector<Violation> violations;
  const SessionSettings settings = Settings(config, &violations);
  if (!violations.empty() || settings.shape.num_channels != 3) return;
  CompareOrigin(file.decoder(), settings);
  try {
    const auto decoder = MakeSessionDecoder(settings, MakeDecoder);
    LoadImportedState(file.state(), settings, decoder.get());
    Promise(SaveState(*decoder) == file.state(), "what was taken in is what came");
  } catch (const StateMismatch& error) {
    PromiseReason(error);
  } catch (const InvalidParameters& error) {
    PromiseReason(error);
  }
}

}  // namespace

std::vector<std::string> FuzzSeeds() {
  std::vector<std::string> seeds;
  for (const char* name : {"snn", "nlms"}) {
    seeds.push_back('f' + WriteDecoderFile(File(name)));
    seeds.push_back('m' + File(name).SerializeAsString());
    seeds.push_back(name[0] + File(name).state());
  }
  return seeds;
}

}  // namespace efferent::test

// The first character says what the rest is: `f` a whole file, whose checksum hardly anything passes, `m` the
// message in it, `s` and `n` the state of an snn and of an nlms.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace efferent;
  static const v1::DecoderFile other = test::File("nlms");
  if (size == 0) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  v1::DecoderFile file;
  if (data[0] == 'f') {
    try {
      file = ReadDecoderFile(bytes);
    } catch (const BadDecoderFile& error) {
      test::PromiseReason(error);
      return 0;
    }
  } else if (data[0] == 's' || data[0] == 'n') {
    file = test::File(data[0] == 's' ? "snn" : "nlms");
    file.set_state(bytes);
  } else if (!file.ParseFromString(bytes)) {
    return 0;
  }
  try {
    CompareDecoders(file, other);
  } catch (const StateMismatch& error) {
    test::PromiseReason(error);
  }
  test::TakeIn(file);
  return 0;
}
