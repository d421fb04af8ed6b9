#include "clients/acquisition/lzf_filter.h"

#include <hdf5.h>
#include <liblzf/lzf.h>

#include <algorithm>
#include <cstddef>

namespace efferent {
namespace {

constexpr H5Z_filter_t kLzf = 32000;
// Three bytes of LZF stand for 264 at most.
constexpr std::size_t kMaxGrowth = 88;

// One chunk: a callback as H5Zregister wants it. 0 is failure, and leaves `*buffer` alone.
std::size_t Unpack(unsigned flags, std::size_t num_values, const unsigned values[],
                   std::size_t num_bytes, std::size_t* buffer_size, void** buffer) {
  if ((flags & H5Z_FLAG_REVERSE) == 0) return 0;
  // h5py writes the size of the chunk as the third value; what a damaged file says is not trusted.
  std::size_t size = kMaxGrowth * num_bytes;
  if (num_values > 2 && values[2] > 0) size = std::min<std::size_t>(size, values[2]);
  void* unpacked = H5allocate_memory(size, false);
  if (unpacked == nullptr) return 0;
  const unsigned written = lzf_decompress(*buffer, static_cast<unsigned>(num_bytes), unpacked,
                                          static_cast<unsigned>(size));
  if (written == 0) {
    H5free_memory(unpacked);
    return 0;
  }
  H5free_memory(*buffer);
  *buffer = unpacked;
  *buffer_size = size;
  return written;
}

}  // namespace

void RegisterLzfFilter() {
  const H5Z_class2_t filter = {H5Z_CLASS_T_VERS, kLzf, 0, 1, "lzf", nullptr, nullptr, Unpack};
  H5Zregister(&filter);
}

}  // namespace efferent
