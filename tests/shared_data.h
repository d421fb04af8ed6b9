#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

namespace efferent::test {

inline constexpr const char* kNoSharedData =
    "recordings are not here: set EFFERENT_DATA to their folder to run this test";

/// The folder of recordings: $EFFERENT_DATA, or ../shared/data beside the project. Nothing if
/// `file` is not in it; under CI that is a failure.
inline std::optional<std::string> SharedData(const std::string& file) {
  const char* variable = std::getenv("EFFERENT_DATA");
  const std::string folder = variable ? variable : EFFERENT_SOURCE_DIR "/../shared/data";
  if (std::filesystem::exists(folder + "/" + file)) return folder;
  if (std::getenv("CI")) ADD_FAILURE() << folder << "/" << file << " is missing";
  return std::nullopt;
}

}  // namespace efferent::test
