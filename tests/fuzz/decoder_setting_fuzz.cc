// `--set FIELD=VALUE` of a decoder: understood, or refused with an error that names it.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "clients/control/decoder_settings.h"
#include "clients/session/decoder_name.h"
#include "clients/session/errors.h"
#include "tests/fuzz/fuzz_target.h"

namespace efferent::test {

// The first character says which decoder it is.
std::vector<std::string> FuzzSeeds() {
  return {"0learning_rate=5e-4",  "0snn.num_neurons=64",
          "0readout=mixture",     "0feedback=SNN_FEEDBACK_RANDOM",
          "0readout_inputs=true", "0lerning_rate=1",
          "1m1=1,0,0,1",          "2num_taps=0x10"};
}

}  // namespace efferent::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace efferent;
  if (size == 0) return 0;
  std::string setting(reinterpret_cast<const char*>(data) + 1, size - 1);
  setting = std::string(setting.c_str());  // No argument of a program has a zero in it.
  const std::vector<std::string> names = DecoderNames();
  const std::string& name = names[static_cast<std::size_t>(data[0] % 16) % names.size()];
  try {
    const v1::DecoderConfig config = control::MakeDecoderConfig(name, {setting});
    test::Promise(DecoderName(config) == name, "a setting chooses no other decoder", setting);
  } catch (const InputError& error) {
    const std::string text = error.what();
    test::Promise(text.starts_with("--set " + setting), "an error names its setting", text);
  }
  return 0;
}
