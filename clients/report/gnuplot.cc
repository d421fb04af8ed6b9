#include "clients/report/gnuplot.h"

#include <boost/process.hpp>
#include <cstdio>
#include <memory>
#include <stdexcept>

#include "files/printable_text.h"

namespace efferent {
namespace {

namespace bp = boost::process;

// Of what gnuplot says when it fails.
constexpr std::size_t kMaxSaid = 2000;

using TemporaryFile = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

TemporaryFile MakeTemporaryFile() {
  TemporaryFile file(std::tmpfile(), std::fclose);
  if (!file) throw std::runtime_error("cannot draw: no temporary file");
  return file;
}

std::string ReadAll(std::FILE* file) {
  std::string bytes;
  std::rewind(file);
  char piece[1 << 16];
  for (std::size_t n = 0; (n = std::fread(piece, 1, sizeof piece, file)) > 0;) {
    bytes.append(piece, n);
  }
  return bytes;
}

// `noenhanced`: no markup in text. Names are UTF-8, whatever the locale.
PlotScript Preamble(PlotFormat format, const PlotSize& size) {
  PlotScript script;
  script.Add("set terminal {} noenhanced size {},{}\nset encoding utf8\n",
             format == PlotFormat::kSvg
                 ? PlotLiteral("svg font 'sans-serif,12' background '#ffffff'")
                 : PlotLiteral("pngcairo font 'sans-serif,9'"),
             size.width, size.height);
  return script;
}

}  // namespace

std::optional<PlotFormat> PlotFormatOf(const std::string& path) {
  if (path.ends_with(".svg")) return PlotFormat::kSvg;
  if (path.ends_with(".png")) return PlotFormat::kPng;
  return std::nullopt;
}

std::string DrawPlot(const PlotScript& script, PlotFormat format, const PlotSize& size) {
  const auto program = bp::search_path("gnuplot");
  if (program.empty()) {
    throw std::runtime_error("cannot draw: gnuplot is not installed (apt-get install gnuplot-nox)");
  }
  // Files instead of pipes: a child that ends early must not end us by SIGPIPE, and one that writes a lot
  // must not wait for us.
  const TemporaryFile input = MakeTemporaryFile();
  const TemporaryFile picture = MakeTemporaryFile();
  const TemporaryFile errors = MakeTemporaryFile();
  const std::string commands = Preamble(format, size).text() + script.text();
  if (std::fwrite(commands.data(), 1, commands.size(), input.get()) != commands.size() ||
      std::fflush(input.get()) != 0) {
    throw std::runtime_error("cannot draw: the temporary file for gnuplot cannot be written");
  }
  std::rewind(input.get());

  bp::child child(program, "--default-settings", bp::std_in<input.get(), bp::std_out> picture.get(),
                  bp::std_err > errors.get());
  child.wait();
  if (child.exit_code() != 0) {
    throw std::runtime_error("cannot draw: gnuplot says: " +
                             PrintableLines(ReadAll(errors.get()), kMaxSaid));
  }
  return ReadAll(picture.get());
}

}  // namespace efferent
