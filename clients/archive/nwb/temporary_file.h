#pragma once

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

namespace efferent::archive {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
/// A file without a name, which goes with its owner.
using TemporaryFile = std::unique_ptr<std::FILE, CloseFile>;

/// @throws std::runtime_error if none can be made in `folder`.
TemporaryFile MakeTemporaryFile(const std::string& folder);

/// That spikes cannot be kept in a temporary file of `folder`. `error`: of the system.
std::runtime_error TemporaryFileFailure(const std::string& folder, int error);

}  // namespace efferent::archive
