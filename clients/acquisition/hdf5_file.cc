#include "clients/acquisition/hdf5_file.h"

#include <spdlog/fmt/fmt.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "clients/acquisition/lzf_filter.h"
#include "files/printable_text.h"

namespace efferent {

std::string Hdf5ErrorReason() {
  std::string reason = "unknown error";
  const auto keep_last = [](unsigned, const H5E_error2_t* error, void* out) -> herr_t {
    if (error->desc != nullptr && *error->desc != '\0') {
      *static_cast<std::string*>(out) = error->desc;
    }
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, keep_last, &reason);
  H5Eclear2(H5E_DEFAULT);
  return reason;
}

namespace {

// Longest fixed-length string that is read, bytes.
constexpr std::size_t kMaxStringBytes = 1 << 16;
// Most strings in a list: a label for each of a million trials.
constexpr std::uint64_t kMaxStrings = 1 << 20;
// Longest name that is shown.
constexpr std::size_t kMaxNameBytes = 256;

InputError OpenFailure(const std::string& path, const std::string& reason) {
  const auto says = [&](const char* part) { return reason.find(part) != std::string::npos; };
  // flock(2) of HDF5: a writer holds the file, or the file system knows no locks.
  if (says("unable to lock file") && says("temporarily unavailable")) {
    return InputError(path +
                      " is in use: another program has it open to write. Close it there, or set "
                      "HDF5_USE_FILE_LOCKING=FALSE to read it as it is");
  }
  if (says("unable to lock file")) {
    return InputError(fmt::format(
        "{} cannot be locked ({}); set HDF5_USE_FILE_LOCKING=FALSE to read it all the same", path,
        reason));
  }
  if (says("already open for write")) {
    return InputError(path +
                      " is in use, or its writer did not close it. If nobody writes it any more, "
                      "clear the mark with `h5clear -s`");
  }
  return InputError(fmt::format("{} is truncated or damaged: {}", path, reason));
}

Hdf5Handle Open(const std::string& path) {
  // Errors are read from the stack by Hdf5ErrorReason(), not printed by the library.
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  RegisterLzfFilter();
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    throw InputError(fmt::format("{}: {}", path, std::strerror(errno)));
  }
  if (!S_ISREG(status.st_mode)) throw InputError(path + " is not a regular file");
  const htri_t is_hdf5 = H5Fis_hdf5(path.c_str());
  if (is_hdf5 < 0) throw InputError(fmt::format("{} cannot be read: {}", path, Hdf5ErrorReason()));
  if (is_hdf5 == 0) throw InputError(path + " is not an HDF5 file");
  Hdf5Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (!file.ok()) throw OpenFailure(path, Hdf5ErrorReason());
  return file;
}

// Filters that people meet, by the numbers that The HDF Group registers.
std::string FilterName(H5Z_filter_t filter, const char* stored_name) {
  constexpr std::pair<H5Z_filter_t, const char*> kNames[] = {
      {H5Z_FILTER_SZIP, "szip"}, {307, "bzip2"},

      {32001, "blosc"},          {32004, "lz4"}, {32008, "bitshuffle"}, {32013, "zfp"},
      {32015, "zstd"},           {32017, "sz"},  {32026, "blosc2"}};
  for (const auto& [number, name] : kNames) {
    if (number == filter) return name;
  }
  return *stored_name != '\0' ? PrintableText(stored_name, 32) : "unknown";
}

// The filters that a dataset is packed with and that are not installed, or nothing.
std::string MissingFilters(hid_t dataset) {
  const Hdf5Handle properties(H5Dget_create_plist(dataset), H5Pclose);
  std::string missing;
  const int num_filters = properties.ok() ? H5Pget_nfilters(properties.get()) : 0;
  for (int i = 0; i < num_filters; ++i) {
    unsigned flags = 0;
    std::size_t num_values = 0;
    char name[64] = {};
    const H5Z_filter_t filter =
        H5Pget_filter2(properties.get(), static_cast<unsigned>(i), &flags, &num_values, nullptr,
                       sizeof(name) - 1, name, nullptr);
    if (filter < 0 || H5Zfilter_avail(filter) > 0) continue;
    missing +=
        fmt::format("{}`{}` ({})", missing.empty() ? "" : ", ", FilterName(filter, name), filter);
  }
  H5Eclear2(H5E_DEFAULT);
  return missing;
}

Hdf5Handle MakeLinkAccess() {
  Hdf5Handle properties(H5Pcreate(H5P_LINK_ACCESS), H5Pclose);
  const auto refuse = [](const char*, const char*, const char*, const char*, unsigned*, hid_t,
                         void*) -> herr_t { return -1; };
  H5Pset_elink_cb(properties.get(), refuse, nullptr);
  return properties;
}

bool IsNumericClass(H5T_class_t type_class) {
  return type_class == H5T_INTEGER || type_class == H5T_FLOAT || type_class == H5T_ENUM;
}

}  // namespace

