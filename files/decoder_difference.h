#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "efferent/v1/decoder_file.pb.h"

namespace efferent {

/// What two decoders differ in. Provenance decides nothing: a decoder that has been taken from session to
/// session is still the same.
struct DecoderDifference {
  struct Setting {
    std::string path;  ///< For example `config.decoder.snn.learning_rate`.
    std::string a, b;  ///< As text; empty: not set.
  };
  /// A field of the state.
  struct Field {
    std::string path;              ///< For example `network.weights`.
    std::string a_shape, b_shape;  ///< For example `8 x 4`; empty: the decoder has none.
    bool is_equal = false;         ///< Bit for bit.
    double relative_norm =
        0.0;  ///< |a - b| / max(|a|, |b|), Frobenius, if both shapes are the same.
  };
  std::vector<Setting> settings, provenance;  ///< Only those that differ.
  std::vector<Field> fields;                  ///< All, in the order of `a`, then what only `b` has.

  bool is_equal() const;
};

/// @throws StateMismatch (a std::runtime_error) if one of the states is none.
DecoderDifference CompareDecoders(const v1::DecoderFile& a, const v1::DecoderFile& b);

}  // namespace efferent
