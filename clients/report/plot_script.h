#pragma once

#include <spdlog/fmt/fmt.h>

#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <type_traits>

namespace efferent {

/// A piece of a gnuplot command that stands in our own source: it takes compile-time constants only.
struct PlotLiteral {
  consteval PlotLiteral(const char* literal) : text(literal) {}  // NOLINT: a literal is one.
  const char* text;
};

/// Text that a PlotScript holds as data; formats as the gnuplot expression of its value.
struct PlotText {
  std::size_t index;
};

/// Rows of numbers that a PlotScript holds; formats as the name of gnuplot's data block.
struct PlotData {
  std::size_t index;
};

/// Rows of numbers for a plot; what is not finite is a gap.
class PlotRows {
 public:
  void Add(std::initializer_list<double> row);
  /// A line that is drawn through the rows ends here.
  void Break() { text_ += '\n'; }
  /// Whether there is no row.
  bool empty() const { return num_rows_ == 0; }

 private:
  friend class PlotScript;
  std::string text_;
  std::size_t num_rows_ = 0;
};

/// Commands for gnuplot, made of literals and numbers alone.
///
/// gnuplot executes what a script says, also within its strings (`...` in double quotes). So text that
/// is not in our source (names of conditions, decoders, files) never becomes part of a command: AddText
/// puts it into a data block, whose lines gnuplot does not read as commands, and a command refers to it:
///
///   const PlotText name = script.AddText(trial.condition);
///   script.Add("set label {} at {},{} left\n", name, x, y);
class PlotScript {
 public:
  /// Appends `commands`, a literal in which each `{}` stands for a number or one of the types above.
  template <class... Parts>
  void Add(fmt::format_string<Parts...> commands, const Parts&... parts) {
    static_assert((kIsHarmless<Parts> && ...), "text goes into a plot through AddText");
    const fmt::string_view text = commands;
    fmt::vformat_to(std::back_inserter(text_), text, fmt::make_format_args(parts...));
  }

  /// Appends the commands of `other`, which has no data of its own.
  void Add(const PlotScript& other) { text_ += other.text_; }

  /// Holds any bytes as text, to be shown as PrintableText shows them.
  PlotText AddText(std::string_view text);
  /// Holds rows of numbers. gnuplot takes an empty block for an error, so no rows become one gap.
  PlotData AddData(const PlotRows& rows);

  bool empty() const { return text_.empty(); }
  /// What gnuplot is to read.
  const std::string& text() const { return text_; }

 private:
  // A `char` is a number to C++, and text to fmt.
  template <class T>
  static constexpr bool kIsHarmless =
      std::is_same_v<T, PlotLiteral> || std::is_same_v<T, PlotText> ||
      std::is_same_v<T, PlotData> || std::is_same_v<T, double> || std::is_same_v<T, int> ||
      std::is_same_v<T, std::size_t>;

  std::string text_;
  std::size_t num_blocks_ = 0;
};

}  // namespace efferent

template <>
struct fmt::formatter<efferent::PlotLiteral> : fmt::formatter<std::string_view> {
  auto format(efferent::PlotLiteral literal, fmt::format_context& context) const {
    return fmt::formatter<std::string_view>::format(literal.text, context);
  }
};

template <>
struct fmt::formatter<efferent::PlotText> {
  constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
  auto format(efferent::PlotText text, fmt::format_context& context) const {
    // The only line of the block, without the mark that it begins with.
    return fmt::format_to(context.out(), "$b{}[1][2:*]", text.index);
  }
};

template <>
struct fmt::formatter<efferent::PlotData> {
  constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
  auto format(efferent::PlotData data, fmt::format_context& context) const {
    return fmt::format_to(context.out(), "$b{}", data.index);
  }
};