Hdf5Handle::~Hdf5Handle() {
  if (ok()) close_(id_);
}

Hdf5Handle::Hdf5Handle(Hdf5Handle&& other) noexcept
    : id_(std::exchange(other.id_, H5I_INVALID_HID)), close_(other.close_) {}

Hdf5Handle& Hdf5Handle::operator=(Hdf5Handle&& other) noexcept {
  std::swap(id_, other.id_);
  std::swap(close_, other.close_);
  return *this;
}

Hdf5File::Hdf5File(const std::string& path)
    : path_(path), file_(Open(path)), link_access_(MakeLinkAccess()) {}

Hdf5Handle Hdf5File::OpenObject(const std::string& object) const {
  return {H5Oopen(file_.get(), object.c_str(), link_access_.get()), H5Oclose};
}

Hdf5Handle Hdf5File::OpenAttribute(const std::string& object, const std::string& name) const {
  return {
      H5Aopen_by_name(file_.get(), object.c_str(), name.c_str(), H5P_DEFAULT, link_access_.get()),
      H5Aclose};
}

bool Hdf5File::HasType(const std::string& object, H5O_type_t type) const {
  const Hdf5Handle opened = OpenObject(object);
  if (!opened.ok()) return false;
  H5O_info_t info{};
  return H5Oget_info2(opened.get(), &info, H5O_INFO_BASIC) >= 0 && info.type == type;
}

bool Hdf5File::IsGroup(const std::string& object) const { return HasType(object, H5O_TYPE_GROUP); }

bool Hdf5File::IsDataset(const std::string& object) const {
  return HasType(object, H5O_TYPE_DATASET);
}

std::vector<std::string> Hdf5File::Children(const std::string& group) const {
  std::vector<std::string> names;
  if (!IsGroup(group)) return names;
  const auto add = [](hid_t, const char* name, const H5L_info_t* info, void* out) -> herr_t {
    if (info->type == H5L_TYPE_HARD || info->type == H5L_TYPE_SOFT) {
      static_cast<std::vector<std::string>*>(out)->emplace_back(name);
    }
    return 0;
  };
  const Hdf5Handle opened = OpenObject(group);
  hsize_t position = 0;
  if (!opened.ok() ||
      H5Literate(opened.get(), H5_INDEX_NAME, H5_ITER_INC, &position, add, &names) < 0) {
    throw InputError(
        fmt::format("{} is damaged: cannot list {}: {}", path_, group, Hdf5ErrorReason()));
  }
  return names;
}

std::vector<Hdf5File::ExternalLink> Hdf5File::ExternalLinks(const std::string& group) const {
  std::vector<ExternalLink> links;
  if (!IsGroup(group)) return links;
  const auto add = [](hid_t id, const char* name, const H5L_info_t* info, void* out) -> herr_t {
    if (info->type != H5L_TYPE_EXTERNAL || info->u.val_size > kMaxStringBytes) return 0;
    std::vector<char> value(info->u.val_size);
    const char* file = nullptr;
    const char* object = nullptr;
    if (H5Lget_val(id, name, value.data(), value.size(), H5P_DEFAULT) >= 0 &&
        H5Lunpack_elink_val(value.data(), value.size(), nullptr, &file, &object) >= 0) {
      static_cast<std::vector<ExternalLink>*>(out)->push_back(
          {name, PrintableText(file, kMaxNameBytes), PrintableText(object, kMaxNameBytes)});
    }
    return 0;
  };
  const Hdf5Handle opened = OpenObject(group);
  hsize_t position = 0;
  if (!opened.ok() ||
      H5Literate(opened.get(), H5_INDEX_NAME, H5_ITER_INC, &position, add, &links) < 0) {
    throw InputError(
        fmt::format("{} is damaged: cannot list {}: {}", path_, group, Hdf5ErrorReason()));
  }
  for (ExternalLink& link : links) link.path = (group == "/" ? "" : group) + "/" + link.path;
  return links;
}

InputError Hdf5File::ReadFailure(hid_t dataset, const std::string& what,
                                 const std::string& name) const {
  const std::string reason = Hdf5ErrorReason();
  const std::string missing = MissingFilters(dataset);
  if (missing.empty()) {
    return InputError(fmt::format("{} is damaged: cannot read {}: {}", path_, what, reason));
  }
  return InputError(fmt::format(
      "{}: {} is packed with a filter that is not installed here: {}. Where it is installed, "
      "`h5repack -f GZIP=4 {} repacked.nwb` makes a file that can be read everywhere",
      path_, name, missing, path_));
}

