#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "clients/evaluation/field_text.h"
#include "decoder/decoder_config.h"

namespace CLI {
class App;
}

namespace efferent {

/// A decoder to be evaluated. An alternative of DecoderParams that is added appears here by itself.
struct NamedDecoder {
  std::string name;  ///< In tables and result rows.
  DecoderParams params;
};

/// Decoders named in a list such as `snn,kalman`, in its order; empty: every one. `still=snn` is an
/// snn under a name of its own, so that one decoder can run with several settings. `settings`:
/// `NAME.FIELD=VALUE`, applied in order (`snn.learning_rate=0.0005`, `still.readout=gradient`).
/// @throws InputError for an unknown decoder or field (listing what there is), a name given twice,
/// a value of the wrong type or out of its bounds.
std::vector<NamedDecoder> ChooseDecoders(const std::string& comma_list,
                                         const std::vector<std::string>& settings);

/// `FIELD=VALUE` or, with a dot, a longer path. @throws InputError if it is no such thing.
struct Setting {
  std::string section;  ///< Before the first dot.
  std::string path;     ///< After it.
  std::string value;
};
Setting ParseSetting(const std::string& text);

/// Name of the kind of decoder, Decoder::name().
std::string KindOf(const DecoderParams& params);

/// Every parameter with its value.
std::vector<FieldText> DescribeParams(const DecoderParams& params);

/// The seed that the decoder draws its weights from; nothing if it draws none.
std::optional<std::uint64_t> SeedOf(const DecoderParams& params);
/// Returns false, and does nothing, if the decoder draws nothing.
bool SetSeed(std::uint64_t seed, DecoderParams* params);

/// `--decoders` and `--set`, as every evaluation has them.
struct DecoderOptions {
  std::string decoders;  ///< Before parsing: those that run by default. Empty: all.
  std::vector<std::string> settings;
};
void AddDecoderOptions(CLI::App* command, DecoderOptions* options);

}  // namespace efferent
