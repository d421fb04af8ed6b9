#include "tests/unit/archive/hdf5_facts.h"

#include <array>
#include <cstring>

namespace efferent::test {
namespace {

std::string TypeName(const Hdf5Handle& type) {
  const hid_t id = type.get();
  if (H5Tget_class(id) == H5T_STRING) {
    return H5Tis_variable_str(id) > 0 && H5Tget_cset(id) == H5T_CSET_UTF8 ? "text" : "other";
  }
  if (H5Tget_class(id) == H5T_ENUM) {
    std::array<char, 8> name{};
    const std::int8_t one = 1;
    const bool is_boolean = H5Tget_nmembers(id) == 2 && H5Tget_size(id) == 1 &&
                            H5Tenum_nameof(id, &one, name.data(), name.size()) >= 0 &&
                            std::strcmp(name.data(), "TRUE") == 0;
    return is_boolean ? "boolean" : "other";
  }
  for (const auto& [known, text] : {std::pair<hid_t, const char*>{H5T_IEEE_F64LE, "float64"},
                                    {H5T_IEEE_F32LE, "float32"},
                                    {H5T_STD_I64LE, "int64"},
                                    {H5T_STD_I32LE, "int32"},
                                    {H5T_STD_I8LE, "int8"},
                                    {H5T_STD_U64LE, "uint64"},
                                    {H5T_STD_REF_OBJ, "reference"}}) {
    if (H5Tequal(id, known) > 0) return text;
  }
  return "other";
}

}  // namespace

Hdf5Facts::Hdf5Facts(const std::string& path)
    : file_(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose) {}

std::optional<std::string> Hdf5Facts::Text(const std::string& dataset) const {
  const Hdf5Handle opened(H5Dopen2(file_.get(), dataset.c_str(), H5P_DEFAULT), H5Dclose);
  if (!opened.ok()) return std::nullopt;
  const Hdf5Handle type(H5Dget_type(opened.get()), H5Tclose);
  const Hdf5Handle space(H5Dget_space(opened.get()), H5Sclose);
  if (TypeName(type) != "text" || H5Sget_simple_extent_npoints(space.get()) != 1) {
    return std::nullopt;
  }
  char* text = nullptr;
  H5Dread(opened.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, &text);
  std::string copy = text;
  H5Dvlen_reclaim(type.get(), space.get(), H5P_DEFAULT, &text);
  return copy;
}

std::vector<std::string> Hdf5Facts::TextsAttribute(const std::string& object,
                                                   const std::string& name) const {
  const Hdf5Handle attribute(
      H5Aopen_by_name(file_.get(), object.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT),
      H5Aclose);
  if (!attribute.ok()) return {};
  const Hdf5Handle type(H5Aget_type(attribute.get()), H5Tclose);
  const Hdf5Handle space(H5Aget_space(attribute.get()), H5Sclose);
  std::vector<char*> texts(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space.get())));
  H5Aread(attribute.get(), type.get(), texts.data());
  std::vector<std::string> copies(texts.begin(), texts.end());
  H5Dvlen_reclaim(type.get(), space.get(), H5P_DEFAULT, texts.data());
  return copies;
}

std::string Hdf5Facts::Name(const void* reference) const {
  const Hdf5Handle object(H5Rdereference2(file_.get(), H5P_DEFAULT, H5R_OBJECT, reference),
                          H5Oclose);
  std::array<char, 256> name{};
  if (object.ok()) H5Iget_name(object.get(), name.data(), name.size());
  return name.data();
}

std::string Hdf5Facts::ReferenceAttribute(const std::string& object,
                                          const std::string& name) const {
  if (AttributeType(object, name) != "reference") return "";
  const Hdf5Handle attribute(
      H5Aopen_by_name(file_.get(), object.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT),
      H5Aclose);
  hobj_ref_t reference{};
  H5Aread(attribute.get(), H5T_STD_REF_OBJ, &reference);
  return Name(&reference);
}

std::vector<std::string> Hdf5Facts::References(const std::string& dataset) const {
  const Hdf5Handle opened(H5Dopen2(file_.get(), dataset.c_str(), H5P_DEFAULT), H5Dclose);
  const Hdf5Handle space(H5Dget_space(opened.get()), H5Sclose);
  std::vector<hobj_ref_t> references(
      static_cast<std::size_t>(H5Sget_simple_extent_npoints(space.get())));
  H5Dread(opened.get(), H5T_STD_REF_OBJ, H5S_ALL, H5S_ALL, H5P_DEFAULT, references.data());
  std::vector<std::string> names;
  for (const hobj_ref_t& reference : references) names.push_back(Name(&reference));
  return names;
}

std::string Hdf5Facts::SoftLink(const std::string& link) const {
  H5L_info_t info{};
  if (H5Lget_info(file_.get(), link.c_str(), &info, H5P_DEFAULT) < 0 ||
      info.type != H5L_TYPE_SOFT) {
    return "";
  }
  std::string target(info.u.val_size, '\0');
  H5Lget_val(file_.get(), link.c_str(), target.data(), target.size(), H5P_DEFAULT);
  return target.c_str();
}

std::string Hdf5Facts::DatasetType(const std::string& dataset) const {
  const Hdf5Handle opened(H5Dopen2(file_.get(), dataset.c_str(), H5P_DEFAULT), H5Dclose);
  if (!opened.ok()) return "no dataset";
  return TypeName({H5Dget_type(opened.get()), H5Tclose});
}

std::string Hdf5Facts::AttributeType(const std::string& object, const std::string& name) const {
  const Hdf5Handle attribute(
      H5Aopen_by_name(file_.get(), object.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT),
      H5Aclose);
  if (!attribute.ok()) return "no attribute";
  return TypeName({H5Aget_type(attribute.get()), H5Tclose});
}

bool Hdf5Facts::IsPacked(const std::string& dataset) const {
  const Hdf5Handle opened(H5Dopen2(file_.get(), dataset.c_str(), H5P_DEFAULT), H5Dclose);
  const Hdf5Handle properties(H5Dget_create_plist(opened.get()), H5Pclose);
  return H5Pget_layout(properties.get()) == H5D_CHUNKED && H5Pget_nfilters(properties.get()) > 0;
}

std::vector<std::string> Hdf5Facts::Objects() const {
  std::vector<std::string> paths;
  const auto add = [](hid_t, const char* name, const H5O_info_t*, void* out) -> herr_t {
    static_cast<std::vector<std::string>*>(out)->push_back(
        std::strcmp(name, ".") == 0 ? "/" : std::string("/") + name);
    return 0;
  };
  H5Ovisit2(file_.get(), H5_INDEX_NAME, H5_ITER_INC, add, &paths, H5O_INFO_BASIC);
  return paths;
}

}  // namespace efferent::test
