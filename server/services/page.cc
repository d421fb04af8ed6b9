#include "server/services/page.h"

#include <algorithm>
#include <charconv>

namespace efferent {
namespace {

std::optional<std::int64_t> ReadToken(const std::string& token) {
  if (token.empty()) return 0;
  std::int64_t number = 0;
  const char* end = token.data() + token.size();
  const auto [parsed, error] = std::from_chars(token.data(), end, number);
  if (error != std::errc() || parsed != end || number < 0) return std::nullopt;
  return number;
}

}  // namespace

std::optional<Page> ReadPage(int page_size, const std::string& page_token, grpc::Status* status) {
  if (page_size < 0) {
    *status =
        InvalidArgument({{"page_size", "is " + std::to_string(page_size) + ", must be in [0, " +
                                           std::to_string(Page::kMaxSize) + "] entries"}});
    return std::nullopt;
  }
  const auto after = ReadToken(page_token);
  if (!after) {
    *status = InvalidArgument(
        {{"page_token", "must be empty or the `next_page_token` of the page before"}});
    return std::nullopt;
  }
  return Page{*after, page_size == 0 ? Page::kUsualSize : std::min(page_size, Page::kMaxSize)};
}

}  // namespace efferent
