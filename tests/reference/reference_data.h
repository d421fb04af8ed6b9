#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "clients/acquisition/hdf5_file.h"

namespace efferent::test {

/// A two-dimensional dataset, row by row.
inline Eigen::MatrixXd Matrix(const Hdf5File& file, const std::string& name) {
  const std::vector<std::uint64_t> shape = file.Shape(name);
  const std::vector<double> numbers = file.ReadNumbers(name);
  const Eigen::Index rows = static_cast<Eigen::Index>(shape[0]);
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return Eigen::Map<const RowMajor>(numbers.data(), rows,
                                    static_cast<Eigen::Index>(numbers.size()) / rows);
}

/// A one-dimensional dataset.
inline Eigen::VectorXd Vector(const Hdf5File& file, const std::string& name) {
  const std::vector<double> numbers = file.ReadNumbers(name);
  return Eigen::Map<const Eigen::VectorXd>(numbers.data(),
                                           static_cast<Eigen::Index>(numbers.size()));
}

}  // namespace efferent::test
