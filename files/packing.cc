#include "files/packing.h"

#include <zstd.h>

#include <new>

namespace efferent {
namespace {

// The fastest that packs at all: a recorder shares its processors with decoders.
constexpr int kLevel = 1;

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
  std::string bytes(size, '\0');
  const std::size_t got = ZSTD_decompress(bytes.data(), bytes.size(), packed.data(), packed.size());
  if (ZSTD_isError(got)) throw DamagedPack(std::string("is damaged: ") + ZSTD_getErrorName(got));
  if (got != size) throw DamagedPack("is damaged: it ends too early");
  return bytes;
}

}  // namespace efferent
