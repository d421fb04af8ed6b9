#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace efferent {

/// Text from a file or a peer that is not trusted, as one line that is fit for a terminal, a page, a
/// picture and the wire: valid UTF-8 in which each invalid byte and each of these characters is
/// replaced by `?`: control characters (C0, DEL, C1, so no escape sequence begins), ends of lines and
/// paragraphs, marks that turn the direction of writing, and those that no document may hold.
/// At most `max_bytes` long, cut between characters.
std::string PrintableText(std::string_view text, std::size_t max_bytes = std::string::npos);

/// The same of text of several lines: their ends (\n) stay, and a tab becomes a blank.
std::string PrintableLines(std::string_view text, std::size_t max_bytes = std::string::npos);

}  // namespace efferent
