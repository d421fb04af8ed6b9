#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "efferent/v1/decoder_file.pb.h"

namespace efferent {

/// A file that is no decoder file, or a damaged one: says what it is and what it must be.
class BadDecoderFile : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline constexpr std::uint32_t kDecoderFileVersion = 1;

/// The bytes of a decoder file:
///   0x89 EFFDEC 0x0a, 8 bytes; format version, 4 bytes; checksum of what follows (FNV-1a), 8 bytes; one
///   Zstandard frame, which holds a v1::DecoderFile. Numbers are little-endian.
std::string WriteDecoderFile(const v1::DecoderFile& file);

/// What WriteDecoderFile was given. Bytes may come from anywhere: of any that it did not write, nothing is
/// taken over. Whether the state fits the decoder is not looked at.
/// @throws BadDecoderFile.
v1::DecoderFile ReadDecoderFile(std::string_view bytes);

}  // namespace efferent
