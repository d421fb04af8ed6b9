#pragma once

#include <string>
#include <vector>

namespace efferent {

/// Text that somebody might write into a recording, or send as a name, so that another program executes
/// it, breaks off, or shows something else. What is executed makes the file `marker`.
inline std::vector<std::string> HostileTexts(const std::string& marker) {
  const std::string touch = "touch " + marker;
  const std::string call = "system('" + touch + "')";
  return {"`" + touch + "`",
          "a`id>" + marker + "`b",
          "$(" + touch + ")",
          "\"; system(\"" + touch + "\"); \"",
          "'; " + call + "; '",
          "''; " + call + " #",
          "\\\"`" + touch + "`\\\"",
          "EOD",
          "EOD\n" + call + "\nplot x",
          "a\nEOD\n" + call + "\n",
          "a\r\nEOD\r\n!" + touch + "\r\n",
          "a\\\n!" + touch,
          "!" + touch,
          "@ARG0 @GPVAL_TERM",
          "${HOME} %s%n%d \\n \\x41",
          "{/Symbol a}^2_3 &{x} ~a{.8b}",
          "# a comment",
          " leading and trailing ",
          "</text><script>alert(1)</script>",
          "\"><img src=x onerror=alert(1)>' id='x",
          "]]> &amp; &lt; <!-- -->",
          "\x1b[31mred\x1b]0;title\x07\x1b[2J",
          "\xc2\x9b"
          "31m C1",
          "\xe2\x80\xae"
          "txet \xe2\x81\xa6 bidi",
          "\xe2\x80\xa8 line \xe2\x80\xa9 paragraph \xef\xbf\xbf none",
          "\xff\xfe\x80 not UTF-8 \xc3",
          std::string("a\0b", 3),
          "a,b;c\td|e\"f\"",
          "=1+1",
          "x'); DROP TABLE sessions; --",
          "key: [value, {a: b}] &anchor *alias !!python/object",
          "na\xc3\xafve \xc2\xb5V \xe6\x97\xa5\xe6\x9c\xac"};
}

}  // namespace efferent
