#include <gtest/gtest.h>

#include <Eigen/Core>
#include <random>

#include "decoder/kernels/padded.h"
#include "decoder/linear/recursive_least_squares.h"
#include "tests/unit/decoder/kernel_choice.h"

namespace efferent {
namespace {

using Doubles = kernels::CacheLineVector<double>;

class SymmetricSizes : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Tiles, SymmetricSizes, testing::Values(0, 1, 2, 5, 41));

/// Lower half in tiles, see Kernels::UpdateAndMultiply.
Doubles Tiles(const Eigen::MatrixXd& p) {
  Doubles tiles;
  for (Eigen::Index c = 0; c < p.cols(); c += 4) {
    for (Eigen::Index r = c; r < p.rows(); r += 4) {
      for (Eigen::Index k = 0; k < 4; ++k) {
        for (Eigen::Index l = 0; l < 4; ++l) tiles.push_back(p(r + l, c + k));
      }
    }
  }
  return tiles;
}

TEST_P(SymmetricSizes, UpdatesAndMultipliesAsDenseAlgebraDoesWithTheSameBitsFromEveryKernel) {
  const auto n = static_cast<Eigen::Index>(4 * GetParam());
  std::mt19937_64 random(2);
  std::normal_distribution<double> normal;
  const auto draw = [&] { return normal(random); };
  const Eigen::MatrixXd half = Eigen::MatrixXd::NullaryExpr(n, n, draw);
  const Eigen::MatrixXd p = half + half.transpose();
  for (Eigen::Index num_updates = 0; num_updates <= 5; ++num_updates) {
    for (Eigen::Index num_products = 0; num_products <= 3; ++num_products) {
      const Eigen::MatrixXd u = Eigen::MatrixXd::NullaryExpr(n, num_updates, draw);
      const Eigen::MatrixXd phi = Eigen::MatrixXd::NullaryExpr(n, num_products, draw);
      Eigen::MatrixXd updated = p;
      for (Eigen::Index k = 0; k < num_updates; ++k) updated -= u.col(k) * u.col(k).transpose();
      const Eigen::MatrixXd expected = updated * phi;

      Doubles first_product;
      for (const kernels::Kernels& kernels : SupportedKernels()) {
        Doubles tiles = Tiles(p);
        Doubles product(static_cast<std::size_t>(n * num_products), 0.0);
        const Doubles aligned_u(u.reshaped().begin(), u.reshaped().end());
        const Doubles aligned_phi(phi.reshaped().begin(), phi.reshaped().end());
        kernels::SymmetricUpdate update;
        update.num_tiles = GetParam();
        update.last_column = GetParam() / 3;  // in two parts
        update.tiles = tiles.data();
        update.num_updates = static_cast<std::size_t>(num_updates);
        update.u = aligned_u.data();
        update.num_products = static_cast<std::size_t>(num_products);
        update.phi = aligned_phi.data();
        update.product = product.data();
        kernels.UpdateAndMultiply(update);
        for (std::size_t c = 0; c < update.last_column; ++c) update.tiles += 16 * (GetParam() - c);
        update.first_column = update.last_column;
        update.last_column = GetParam();
        kernels.UpdateAndMultiply(update);
        EXPECT_EQ(tiles, Tiles(updated)) << num_updates << " updates";
        for (Eigen::Index i = 0; i < expected.size(); ++i) {
          EXPECT_NEAR(product[static_cast<std::size_t>(i)], expected.reshaped()[i],
                      1e-13 * static_cast<double>(n) * (1.0 + std::abs(expected.reshaped()[i])));
        }
        if (first_product.empty()) first_product = product;
        EXPECT_EQ(product, first_product);
      }
    }
  }
}

TEST(Kernels, DotTakesAnySizeAndAlignmentAndGivesTheSameBits) {
  std::mt19937_64 random(2);
  std::normal_distribution<double> normal;
  std::vector<double> a(200), b(200);
  for (double& x : a) x = normal(random);
  for (double& x : b) x = normal(random);
  for (std::size_t offset = 0; offset < 4; ++offset) {
    for (std::size_t size : {0, 1, 3, 4, 5, 161, 190}) {
      double expected = 0.0;
      for (std::size_t i = 0; i < size; ++i) expected += a[offset + i] * b[i];
      const double first = SupportedKernels().front().Dot(a.data() + offset, b.data(), size);
      EXPECT_NEAR(first, expected, 1e-12);
      for (const kernels::Kernels& kernels : SupportedKernels()) {
        EXPECT_EQ(kernels.Dot(a.data() + offset, b.data(), size), first) << size << " + " << offset;
      }
    }
  }
}

TEST(RecursiveLeastSquares, EveryKernelGivesTheSameBits) {
  for (const int features : {1, 3, 4, 30, 161}) {
    Eigen::MatrixXd first;
    for (const kernels::Kernels& kernels : SupportedKernels()) {
      // Forgetting fast, so that its factors are folded back into the matrix once.
      RecursiveLeastSquares rls(features, 0.9, 1.0, kernels);
      Eigen::MatrixXd w = Eigen::MatrixXd::Zero(features, 2);
      std::mt19937_64 random(5);
      std::normal_distribution<double> normal;
      Eigen::VectorXd phi(features);
      for (int k = 0; k < 2500; ++k) {
        for (double& value : phi) value = normal(random);
        phi[features / 2] = 0.0;  // a silent feature
        const Eigen::VectorXd error =
            w.transpose() * phi - Eigen::Vector2d(phi.sum(), normal(random));
        rls.Update(phi, error, 1.0, &w);
      }
      if (first.size() == 0) first = w;
      EXPECT_TRUE(w.allFinite());
      EXPECT_EQ(w, first) << features << " features";
    }
  }
}

}  // namespace
}  // namespace efferent
