#pragma once

#include <string>
#include <string_view>

namespace efferent {

/// `text` from a file or a peer that is not trusted, fit for a terminal and for the wire: valid UTF-8 without
/// control characters, what is neither replaced by `?`, and at most `max_bytes` long, cut between
/// characters.
std::string PrintableText(std::string_view text, std::size_t max_bytes);

}  // namespace efferent
