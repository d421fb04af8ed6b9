#pragma once

#include "decoder/kernels/kernel_table.h"

namespace efferent::kernels {

/// Dense kernels in double precision, for four lanes D (see lanes_sse2.h).
template <class D>
struct SymmetricKernels {
  static constexpr std::size_t kLanes = 4;
  static constexpr std::size_t kTileSize = kLanes * kLanes;

  /// One pass over the lower half of the matrix: each tile is loaded once, brought up to date,
  /// stored, and multiplied with phi on both sides of the diagonal.
  static void UpdateAndMultiply(const SymmetricUpdate& update) {
    const std::size_t num_tiles = update.num_tiles;
    for (std::size_t r = 0; r < num_tiles; ++r)
      D::Broadcast(0.0).Store(update.product + r * kLanes);
    double* tile = update.tiles;
    for (std::size_t c = 0; c < num_tiles; ++c) {
      D u[kLanes], phi[kLanes], below[kLanes];
      for (std::size_t k = 0; k < kLanes; ++k) {
        u[k] = D::Broadcast(update.u[c * kLanes + k]);
        phi[k] = D::Broadcast(update.phi[c * kLanes + k]);
        below[k] = D::Broadcast(0.0);
      }
      // The tile on the diagonal is stored whole. It stays symmetric to the bit, as recursive least
      // squares needs: u_i u_j rounds as u_j u_i does.
      AdvanceTile<false>(update, c, u, phi, below, tile);
      tile += kTileSize;
      for (std::size_t r = c + 1; r < num_tiles; ++r, tile += kTileSize) {
        AdvanceTile<true>(update, r, u, phi, below, tile);
      }
      for (std::size_t k = 0; k < kLanes; ++k) update.product[c * kLanes + k] += below[k].Sum();
    }
  }

  /// a' b, of any size and alignment: a sum for each lane, these together, then what is left over.
  static double Dot(const double* a, const double* b, std::size_t size) {
    D sum = D::Broadcast(0.0);
    std::size_t i = 0;
    for (; i + kLanes <= size; i += kLanes) {
      sum = sum + D::LoadUnaligned(a + i) * D::LoadUnaligned(b + i);
    }
    double total = sum.Sum();
    for (; i < size; ++i) total += a[i] * b[i];
    return total;
  }

 private:
  template <bool kBelowDiagonal>
  static void AdvanceTile(const SymmetricUpdate& update, std::size_t r, const D* u, const D* phi,
                          D* below, double* tile) {
    const D u_of_rows = D::Load(update.u + r * kLanes),
            phi_of_rows = D::Load(update.phi + r * kLanes);
    D product = D::Load(update.product + r * kLanes);
    for (std::size_t k = 0; k < kLanes; ++k) {
      const D p = D::Load(tile + k * kLanes) - u_of_rows * u[k];
      p.Store(tile + k * kLanes);
      product = product + p * phi[k];
      if constexpr (kBelowDiagonal) below[k] = below[k] + p * phi_of_rows;
    }
    product.Store(update.product + r * kLanes);
  }
};

}  // namespace efferent::kernels
