#include "files/decoder_file.h"

#include <bit>
#include <cstring>

#include "files/packing.h"

namespace efferent {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are little-endian");

// As with PNG: no text file begins so, and a transfer that changes line ends or high bits shows.
constexpr std::string_view kMagic =
    "\x89"
    "EFFDEC\n";

// Far more than any decoder needs; a bomb goes off no further.
constexpr std::size_t kMaxUnpacked = std::size_t{1} << 30;

/// Of the packed bytes: the frame's own is of what it holds, and some of a frame's bits hold nothing.
std::uint64_t Checksum(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  return hash;
}

template <class Integer>
void Append(Integer value, std::string* bytes) {
  bytes->append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// Cuts a number off.
template <class Integer>
Integer Cut(std::string_view* bytes) {
  Integer value;
  if (bytes->size() < sizeof value) throw BadDecoderFile("is damaged: it ends too early");
  std::memcpy(&value, bytes->data(), sizeof value);
  bytes->remove_prefix(sizeof value);
  return value;
}

}  // namespace

std::string WriteDecoderFile(const v1::DecoderFile& file) {
  Packer packer;
  const std::string_view packed = packer.Pack(file.SerializeAsString());
  std::string bytes(kMagic);
  Append(kDecoderFileVersion, &bytes);
  Append(Checksum(packed), &bytes);
  bytes += packed;
  return bytes;
}

v1::DecoderFile ReadDecoderFile(std::string_view bytes) {
  if (!bytes.starts_with(kMagic)) throw BadDecoderFile("is no decoder file");
  bytes.remove_prefix(kMagic.size());
  const auto version = Cut<std::uint32_t>(&bytes);
  if (version != kDecoderFileVersion) {
    throw BadDecoderFile("is of format version " + std::to_string(version) + ", must be " +
                         std::to_string(kDecoderFileVersion) +
                         ": it is damaged, or a later version of the programs wrote it");
  }
  const auto checksum = Cut<std::uint64_t>(&bytes);
  if (checksum != Checksum(bytes)) throw BadDecoderFile("is damaged: its checksum is another");
  v1::DecoderFile file;
  try {
    if (!file.ParseFromString(Unpack(bytes, kMaxUnpacked))) {
      throw BadDecoderFile("is damaged: it holds no decoder");
    }
  } catch (const DamagedPack& error) {
    throw BadDecoderFile(error.what());
  }
  if (file.decoder().state_size_bytes() != file.state().size()) {
    throw BadDecoderFile("is damaged: decoder.state_size_bytes is " +
                         std::to_string(file.decoder().state_size_bytes()) + ", must be " +
                         std::to_string(file.state().size()));
  }
  return file;
}

}  // namespace efferent
