#include "clients/archive/nwb/growing_dataset.h"

#include <algorithm>
#include <utility>

namespace efferent::archive {
namespace {

constexpr std::uint64_t kPieceBytes = 128 * 1024;
// Of packing: as good as the highest for counts, at a third of the time.
constexpr unsigned kPackingLevel = 4;

Hdf5Handle StoredType(ElementType type) {
  switch (type) {
    case ElementType::kFloat64:
      return {H5Tcopy(H5T_IEEE_F64LE), H5Tclose};
    case ElementType::kFloat32:
      return {H5Tcopy(H5T_IEEE_F32LE), H5Tclose};
    case ElementType::kInt8:
      return {H5Tcopy(H5T_STD_I8LE), H5Tclose};
    case ElementType::kBoolean:
      break;
  }
  return Hdf5Output::BooleanType();
}

std::uint64_t RowsPerPiece(hid_t type, std::uint64_t row_length) {
  return std::max<std::uint64_t>(1, kPieceBytes / (row_length * H5Tget_size(type)));
}

Hdf5Handle Space(const std::vector<hsize_t>& dims, const hsize_t* max_dims) {
  return {H5Screate_simple(static_cast<int>(dims.size()), dims.data(), max_dims), H5Sclose};
}

}  // namespace

GrowingDataset::GrowingDataset(Hdf5Output* file, std::string path, ElementType type,
                               std::uint64_t num_columns, double fill)
    : file_(file),
      path_(std::move(path)),
      type_(type),
      row_length_(std::max<std::uint64_t>(1, num_columns)),
      rows_per_piece_(1),
      fill_(fill),
      stored_type_(StoredType(type)),
      dataset_(H5I_INVALID_HID, H5Dclose) {
  rows_per_piece_ = RowsPerPiece(stored_type_.get(), row_length_);
  MakeDataset(num_columns);
  held_.reserve(rows_per_piece_ * row_length_);
}

void GrowingDataset::MakeDataset(std::uint64_t num_columns) {
  std::vector<hsize_t> dims{0};
  std::vector<hsize_t> max_dims{H5S_UNLIMITED};
  std::vector<hsize_t> piece{rows_per_piece_};
  if (num_columns > 0) {
    dims.push_back(num_columns);
    max_dims.push_back(num_columns);
    piece.push_back(num_columns);
  }
  const Hdf5Handle space = Space(dims, max_dims.data());
  const Hdf5Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_chunk(properties.get(), static_cast<int>(piece.size()), piece.data());
  H5Pset_shuffle(properties.get());
  H5Pset_deflate(properties.get(), kPackingLevel);
  dataset_ = Hdf5Handle(
      file_->Checked(H5Dcreate2(file_->id(), path_.c_str(), stored_type_.get(), space.get(),
                                file_->link_creation(), properties.get(), H5P_DEFAULT),
                     path_),
      H5Dclose);
}

void GrowingDataset::Append(std::span<const double> values) {
  held_.insert(held_.end(), values.begin(), values.end());
  ++num_rows_;
  if (held_.size() >= rows_per_piece_ * row_length_) Flush();
}

void GrowingDataset::ExtendTo(std::uint64_t num_rows) {
  const std::vector<double> row(row_length_, fill_);
  while (num_rows_ < num_rows) Append(row);
}

void GrowingDataset::Flush() {
  if (held_.empty()) return;
  const Hdf5Handle old_space(H5Dget_space(dataset_.get()), H5Sclose);
  std::vector<hsize_t> dims(static_cast<std::size_t>(H5Sget_simple_extent_ndims(old_space.get())));
  H5Sget_simple_extent_dims(old_space.get(), dims.data(), nullptr);
  std::vector<hsize_t> count = dims;
  count[0] = held_.size() / row_length_;
  dims[0] = num_rows_;
  file_->Checked(H5Dset_extent(dataset_.get(), dims.data()), path_);

  std::vector<hsize_t> start(dims.size(), 0);
  start[0] = num_rows_ - count[0];
  const Hdf5Handle space(H5Dget_space(dataset_.get()), H5Sclose);
  H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
  const Hdf5Handle given_space = Space(count, nullptr);
  // The library does not turn numbers into the elements of an enumeration.
  const std::vector<std::int8_t> small(is_small() ? held_.begin() : held_.end(), held_.end());
  file_->Checked(H5Dwrite(dataset_.get(), is_small() ? stored_type_.get() : H5T_NATIVE_DOUBLE,
                          given_space.get(), space.get(), H5P_DEFAULT,
                          is_small() ? static_cast<const void*>(small.data()) : held_.data()),
                 path_);
  held_.clear();
}

}  // namespace efferent::archive
