#pragma once

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace efferent {

/// Packed bytes that are not what was packed.
class DamagedPack : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Packs bytes into a Zstandard frame with a checksum. One thread at a time.
class Packer {
 public:
  Packer();
  ~Packer();
  Packer(const Packer&) = delete;
  Packer& operator=(const Packer&) = delete;

  /// Valid until the next call.
  std::string_view Pack(std::string_view bytes);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
  std::string packed_;
};

/// What was packed. Bytes may come from anywhere; more than `max_size` is refused.
/// @throws DamagedPack.
std::string Unpack(std::string_view packed, std::size_t max_size);

}  // namespace efferent
