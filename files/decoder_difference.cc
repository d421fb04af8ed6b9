#include "files/decoder_difference.h"

#include <google/protobuf/text_format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>

#include "decoder/state_bytes.h"

namespace efferent {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Texts = std::map<std::string, std::string>;

/// Adds every value that is set, as text by its path.
void AddTexts(const Message& message, const std::string& prefix, Texts* texts) {
  const auto* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string path = prefix + field->name();
    if (field->is_repeated()) {
      std::string& text = (*texts)[path];
      for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
        std::string element;
        google::protobuf::TextFormat::PrintFieldValueToString(message, field, i, &element);
        text += (i > 0 ? ", " : "") + element;
      }
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      AddTexts(reflection->GetMessage(message, field), path + ".", texts);
    } else {
      google::protobuf::TextFormat::PrintFieldValueToString(message, field, -1, &(*texts)[path]);
    }
  }
}

std::vector<DecoderDifference::Setting> CompareMessages(const Message& a, const Message& b,
                                                        const std::string& prefix) {
  Texts of_a, of_b;
  AddTexts(a, prefix, &of_a);
  AddTexts(b, prefix, &of_b);
  Texts paths = of_a;
  paths.merge(Texts(of_b));
  std::vector<DecoderDifference::Setting> differences;
  for (const auto& [path, text] : paths) {
    const std::string &in_a = of_a[path], &in_b = of_b[path];
    if (in_a != in_b) differences.push_back({path, in_a, in_b});
  }
  return differences;
}

std::string Shape(const SavedField& field) {
  return std::to_string(field.rows) + " x " + std::to_string(field.columns);
}

double RelativeNorm(const SavedField& a, const SavedField& b) {
  double of_a = 0.0, of_b = 0.0, of_difference = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    of_a += a.at(i) * a.at(i);
    of_b += b.at(i) * b.at(i);
    of_difference += (a.at(i) - b.at(i)) * (a.at(i) - b.at(i));
  }
  // Bits may differ where numbers do not: 0 and -0.
  return of_difference == 0.0 ? 0.0 : std::sqrt(of_difference / std::max(of_a, of_b));
}

}  // namespace

bool DecoderDifference::is_equal() const {
  return settings.empty() &&
         std::all_of(fields.begin(), fields.end(), [](const Field& f) { return f.is_equal; });
}

DecoderDifference CompareDecoders(const v1::DecoderFile& a, const v1::DecoderFile& b) {
  DecoderDifference difference;
  const v1::SavedDecoder &of_a = a.decoder(), &of_b = b.decoder();
  difference.settings = CompareMessages(of_a.config(), of_b.config(), "config.");
  difference.provenance = CompareMessages(of_a.provenance(), of_b.provenance(), "provenance.");
  std::map<std::string_view, SavedField> in_b;
  std::vector<SavedField> order_of_b;
  for (std::string_view rest = b.state(); !rest.empty();) {
    order_of_b.push_back(CutField(&rest));
    in_b.emplace(order_of_b.back().path, order_of_b.back());
  }
  for (std::string_view rest = a.state(); !rest.empty();) {
    const SavedField one = CutField(&rest);
    DecoderDifference::Field& field = difference.fields.emplace_back();
    field.path = one.path;
    field.a_shape = Shape(one);
    const auto found = in_b.find(one.path);
    if (found == in_b.end()) continue;
    const SavedField other = found->second;
    in_b.erase(found);
    field.b_shape = Shape(other);
    field.is_equal = one == other;
    if (!field.is_equal && field.a_shape == field.b_shape) {
      field.relative_norm = RelativeNorm(one, other);
    }
  }
  for (const SavedField& field : order_of_b) {
    if (in_b.contains(field.path)) {
      difference.fields.push_back({std::string(field.path), "", Shape(field), false, 0.0});
    }
  }
  return difference;
}

}  // namespace efferent
