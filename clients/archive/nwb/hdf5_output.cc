#include "clients/archive/nwb/hdf5_output.h"

#include <spdlog/fmt/fmt.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "clients/session/errors.h"

namespace efferent::archive {
namespace {

Hdf5Handle Create(const std::string& path) {
  // The library crashes at the process's end where a write had failed. Files are closed without that.
  H5dont_atexit();
  // Errors are read from the library's stack, not printed by it.
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  errno = 0;
  // The system's reason is shorter than the library's.
  if (!std::ofstream(path, std::ios::app)) {
    throw InputError(fmt::format("{} cannot be written: {}", path, std::strerror(errno)));
  }
  Hdf5Handle file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
  if (!file.ok()) {
    throw InputError(fmt::format("{} cannot be written: {}", path, Hdf5ErrorReason()));
  }
  return file;
}

Hdf5Handle TextType() {
  Hdf5Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.get(), H5T_VARIABLE);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  return type;
}

Hdf5Handle Scalar() { return {H5Screate(H5S_SCALAR), H5Sclose}; }

Hdf5Handle List(std::size_t count) {
  const hsize_t dims[1] = {count};
  return {H5Screate_simple(1, dims, nullptr), H5Sclose};
}

std::vector<const char*> Pointers(const std::vector<std::string>& values) {
  std::vector<const char*> pointers;
  pointers.reserve(values.size());
  for (const std::string& value : values) pointers.push_back(value.c_str());
  return pointers;
}

}  // namespace

Hdf5Output::Hdf5Output(const std::string& path)
    : path_(path), file_(Create(path)), make_groups_(H5Pcreate(H5P_LINK_CREATE), H5Pclose) {
  H5Pset_create_intermediate_group(make_groups_.get(), 1);
}

void Hdf5Output::Close() {
  Checked(H5Fflush(id(), H5F_SCOPE_GLOBAL), "the file");
  const Hdf5Handle file = std::move(file_);
}

hid_t Hdf5Output::Checked(hid_t result, const std::string& object) const {
  if (result >= 0) return result;
  const std::string reason = Hdf5ErrorReason();
  if (reason.find(std::strerror(ENOSPC)) != std::string::npos) {
    throw std::runtime_error(fmt::format("{}: the disk is full", path_));
  }
  throw std::runtime_error(fmt::format("{}: cannot write {}: {}", path_, object, reason));
}

Hdf5Handle Hdf5Output::BooleanType() {
  Hdf5Handle type(H5Tenum_create(H5T_STD_I8LE), H5Tclose);
  for (const auto& [name, value] : {std::pair<const char*, std::int8_t>{"FALSE", 0}, {"TRUE", 1}}) {
    H5Tenum_insert(type.get(), name, &value);
  }
  return type;
}

void Hdf5Output::Group(const std::string& group) {
  const Hdf5Handle made(
      Checked(H5Gcreate2(id(), group.c_str(), link_creation(), H5P_DEFAULT, H5P_DEFAULT), group),
      H5Gclose);
}

void Hdf5Output::SoftLink(const std::string& link, const std::string& target) {
  Checked(H5Lcreate_soft(target.c_str(), id(), link.c_str(), link_creation(), H5P_DEFAULT), link);
}

void Hdf5Output::Dataset(const std::string& dataset, hid_t stored_type, hid_t given_type,
                         std::size_t count, const void* values) {
  const Hdf5Handle space = List(count);
  const Hdf5Handle made(Checked(H5Dcreate2(id(), dataset.c_str(), stored_type, space.get(),
                                           link_creation(), H5P_DEFAULT, H5P_DEFAULT),
                                dataset),
                        H5Dclose);
  if (count == 0) return;
  Checked(H5Dwrite(made.get(), given_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), dataset);
}

void Hdf5Output::Text(const std::string& dataset, const std::string& value) {
  const Hdf5Handle type = TextType();
  const Hdf5Handle space = Scalar();
  const Hdf5Handle made(Checked(H5Dcreate2(id(), dataset.c_str(), type.get(), space.get(),
                                           link_creation(), H5P_DEFAULT, H5P_DEFAULT),
                                dataset),
                        H5Dclose);
  const char* text = value.c_str();
  Checked(H5Dwrite(made.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, &text), dataset);
}

