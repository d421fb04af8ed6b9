#include "clients/evaluation/decoder_choice.h"

#include <spdlog/fmt/fmt.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>
#include <utility>
#include <variant>

#include "clients/session/errors.h"
#include "efferent/v1/config.pb.h"

namespace efferent {
namespace {

// One of each, with its defaults.
template <std::size_t... I>
std::vector<DecoderParams> EveryKind(std::index_sequence<I...>) {
  return {DecoderParams(std::in_place_index<I>)...};
}

std::vector<DecoderParams> EveryKind() {
  return EveryKind(std::make_index_sequence<std::variant_size_v<DecoderParams>>());
}

// The smallest session there is: what a decoder is asked about it does not depend on the shape.
constexpr DecoderShape kSmallShape{1, 2, 10'000'000};

std::string Join(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::vector<std::string> KindNames() {
  std::vector<std::string> names;
  for (const DecoderParams& params : EveryKind()) names.push_back(KindOf(params));
  return names;
}

const google::protobuf::Descriptor& MessageOf(const DecoderParams& params) {
  return internal::NestedMessage(KindOf(params), *v1::DecoderConfig::descriptor());
}

// A name goes into tables, paths of settings and file names.
bool IsName(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-';
  });
}

NamedDecoder ParseEntry(const std::string& entry) {
  const std::size_t equals = entry.find('=');
  const std::string name = entry.substr(0, equals);
  const std::string kind = equals == std::string::npos ? name : entry.substr(equals + 1);
  for (DecoderParams& params : EveryKind()) {
    if (KindOf(params) != kind) continue;
    if (!IsName(name)) {
      throw InputError(fmt::format(
          "--decoders {}: a name has letters, digits, `_` and `-` only, as in still=snn", entry));
    }
    return {name, std::move(params)};
  }
  throw InputError(
      fmt::format("--decoders: there is no decoder `{}`; there are {}", kind, Join(KindNames())));
}

void Apply(const std::string& text, std::vector<NamedDecoder>* decoders) {
  const Setting setting = ParseSetting(text);
  std::vector<std::string> names;
  for (NamedDecoder& decoder : *decoders) {
    names.push_back(decoder.name);
    if (decoder.name != setting.section) continue;
    const auto& message = MessageOf(decoder.params);
    bool found = false;
    try {
      found = std::visit(
          [&](auto& params) { return SetField(&params, setting.path, setting.value, message); },
          decoder.params);
    } catch (const InputError& e) {
      throw InputError(fmt::format("--set {}: {}", text, e.what()));
    }
    if (found) return;
    std::vector<std::string> fields;
    for (const FieldText& field : DescribeParams(decoder.params)) fields.push_back(field.path);
    throw InputError(fmt::format("--set {}: {} has no field `{}`; it has {}", text, decoder.name,
                                 setting.path, Join(fields)));
  }
  throw InputError(fmt::format("--set {}: `{}` is none of the decoders chosen ({})", text,
                               setting.section, Join(names)));
}

void CheckParams(const NamedDecoder& decoder) {
  try {
    MakeDecoder(decoder.params, kSmallShape);
  } catch (const InvalidParameters& e) {
    throw InputError(fmt::format("--set ({}): {}", decoder.name, e.what()));
  }
}

// Visitor for VisitFields that finds the field `seed`.
struct SeedFinder {
  std::uint64_t** seed;
  template <class T>
  void operator()(std::string_view name, T& value, Bounds, std::string_view) const {
    if constexpr (std::is_same_v<T, std::uint64_t>) {
      if (name == "seed") *seed = &value;
    }
  }
  template <class T>
  void operator()(std::string_view, T&) const {}
};

std::uint64_t* FindSeed(DecoderParams* params) {
  std::uint64_t* seed = nullptr;
  std::visit([&](auto& alternative) { VisitFields(alternative, SeedFinder{&seed}); }, *params);
  return seed;
}

}  // namespace

std::string KindOf(const DecoderParams& params) {
  // Parameters out of bounds would not make a decoder; its name does not depend on them.
  DecoderParams defaults = EveryKind()[params.index()];
  return std::string(MakeDecoder(defaults, kSmallShape)->name());
}

Setting ParseSetting(const std::string& text) {
  const std::size_t equals = text.find('=');
  const std::size_t dot = text.find('.');
  if (equals == std::string::npos || dot >= equals || dot == 0 || dot + 1 == equals) {
    throw InputError(
        fmt::format("--set {}: must be NAME.FIELD=VALUE, as in snn.learning_rate=0.0005", text));
  }
  return {text.substr(0, dot), text.substr(dot + 1, equals - dot - 1), text.substr(equals + 1)};
}

std::vector<NamedDecoder> ChooseDecoders(const std::string& comma_list,
                                         const std::vector<std::string>& settings) {
  std::vector<NamedDecoder> decoders;
  std::istringstream entries(comma_list);
  for (std::string entry; std::getline(entries, entry, ',');) {
    decoders.push_back(ParseEntry(entry));
    const std::string& name = decoders.back().name;
    const auto same = [&](const NamedDecoder& other) { return other.name == name; };
    if (std::count_if(decoders.begin(), decoders.end(), same) > 1) {
      throw InputError(
          fmt::format("--decoders: `{}` is there twice; give one a name of its own, as in other={}",
                      name, KindOf(decoders.back().params)));
    }
  }
  if (decoders.empty()) {
    for (const std::string& name : KindNames()) decoders.push_back(ParseEntry(name));
  }
  for (const std::string& setting : settings) Apply(setting, &decoders);
  for (const NamedDecoder& decoder : decoders) CheckParams(decoder);
  return decoders;
}

std::vector<FieldText> DescribeParams(const DecoderParams& params) {
  const auto& message = MessageOf(params);
  return std::visit([&](const auto& alternative) { return ListFieldTexts(alternative, message); },
                    params);
}

std::optional<std::uint64_t> SeedOf(const DecoderParams& params) {
  DecoderParams copy = params;  // VisitFields is written for mutable structs.
  const std::uint64_t* seed = FindSeed(&copy);
  return seed != nullptr ? std::optional(*seed) : std::nullopt;
}

bool SetSeed(std::uint64_t seed, DecoderParams* params) {
  std::uint64_t* field = FindSeed(params);
  if (field != nullptr) *field = seed;
  return field != nullptr;
}

void AddDecoderOptions(CLI::App* command, DecoderOptions* options) {
  constexpr const char* kGroup = "Decoders";
  command
      ->add_option(
          "--decoders", options->decoders,
          fmt::format("Decoders to run, in a list: {}. NAME=DECODER runs one under a name "
                      "of its own (still=snn). Default: {}",
                      Join(KindNames()), options->decoders.empty() ? "all" : options->decoders))
      ->group(kGroup);
  command
      ->add_option("--set", options->settings,
                   "Parameter of a decoder, NAME.FIELD=VALUE, as in snn.learning_rate=0.0005; "
                   "repeatable. An unknown FIELD is answered with those there are")
      ->take_all()
      ->allow_extra_args(false)
      ->group(kGroup);
}

}  // namespace efferent
