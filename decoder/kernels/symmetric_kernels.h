#pragma once

#include "decoder/kernels/kernel_table.h"

namespace efferent::kernels {

/// Dense kernels in double precision, for four lanes D (see lanes_sse2.h).
template <class D>
struct SymmetricKernels {
  static constexpr std::size_t kLanes = 4;
  static constexpr std::size_t kTileSize = kLanes * kLanes;

  /// One pass over the lower half of the matrix: a column of tiles comes from memory once, and is in the
  /// first cache while it is brought up to date and multiplied with phi on both sides of the diagonal.
  static void UpdateAndMultiply(const SymmetricUpdate& update) {
    const std::size_t size = update.num_tiles * kLanes;
    double* tiles = update.tiles;
    for (std::size_t c = update.first_column; c < update.last_column; ++c) {
      const Column column = {c * kLanes, size, tiles};
      std::size_t i = 0, j = 0;  // of the updates and of the products
      for (; i + 2 <= update.num_updates; i += 2) {
        Visit<2, 0>(column, update.u + i * size, nullptr, nullptr);
      }
      // What most often comes alone, in one go.
      if (i < update.num_updates && j < update.num_products) {
        Visit<1, 1>(column, update.u + i * size, update.phi, update.product);
        ++i, ++j;
      }
      if (i < update.num_updates) Visit<1, 0>(column, update.u + i * size, nullptr, nullptr);
      for (; j < update.num_products; ++j) {
        Visit<0, 1>(column, nullptr, update.phi + j * size, update.product + j * size);
      }
      tiles += (update.num_tiles - c) * kTileSize;
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
  /// A column of tiles, from that on the diagonal down.
  struct Column {
    std::size_t first;  // of its rows and columns
    std::size_t size;   // of a vector
    double* tiles;
  };

  template <std::size_t kUpdates, std::size_t kProducts>
  static void Visit(const Column& column, const double* u, const double* phi, double* product) {
    // Named outside of the loop, whose stores could be to anything.
    const std::size_t c = column.first, size = column.size;
    double* tile = column.tiles;
    D u_of_columns[kUpdates + 1][kLanes], phi_of_columns[kProducts + 1][kLanes];
    D below[kProducts + 1][kLanes];
    for (std::size_t l = 0; l < kLanes; ++l) {
      for (std::size_t k = 0; k < kUpdates; ++k) {
        u_of_columns[k][l] = D::Broadcast(u[k * size + c + l]);
      }
      for (std::size_t k = 0; k < kProducts; ++k) {
        phi_of_columns[k][l] = D::Broadcast(phi[k * size + c + l]);
        below[k][l] = D::Broadcast(0.0);
      }
    }
    const std::size_t next = (size - c) * kLanes;  // column: as long as this one
    for (std::size_t r = c; r < size; r += kLanes, tile += kTileSize) {
      // Several visits take longer than memory does: it may bring the next column meanwhile.
      if constexpr (kUpdates == 0) {
        __builtin_prefetch(tile + next);
        __builtin_prefetch(tile + next + kTileSize / 2);
      }
      D p[kLanes];
      for (std::size_t l = 0; l < kLanes; ++l) p[l] = D::Load(tile + l * kLanes);
      for (std::size_t k = 0; k < kUpdates; ++k) {
        const D u_of_rows = D::Load(u + k * size + r);
        for (std::size_t l = 0; l < kLanes; ++l) p[l] = p[l] - u_of_rows * u_of_columns[k][l];
      }
      if constexpr (kUpdates > 0) {
        for (std::size_t l = 0; l < kLanes; ++l) p[l].Store(tile + l * kLanes);
      }
      for (std::size_t k = 0; k < kProducts; ++k) {
        const D phi_of_rows = D::Load(phi + k * size + r);
        const D right = (p[0] * phi_of_columns[k][0] + p[1] * phi_of_columns[k][1]) +
                        (p[2] * phi_of_columns[k][2] + p[3] * phi_of_columns[k][3]);
        double* const product_of_rows = product + k * size + r;
        (D::Load(product_of_rows) + right).Store(product_of_rows);
        for (std::size_t l = 0; l < kLanes; ++l) below[k][l] = below[k][l] + p[l] * phi_of_rows;
        // The tile on the diagonal is stored whole: what is below is beside already. It stays
        // symmetric to the bit, which recursive least squares needs: u_i u_j rounds as u_j u_i does.
        if (r == c) {
          for (D& sum : below[k]) sum = D::Broadcast(0.0);
        }
      }
    }
    for (std::size_t k = 0; k < kProducts; ++k) {
      for (std::size_t l = 0; l < kLanes; ++l) product[k * size + c + l] += below[k][l].Sum();
    }
  }
};

}  // namespace efferent::kernels
