#include "tests/bench/hdf5_copies.h"

#include <chrono>
#include <stdexcept>
#include <utility>

#include "clients/acquisition/hdf5_file.h"

namespace efferent::bench {

struct Hdf5Copies::Dataset {
  Hdf5Handle type, space, storage;
  std::vector<char> bytes;
};

namespace {

void Require(bool ok, const std::string& path) {
  if (!ok) throw std::runtime_error(path + ": " + Hdf5ErrorReason());
}

herr_t NoteDataset(hid_t, const char* name, const H5O_info_t* info, void* names) {
  if (info->type == H5O_TYPE_DATASET)
    static_cast<std::vector<std::string>*>(names)->push_back(name);
  return 0;
}

}  // namespace

Hdf5Copies::Hdf5Copies(const std::string& path) {
  const Hdf5Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  Require(file.ok(), path);
  std::vector<std::string> names;
  Require(H5Ovisit(file.get(), H5_INDEX_NAME, H5_ITER_NATIVE, NoteDataset, &names) >= 0, path);
  for (const std::string& name : names) {
    const Hdf5Handle dataset(H5Dopen2(file.get(), name.c_str(), H5P_DEFAULT), H5Dclose);
    Require(dataset.ok(), path);
    Hdf5Handle type(H5Dget_type(dataset.get()), H5Tclose);
    const H5T_class_t kind = H5Tget_class(type.get());
    if (kind != H5T_FLOAT && kind != H5T_INTEGER) continue;
    Hdf5Handle space(H5Dget_space(dataset.get()), H5Sclose);
    const auto num_elements = static_cast<std::size_t>(H5Sget_simple_extent_npoints(space.get()));
    std::vector<char> bytes(num_elements * H5Tget_size(type.get()));
    Require(H5Dread(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()) >= 0,
            path);
    Hdf5Handle storage(H5Dget_create_plist(dataset.get()), H5Pclose);
    datasets_.push_back({std::move(type), std::move(space), std::move(storage), std::move(bytes)});
  }
}

Hdf5Copies::~Hdf5Copies() = default;

std::int64_t Hdf5Copies::num_bytes() const {
  std::int64_t sum = 0;
  for (const Dataset& dataset : datasets_) sum += static_cast<std::int64_t>(dataset.bytes.size());
  return sum;
}

double Hdf5Copies::Write(const std::string& path, Storage storage) const {
  const auto began = std::chrono::steady_clock::now();
  {
    const Hdf5Handle file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT),
                          H5Fclose);
    Require(file.ok(), path);
    for (std::size_t i = 0; i < datasets_.size(); ++i) {
      const Dataset& from = datasets_[i];
      const bool as_is = storage == Storage::kAsInTheOriginal;
      // What may grow there has a fixed size here.
      const Hdf5Handle fixed(H5Scopy(from.space.get()), H5Sclose);
      if (!as_is) {
        std::vector<hsize_t> size(
            static_cast<std::size_t>(H5Sget_simple_extent_ndims(from.space.get())));
        H5Sget_simple_extent_dims(from.space.get(), size.data(), nullptr);
        H5Sset_extent_simple(fixed.get(), static_cast<int>(size.size()), size.data(), nullptr);
      }
      const Hdf5Handle dataset(
          H5Dcreate2(file.get(), std::to_string(i).c_str(), from.type.get(), fixed.get(),
                     H5P_DEFAULT, as_is ? from.storage.get() : H5P_DEFAULT, H5P_DEFAULT),
          H5Dclose);
      Require(dataset.ok(), path);
      Require(H5Dwrite(dataset.get(), from.type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT,
                       from.bytes.data()) >= 0,
              path);
    }
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

}  // namespace efferent::bench
