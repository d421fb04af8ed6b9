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
    // Named outside of the loops, whose stores could be to anything.
    const std::size_t size = update.num_tiles * kLanes;
    const double* const u = update.u;
    const double* const phi = update.phi;
    double* const product = update.product;
    double* tile = update.tiles;
    const std::size_t last = update.last_column * kLanes;
    for (std::size_t c = update.first_column * kLanes; c < last; c += kLanes) {
      const D u0 = D::Broadcast(u[c]), phi0 = D::Broadcast(phi[c]);
      const D u1 = D::Broadcast(u[c + 1]), phi1 = D::Broadcast(phi[c + 1]);
      const D u2 = D::Broadcast(u[c + 2]), phi2 = D::Broadcast(phi[c + 2]);
      const D u3 = D::Broadcast(u[c + 3]), phi3 = D::Broadcast(phi[c + 3]);
      D below0 = D::Broadcast(0.0), below1 = below0, below2 = below0, below3 = below0;
      for (std::size_t r = c; r < size; r += kLanes, tile += kTileSize) {
        const D u_of_rows = D::Load(u + r), phi_of_rows = D::Load(phi + r);
        const D p0 = D::Load(tile) - u_of_rows * u0;
        const D p1 = D::Load(tile + kLanes) - u_of_rows * u1;
        const D p2 = D::Load(tile + 2 * kLanes) - u_of_rows * u2;
        const D p3 = D::Load(tile + 3 * kLanes) - u_of_rows * u3;
        p0.Store(tile);
        p1.Store(tile + kLanes);
        p2.Store(tile + 2 * kLanes);
        p3.Store(tile + 3 * kLanes);
        const D right = (p0 * phi0 + p1 * phi1) + (p2 * phi2 + p3 * phi3);
        (D::Load(product + r) + right).Store(product + r);
        below0 = below0 + p0 * phi_of_rows;
        below1 = below1 + p1 * phi_of_rows;
        below2 = below2 + p2 * phi_of_rows;
        below3 = below3 + p3 * phi_of_rows;
        // The tile on the diagonal is stored whole: what is below is beside already. It stays
        // symmetric to the bit, which recursive least squares needs: u_i u_j rounds as u_j u_i does.
        if (r == c) below0 = below1 = below2 = below3 = D::Broadcast(0.0);
      }
      product[c] += below0.Sum();
      product[c + 1] += below1.Sum();
      product[c + 2] += below2.Sum();
      product[c + 3] += below3.Sum();
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
};

}  // namespace efferent::kernels
