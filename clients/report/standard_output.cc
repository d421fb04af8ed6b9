#include "clients/report/standard_output.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "files/printable_text.h"

namespace efferent {
namespace {

[[noreturn]] void Fail() {
  throw OutputError(std::string("cannot write to standard output: ") + std::strerror(errno));
}

}  // namespace

void PrintLines(std::string_view lines) {
  const std::string text = PrintableLines(lines);
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) Fail();
}

void FlushOutput() {
  if (std::fflush(stdout) != 0) Fail();
}

}  // namespace efferent
