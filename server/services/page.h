#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "server/services/error_status.h"

namespace efferent {

/// What a caller may ask of a list that is answered page by page. Token: the number of the last entry of the page
/// before, where entries have numbers that grow and are never used again; so what ends meanwhile hides nothing.
struct Page {
  static constexpr int kUsualSize = 500, kMaxSize = 1'000;
  /// A page that has reached this is complete, however few entries it has: a message has 16 MiB at most.
  static constexpr std::size_t kMaxBytes = 1 << 20;

  std::int64_t after = 0;  ///< Only entries with greater numbers.
  int size = kUsualSize;   ///< At most so many.
};

/// Reads `page_size` (0: the usual one) and `page_token` (empty: the first page). Nothing: `*status` says what is wrong.
std::optional<Page> ReadPage(int page_size, const std::string& page_token, grpc::Status* status);

}  // namespace efferent
