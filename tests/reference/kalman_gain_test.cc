#include <gtest/gtest.h>

#include <Eigen/Cholesky>
#include <string>

#include "decoder/kalman/steady_state.h"
#include "decoder/stabilized/factor_analysis.h"
#include "tests/reference/reference_data.h"
#include "tests/shared_data.h"

/// Steady-state gains and factor analysis of a published closed-loop decoder; PROVENANCE.md.
namespace efferent::test {
namespace {

class GolubOracle : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    data_ = SharedData("golub_20120305_oracle.h5");
    if (!data_) GTEST_SKIP() << kNoSharedData;
  }
  Eigen::MatrixXd Read(const std::string& name) const {
    return Matrix(Hdf5File(*data_ + "/golub_20120305_oracle.h5"), GetParam() + "/" + name);
  }

 private:
  std::optional<std::string> data_;
};
INSTANTIATE_TEST_SUITE_P(Mappings, GolubOracle, testing::Values("intuitive", "perturbed"),
                         [](const auto& test) { return test.param; });

// K is up to 39 (mm/s per latent); the published iteration ended 4.4e-9 from its limit.
TEST_P(GolubOracle, SteadyStateGainTo1e8) {
  const Eigen::MatrixXd k = SteadyStateGain(Read("A"), Read("C"), Read("Q"), Read("R"));
  EXPECT_LT((k - Read("K")).cwiseAbs().maxCoeff(), 1e-8);
}

// M1 = A - K C A of our own K: 4.4e-9 in K times entries of C A below 1e-2.
TEST_P(GolubOracle, FeedbackOfTheVelocityTo1e10) {
  const Eigen::MatrixXd a = Read("A");
  const Eigen::MatrixXd k = SteadyStateGain(a, Read("C"), Read("Q"), Read("R"));
  EXPECT_LT((a - k * Read("C") * a - Read("M1")).cwiseAbs().maxCoeff(), 1e-10);
}

TEST_P(GolubOracle, GainOfTheFactorAnalysisTo1e14) {
  const FactorModel model{Read("L"), Read("Ph")};
  FactorAnalysisEm em(static_cast<int>(model.loadings.rows()),
                      static_cast<int>(model.loadings.cols()));
  em.Begin(model);
  EXPECT_LT((em.gain().transpose() - Read("beta")).cwiseAbs().maxCoeff(), 1e-14);
}

}  // namespace
}  // namespace efferent::test
