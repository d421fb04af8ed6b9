#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace efferent::bench {

/// The numbers of an HDF5 file, in memory, to be written again: what the library alone takes for them.
class Hdf5Copies {
 public:
  enum class Storage {
    kContiguous,       ///< As they are.
    kAsInTheOriginal,  ///< In the pieces and with the filters that they have there.
  };

  /// Reads every dataset of numbers. @throws std::runtime_error if the file cannot be read.
  explicit Hdf5Copies(const std::string& path);
  ~Hdf5Copies();

  /// Bytes of all of them, unpacked.
  std::int64_t num_bytes() const;
  /// Writes them to a new file, and returns how long that took, s.
  double Write(const std::string& path, Storage storage) const;

 private:
  struct Dataset;
  std::vector<Dataset> datasets_;
};

}  // namespace efferent::bench