void Hdf5Output::Number(const std::string& dataset, double value) {
  const Hdf5Handle space = Scalar();
  const Hdf5Handle made(Checked(H5Dcreate2(id(), dataset.c_str(), H5T_IEEE_F64LE, space.get(),
                                           link_creation(), H5P_DEFAULT, H5P_DEFAULT),
                                dataset),
                        H5Dclose);
  Checked(H5Dwrite(made.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, &value), dataset);
}

void Hdf5Output::Texts(const std::string& dataset, const std::vector<std::string>& values) {
  const Hdf5Handle type = TextType();
  Dataset(dataset, type.get(), type.get(), values.size(), Pointers(values).data());
}

void Hdf5Output::Numbers(const std::string& dataset, std::span<const double> values) {
  Dataset(dataset, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, values.size(), values.data());
}

void Hdf5Output::Integers(const std::string& dataset, std::span<const std::int64_t> values) {
  Dataset(dataset, H5T_STD_I64LE, H5T_NATIVE_INT64, values.size(), values.data());
}

void Hdf5Output::Unsigneds(const std::string& dataset, std::span<const std::uint64_t> values) {
  Dataset(dataset, H5T_STD_U64LE, H5T_NATIVE_UINT64, values.size(), values.data());
}

void Hdf5Output::Booleans(const std::string& dataset, const std::vector<bool>& values) {
  const std::vector<std::int8_t> bytes(values.begin(), values.end());
  const Hdf5Handle type = BooleanType();
  Dataset(dataset, type.get(), type.get(), bytes.size(), bytes.data());
}

void Hdf5Output::References(const std::string& dataset, const std::vector<std::string>& targets) {
  std::vector<hobj_ref_t> references;
  references.reserve(targets.size());
  for (const std::string& target : targets) references.push_back(Reference(target));
  Dataset(dataset, H5T_STD_REF_OBJ, H5T_STD_REF_OBJ, references.size(), references.data());
}

hobj_ref_t Hdf5Output::Reference(const std::string& target) const {
  hobj_ref_t reference{};
  Checked(H5Rcreate(&reference, id(), target.c_str(), H5R_OBJECT, -1), target);
  return reference;
}

void Hdf5Output::Attribute(const std::string& object, const std::string& name, hid_t type,
                           const Hdf5Handle& space, const void* value) {
  const std::string what = fmt::format("{}.{}", object, name);
  const Hdf5Handle attribute(
      Checked(H5Acreate_by_name(id(), object.c_str(), name.c_str(), type, space.get(), H5P_DEFAULT,
                                H5P_DEFAULT, H5P_DEFAULT),
              what),
      H5Aclose);
  Checked(H5Awrite(attribute.get(), type, value), what);
}

void Hdf5Output::TextAttribute(const std::string& object, const std::string& name,
                               const std::string& value) {
  const char* text = value.c_str();
  Attribute(object, name, TextType().get(), Scalar(), &text);
}

void Hdf5Output::TextsAttribute(const std::string& object, const std::string& name,
                                const std::vector<std::string>& values) {
  Attribute(object, name, TextType().get(), List(values.size()), Pointers(values).data());
}

void Hdf5Output::NumberAttribute(const std::string& object, const std::string& name, double value) {
  Attribute(object, name, H5T_IEEE_F64LE, Scalar(), &value);
}

void Hdf5Output::IntegerAttribute(const std::string& object, const std::string& name,
                                  std::int32_t value) {
  Attribute(object, name, H5T_STD_I32LE, Scalar(), &value);
}

void Hdf5Output::ReferenceAttribute(const std::string& object, const std::string& name,
                                    const std::string& target) {
  const hobj_ref_t reference = Reference(target);
  Attribute(object, name, H5T_STD_REF_OBJ, Scalar(), &reference);
}

void Hdf5Output::CopyGroup(const std::string& from_path, const std::string& group) {
  const Hdf5File checked(from_path);
  if (!checked.IsGroup(group)) throw InputError(fmt::format("{} has no {}", from_path, group));
  const Hdf5Handle from(H5Fopen(from_path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  Checked(H5Ocopy(from.get(), group.c_str(), id(), group.c_str(), H5P_DEFAULT, link_creation()),
          group);
}

}  // namespace efferent::archive
