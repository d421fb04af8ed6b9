#include "clients/report/gnuplot.h"

#include <spdlog/fmt/fmt.h>

#include <unistd.h>

#include <boost/process.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace efferent {
namespace {

namespace bp = boost::process;

std::string Extension(const std::string& path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string::npos ? "" : path.substr(dot);
}

std::string Terminal(const std::string& path, const PlotSize& size) {
  if (Extension(path) == ".svg") {
    return fmt::format("svg size {},{} font 'sans-serif,12' background '#ffffff' noenhanced",
                       size.width, size.height);
  }
  if (Extension(path) == ".png") {
    return fmt::format("pngcairo size {},{} font 'sans-serif,9' noenhanced", size.width,
                       size.height);
  }
  throw std::invalid_argument("cannot draw `" + path + "`: a plot's name ends with .svg or .png");
}

}  // namespace

bool IsPlotPath(const std::string& path) {
  return Extension(path) == ".svg" || Extension(path) == ".png";
}

std::string GnuplotQuoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c == '\n' ? ' ' : c;
  }
  return quoted + '"';
}

void DrawPlot(const std::string& path, const std::string& script, const PlotSize& size) {
  const std::string terminal = Terminal(path, size);
  const auto program = bp::search_path("gnuplot");
  if (program.empty()) {
    throw std::runtime_error("cannot draw " + path +
                             ": gnuplot is not installed (apt-get install gnuplot-nox)");
  }
  // A child that ends early must not end us by SIGPIPE: the script goes through a file that it
  // opens as standard input.
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> input(std::tmpfile(), std::fclose);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> errors(std::tmpfile(), std::fclose);
  if (!input || !errors) throw std::runtime_error("cannot draw " + path + ": no temporary file");
  fmt::print(input.get(), "set terminal {}\nset output {}\n{}\nunset output\n", terminal,
             GnuplotQuoted(path), script);
  std::fflush(input.get());
  std::rewind(input.get());

  bp::child child(program, bp::std_in<input.get(), bp::std_out> errors.get(),
                  bp::std_err > errors.get());
  child.wait();
  if (child.exit_code() != 0) {
    std::string said(2000, '\0');
    std::rewind(errors.get());
    said.resize(std::fread(said.data(), 1, said.size(), errors.get()));
    throw std::runtime_error("cannot draw " + path + ": gnuplot says: " + said);
  }
}

std::string RenderSvg(const std::string& script, const PlotSize& size) {
  constexpr const char* kSuffix = ".svg";
  std::string path =
      (std::filesystem::temp_directory_path() / "efferent-XXXXXX").string() + kSuffix;
  const int file = mkstemps(path.data(), static_cast<int>(std::char_traits<char>::length(kSuffix)));
  if (file < 0) throw std::runtime_error("cannot draw: no temporary file " + path);
  close(file);
  // Whatever happens, nothing is left behind.
  const std::unique_ptr<std::string, void (*)(std::string*)> remover(
      &path, [](std::string* name) { unlink(name->c_str()); });
  DrawPlot(path, script, size);
  std::ifstream svg(path);
  return {std::istreambuf_iterator<char>(svg), {}};
}

}  // namespace efferent
