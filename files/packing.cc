#include "files/packing.h"

#include <zstd.h>

#include <algorithm>
#include <new>

namespace efferent {
namespace {

// The fastest that packs at all: a recorder shares its processors with decoders.
constexpr int kLevel = 1;
constexpr std::size_t kFirstUnpacked = 1 << 20;

}  // namespace

struct Packer::Context {
  ZSTD_CCtx* zstd = ZSTD_createCCtx();
  ~Context() { ZSTD_freeCCtx(zstd); }
};

Packer::Packer() : context_(std::make_unique<Context>()) {
  if (!context_->zstd) throw std::bad_alloc();
  ZSTD_CCtx_setParameter(context_->zstd, ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(context_->zstd, ZSTD_c_checksumFlag, 1);
}

Packer::~Packer() = default;

std::string_view Packer::Pack(std::string_view bytes) {
  const std::size_t bound = ZSTD_compressBound(bytes.size());
  if (packed_.size() < bound) packed_.resize(bound);
  const std::size_t size =
      ZSTD_compress2(context_->zstd, packed_.data(), packed_.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(size)) throw std::runtime_error(ZSTD_getErrorName(size));
  return std::string_view(packed_).substr(0, size);
}

std::string Unpack(std::string_view packed, std::size_t max_size) {
  const unsigned long long size = ZSTD_getFrameContentSize(packed.data(), packed.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > max_size) {
    throw DamagedPack("is damaged: no frame of a size that can be");
  }
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(),
                                                                     ZSTD_freeDCtx);
  if (!context) throw std::bad_alloc();
  // What the frame says of its size is believed as far as it goes: a few bytes do not take a gigabyte.
  std::string bytes(std::min<std::size_t>(size, kFirstUnpacked), '\0');
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  ZSTD_outBuffer out{bytes.data(), bytes.size(), 0};
  for (;;) {
    const std::size_t in_before = in.pos, out_before = out.pos;
    const std::size_t left = ZSTD_decompressStream(context.get(), &out, &in);
    if (ZSTD_isError(left))
      throw DamagedPack(std::string("is damaged: ") + ZSTD_getErrorName(left));
    if (left == 0) break;
    if (out.pos == bytes.size() && bytes.size() < size) {
      bytes.resize(std::min<std::size_t>(size, 2 * bytes.size()));
      out = {bytes.data(), bytes.size(), out.pos};
    } else if (in.pos == in_before && out.pos == out_before) {
      throw DamagedPack("is damaged: it ends too early");
    }
  }
  if (in.pos != packed.size()) throw DamagedPack("is damaged: something comes after its end");
  if (out.pos != size) throw DamagedPack("is damaged: it ends too early");
  return bytes;
}

}  // namespace efferent