Hdf5Handle Hdf5File::OpenDataset(const std::string& dataset) const {
  if (!IsDataset(dataset)) throw InputError(fmt::format("{} has no dataset {}", path_, dataset));
  Hdf5Handle opened = OpenObject(dataset);
  const Hdf5Handle properties(H5Dget_create_plist(opened.get()), H5Pclose);
  if (!properties.ok()) {
    throw InputError(
        fmt::format("{} is damaged: cannot open {}: {}", path_, dataset, Hdf5ErrorReason()));
  }
  if (H5Pget_layout(properties.get()) == H5D_VIRTUAL ||
      H5Pget_external_count(properties.get()) > 0) {
    throw InputError(fmt::format("{}: the data of {} lie in another file", path_, dataset));
  }
  return opened;
}

std::vector<std::uint64_t> Hdf5File::Shape(const std::string& dataset) const {
  const Hdf5Handle opened = OpenDataset(dataset);
  const Hdf5Handle space(H5Dget_space(opened.get()), H5Sclose);
  const int rank = space.ok() ? H5Sget_simple_extent_ndims(space.get()) : -1;
  std::vector<hsize_t> dims(static_cast<std::size_t>(std::max(rank, 0)));
  if (rank < 0 || H5Sget_simple_extent_dims(space.get(), dims.data(), nullptr) < 0) {
    throw InputError(
        fmt::format("{} is damaged: {} has no shape: {}", path_, dataset, Hdf5ErrorReason()));
  }
  return {dims.begin(), dims.end()};
}

bool Hdf5File::IsNumeric(const std::string& dataset) const {
  const Hdf5Handle opened = OpenDataset(dataset);
  const Hdf5Handle type(H5Dget_type(opened.get()), H5Tclose);
  return type.ok() && IsNumericClass(H5Tget_class(type.get()));
}

std::optional<std::uint64_t> Hdf5File::ChunkRows(const std::string& dataset) const {
  const Hdf5Handle opened = OpenDataset(dataset);
  const Hdf5Handle properties(H5Dget_create_plist(opened.get()), H5Pclose);
  if (!properties.ok() || H5Pget_layout(properties.get()) != H5D_CHUNKED) return std::nullopt;
  hsize_t dims[H5S_MAX_RANK] = {};
  if (H5Pget_chunk(properties.get(), H5S_MAX_RANK, dims) < 1) return std::nullopt;
  return dims[0];
}

