#pragma once

#include <string>

#include "efferent/v1/decoder_file.pb.h"

namespace efferent::test {

/// A decoder of two channels that has a state of two fields.
struct SmallState {
  float weights[2] = {3.0f, 4.0f};
  std::int64_t num_bins = 7;
};
std::string Bytes(const SmallState& state);
v1::DecoderFile SmallFile(const SmallState& state = {});

}  // namespace efferent::test
