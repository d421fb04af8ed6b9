#include "decoder/state_bytes.h"

#include <bit>
#include <cstring>
#include <limits>

namespace efferent {
namespace {

static_assert(std::endian::native == std::endian::little, "states are little-endian");

constexpr std::size_t kMaxPath = std::numeric_limits<std::uint16_t>::max();

template <class Integer>
void Append(Integer value, std::string* bytes) {
  bytes->append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::string Shape(std::int64_t rows, std::int64_t columns) {
  return std::to_string(rows) + " x " + std::to_string(columns);
}

}  // namespace

void StateWriter::OnField(std::string_view name, const Field& field) {
  const std::size_t length = prefix().size() + name.size();
  Require(length <= kMaxPath, name, "have a shorter name");
  Append(static_cast<std::uint16_t>(length), bytes_);
  bytes_->append(prefix());
  bytes_->append(name);
  Append(field.type, bytes_);
  Append(static_cast<std::uint32_t>(field.rows), bytes_);
  Append(static_cast<std::uint32_t>(field.columns), bytes_);
  const std::size_t element = SizeOf(field.type);
  const auto* data = static_cast<const char*>(field.data);
  for (Eigen::Index column = 0; column < field.columns; ++column) {
    bytes_->append(data + static_cast<std::size_t>(column * field.stride) * element,
                   static_cast<std::size_t>(field.rows) * element);
  }
}

void StateSizer::OnField(std::string_view name, const Field& field) {
  constexpr std::size_t kHead = sizeof(std::uint16_t) + sizeof(Type) + 2 * sizeof(std::uint32_t);
  const std::size_t element = SizeOf(field.type);
  size_ += kHead + prefix().size() + name.size() +
           element * static_cast<std::size_t>(field.rows * field.columns);
}

void StateReader::OnField(std::string_view name, const Field& field) {
  const std::string path = PathOf(name);
  const std::string_view found = Take(Next<std::uint16_t>(name), name);
  if (found != path) {
    // What is found is not repeated: it could be anything.
    throw StateMismatch(path + " is missing: the state is another decoder's, or another version's");
  }
  if (Next<Type>(name) != field.type) throw StateMismatch(path + " has another type");
  const auto rows = Next<std::uint32_t>(name);
  const auto columns = Next<std::uint32_t>(name);
  if (rows != field.rows || columns != field.columns) {
    throw StateMismatch(path + " is " + Shape(rows, columns) + ", must be " +
                        Shape(field.rows, field.columns));
  }
  const std::size_t element = SizeOf(field.type);
  auto* data = static_cast<char*>(field.data);
  for (Eigen::Index column = 0; column < field.columns; ++column) {
    const std::string_view values = Take(static_cast<std::size_t>(field.rows) * element, name);
    if (values.empty()) continue;
    std::memcpy(data + static_cast<std::size_t>(column * field.stride) * element, values.data(),
                values.size());
  }
}

template <class Integer>
Integer StateReader::Next(std::string_view name) {
  Integer value;
  std::memcpy(&value, Take(sizeof value, name).data(), sizeof value);
  return value;
}

std::string_view StateReader::Take(std::size_t size, std::string_view name) {
  if (size > bytes_.size()) throw StateMismatch("the state ends within " + PathOf(name));
  const std::string_view taken = bytes_.substr(0, size);
  bytes_.remove_prefix(size);
  return taken;
}

void StateReader::Finish() const {
  if (!bytes_.empty()) {
    throw StateMismatch(std::to_string(bytes_.size()) +
                        " bytes are left over after the last field");
  }
}

namespace {

template <class T>
T Number(std::string_view bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

}  // namespace

double SavedField::at(std::size_t i) const {
  const std::size_t element = StateVisitor::SizeOf(type);
  const std::string_view bytes = values.substr(i * element, element);
  switch (type) {
    case StateVisitor::Type::kFloat32:
      return Number<float>(bytes);
    case StateVisitor::Type::kFloat64:
      return Number<double>(bytes);
    case StateVisitor::Type::kInt64:
      break;
  }
  return static_cast<double>(Number<std::int64_t>(bytes));
}

SavedField CutField(std::string_view* bytes) {
  const auto cut = [bytes](std::size_t size) {
    if (size > bytes->size()) throw StateMismatch("the state ends within a field");
    const std::string_view taken = bytes->substr(0, size);
    bytes->remove_prefix(size);
    return taken;
  };
  SavedField field;
  field.path = cut(Number<std::uint16_t>(cut(sizeof(std::uint16_t))));
  field.type = Number<StateVisitor::Type>(cut(sizeof field.type));
  if (field.type < StateVisitor::Type::kFloat32 || field.type > StateVisitor::Type::kInt64) {
    throw StateMismatch("the state has a field of no type that there is");
  }
  field.rows = Number<std::uint32_t>(cut(sizeof(std::uint32_t)));
  field.columns = Number<std::uint32_t>(cut(sizeof(std::uint32_t)));
  // Before multiplying: the product of the two may be any number.
  if (field.columns != 0 && field.rows > bytes->size() / field.columns) cut(bytes->size() + 1);
  field.values = cut(field.size() * StateVisitor::SizeOf(field.type));
  return field;
}

std::optional<std::string> FirstDifference(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    const SavedField one = CutField(&a), other = CutField(&b);
    if (one != other) return std::string(one.path);
  }
  if (a.empty() && b.empty()) return std::nullopt;
  return std::string(CutField(a.empty() ? &b : &a).path);
}

}  // namespace efferent