std::vector<double> Hdf5File::ReadNumbers(const std::string& dataset) const {
  std::uint64_t count = 1;
  for (const std::uint64_t size : Shape(dataset)) {
    if (size != 0 && count > kMaxElements / size) {
      throw InputError(
          fmt::format("{}: {} is too large: more than {} elements", path_, dataset, kMaxElements));
    }
    count *= size;
  }
  if (!IsNumeric(dataset)) {
    throw InputError(fmt::format("{}: {} does not hold numbers", path_, dataset));
  }
  std::vector<double> values(count);
  const Hdf5Handle opened = OpenDataset(dataset);
  if (count > 0 &&
      H5Dread(opened.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0) {
    throw ReadFailure(opened.get(), dataset, dataset);
  }
  return values;
}

void Hdf5File::ReadRows(const std::string& dataset, std::uint64_t first, std::uint64_t num_rows,
                        std::vector<float>* out) const {
  const std::vector<std::uint64_t> shape = Shape(dataset);
  if (shape.size() != 2 || first > shape[0] || num_rows > shape[0] - first) {
    throw InputError(
        fmt::format("{}: {} has no rows {} to {}", path_, dataset, first, first + num_rows));
  }
  if (shape[1] != 0 && num_rows > kMaxElements / shape[1]) {
    throw InputError(fmt::format("{}: rows of {} are too large", path_, dataset));
  }
  out->resize(num_rows * shape[1]);
  if (out->empty()) return;
  const Hdf5Handle opened = OpenDataset(dataset);
  const Hdf5Handle file_space(H5Dget_space(opened.get()), H5Sclose);
  const hsize_t start[2] = {first, 0};
  const hsize_t count[2] = {num_rows, shape[1]};
  const Hdf5Handle memory_space(H5Screate_simple(2, count, nullptr), H5Sclose);
  if (!file_space.ok() || !memory_space.ok() ||
      H5Sselect_hyperslab(file_space.get(), H5S_SELECT_SET, start, nullptr, count, nullptr) < 0 ||
      H5Dread(opened.get(), H5T_NATIVE_FLOAT, memory_space.get(), file_space.get(), H5P_DEFAULT,
              out->data()) < 0) {
    throw ReadFailure(opened.get(),
                      fmt::format("rows {} to {} of {}", first, first + num_rows, dataset),
                      dataset);
  }
}

std::vector<std::string> Hdf5File::ReadStrings(const std::string& dataset) const {
  const std::vector<std::uint64_t> shape = Shape(dataset);
  if (shape.size() != 1 || shape[0] > kMaxStrings) {
    throw InputError(
        fmt::format("{}: {} is not a list of at most {} strings", path_, dataset, kMaxStrings));
  }
  const std::size_t count = shape[0];
  const Hdf5Handle opened = OpenDataset(dataset);
  const Hdf5Handle type(H5Dget_type(opened.get()), H5Tclose);
  if (!type.ok() || H5Tget_class(type.get()) != H5T_STRING) {
    throw InputError(fmt::format("{}: {} does not hold strings", path_, dataset));
  }
  const auto damaged = [&] { return ReadFailure(opened.get(), dataset, dataset); };
  std::vector<std::string> strings;
  if (count == 0) return strings;
  strings.reserve(count);

  const Hdf5Handle memory_type(H5Tcopy(H5T_C_S1), H5Tclose);
  // Character sets must agree for the library to convert.
  H5Tset_cset(memory_type.get(), H5Tget_cset(type.get()));
  if (H5Tis_variable_str(type.get()) > 0) {
    H5Tset_size(memory_type.get(), H5T_VARIABLE);
    std::vector<char*> pointers(count, nullptr);
    const bool read = H5Dread(opened.get(), memory_type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT,
                              pointers.data()) >= 0;
    for (const char* text : pointers) {
      if (read) strings.emplace_back(text == nullptr ? "" : text);
    }
    const Hdf5Handle space(H5Dget_space(opened.get()), H5Sclose);
    H5Dvlen_reclaim(memory_type.get(), space.get(), H5P_DEFAULT, pointers.data());
    if (!read) throw damaged();
    return strings;
  }
  const std::size_t size = H5Tget_size(type.get());
  if (size == 0 || size > kMaxStringBytes || count > kMaxElements / size) throw damaged();
  H5Tset_size(memory_type.get(), size);
  H5Tset_strpad(memory_type.get(), H5T_STR_NULLPAD);
  std::vector<char> bytes(count * size);
  if (H5Dread(opened.get(), memory_type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()) < 0) {
    throw damaged();
  }
  for (std::size_t i = 0; i < count; ++i) {
    const char* begin = bytes.data() + i * size;
    strings.emplace_back(begin, strnlen(begin, size));
  }
  return strings;
}

std::optional<std::string> Hdf5File::StringAttribute(const std::string& object,
                                                     const std::string& name) const {
  const Hdf5Handle attribute = OpenAttribute(object, name);
  if (!attribute.ok()) return std::nullopt;
  const Hdf5Handle type(H5Aget_type(attribute.get()), H5Tclose);
  const Hdf5Handle space(H5Aget_space(attribute.get()), H5Sclose);
  if (!type.ok() || !space.ok() || H5Tget_class(type.get()) != H5T_STRING ||
      H5Sget_simple_extent_npoints(space.get()) != 1) {
    return std::nullopt;
  }
  const Hdf5Handle memory_type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_cset(memory_type.get(), H5Tget_cset(type.get()));
  if (H5Tis_variable_str(type.get()) > 0) {
    H5Tset_size(memory_type.get(), H5T_VARIABLE);
    char* text = nullptr;
    if (H5Aread(attribute.get(), memory_type.get(), &text) < 0) return std::nullopt;
    std::string copy = text == nullptr ? "" : text;
    H5Dvlen_reclaim(memory_type.get(), space.get(), H5P_DEFAULT, &text);
    return copy;
  }
  const std::size_t size = H5Tget_size(type.get());
  if (size == 0 || size > kMaxStringBytes) return std::nullopt;
  H5Tset_size(memory_type.get(), size);
  H5Tset_strpad(memory_type.get(), H5T_STR_NULLPAD);
  std::string text(size, '\0');
  if (H5Aread(attribute.get(), memory_type.get(), text.data()) < 0) return std::nullopt;
  text.resize(strnlen(text.data(), size));
  return text;
}

std::optional<double> Hdf5File::NumberAttribute(const std::string& object,
                                                const std::string& name) const {
  const Hdf5Handle attribute = OpenAttribute(object, name);
  if (!attribute.ok()) return std::nullopt;
  const Hdf5Handle type(H5Aget_type(attribute.get()), H5Tclose);
  const Hdf5Handle space(H5Aget_space(attribute.get()), H5Sclose);
  if (!type.ok() || !space.ok() || !IsNumericClass(H5Tget_class(type.get())) ||
      H5Sget_simple_extent_npoints(space.get()) != 1) {
    return std::nullopt;
  }
  double value = 0.0;
  if (H5Aread(attribute.get(), H5T_NATIVE_DOUBLE, &value) < 0) return std::nullopt;
  return value;
}

}  // namespace efferent
