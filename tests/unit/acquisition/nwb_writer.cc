#include "tests/unit/acquisition/nwb_writer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <set>
#include <stdexcept>

namespace efferent::test {
namespace {

hid_t Checked(hid_t id) {
  if (id < 0) throw std::runtime_error("the test's file cannot be written");
  return id;
}

std::vector<hsize_t> Dims(const std::vector<std::uint64_t>& shape) {
  return {shape.begin(), shape.end()};
}

Hdf5Handle Space(const std::vector<std::uint64_t>& shape) {
  if (shape.empty()) return {Checked(H5Screate(H5S_SCALAR)), H5Sclose};
  return {Checked(H5Screate_simple(static_cast<int>(shape.size()), Dims(shape).data(), nullptr)),
          H5Sclose};
}

}  // namespace

NwbWriter::NwbWriter(const std::string& path)
    : file_(Checked(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT)), H5Fclose),
      make_groups_(Checked(H5Pcreate(H5P_LINK_CREATE)), H5Pclose) {
  H5Pset_create_intermediate_group(make_groups_.get(), 1);
}

void NwbWriter::Numbers(const std::string& path, const std::vector<std::uint64_t>& shape,
                        const std::vector<double>& values) {
  const Hdf5Handle space = Space(shape);
  const Hdf5Handle dataset(
      Checked(H5Dcreate2(file_.get(), path.c_str(), H5T_IEEE_F64LE, space.get(), make_groups_.get(),
                         H5P_DEFAULT, H5P_DEFAULT)),
      H5Dclose);
  Checked(H5Dwrite(dataset.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
}

void NwbWriter::PackedNumbers(const std::string& path, const std::vector<std::uint64_t>& shape,
                              const std::vector<double>& values, std::uint64_t chunk_rows) {
  const Hdf5Handle space = Space(shape);
  const Hdf5Handle properties(Checked(H5Pcreate(H5P_DATASET_CREATE)), H5Pclose);
  std::vector<hsize_t> chunk = Dims(shape);
  chunk[0] = chunk_rows;
  H5Pset_chunk(properties.get(), static_cast<int>(chunk.size()), chunk.data());
  H5Pset_deflate(properties.get(), 4);
  const Hdf5Handle dataset(
      Checked(H5Dcreate2(file_.get(), path.c_str(), H5T_IEEE_F32LE, space.get(), make_groups_.get(),
                         properties.get(), H5P_DEFAULT)),
      H5Dclose);
  Checked(H5Dwrite(dataset.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
}

void NwbWriter::FilteredNumbers(const std::string& path, const std::vector<std::uint64_t>& shape,
                                const std::vector<double>& values, H5Z_filter_t filter) {
  const Hdf5Handle space = Space(shape);
  const Hdf5Handle properties(Checked(H5Pcreate(H5P_DATASET_CREATE)), H5Pclose);
  const std::vector<hsize_t> chunk = Dims(shape);
  H5Pset_chunk(properties.get(), static_cast<int>(chunk.size()), chunk.data());
  Checked(H5Pset_filter(properties.get(), filter, H5Z_FLAG_MANDATORY, 0, nullptr));
  const Hdf5Handle dataset(
      Checked(H5Dcreate2(file_.get(), path.c_str(), H5T_IEEE_F64LE, space.get(), make_groups_.get(),
                         properties.get(), H5P_DEFAULT)),
      H5Dclose);
  Checked(H5Dwrite(dataset.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
}

void NwbWriter::Booleans(const std::string& path, const std::vector<bool>& values) {
  const Hdf5Handle type(Checked(H5Tenum_create(H5T_NATIVE_INT8)), H5Tclose);
  for (const auto& [name, value] : {std::pair<const char*, std::int8_t>{"FALSE", 0}, {"TRUE", 1}}) {
    H5Tenum_insert(type.get(), name, &value);
  }
  const Hdf5Handle space = Space({values.size()});
  const Hdf5Handle dataset(Checked(H5Dcreate2(file_.get(), path.c_str(), type.get(), space.get(),
                                              make_groups_.get(), H5P_DEFAULT, H5P_DEFAULT)),
                           H5Dclose);
  const std::vector<std::int8_t> bytes(values.begin(), values.end());
  Checked(H5Dwrite(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()));
}

void NwbWriter::Strings(const std::string& path, const std::vector<std::string>& values,
                        std::size_t fixed_bytes) {
  const Hdf5Handle type(Checked(H5Tcopy(H5T_C_S1)), H5Tclose);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  H5Tset_size(type.get(), fixed_bytes == 0 ? H5T_VARIABLE : fixed_bytes);
  const Hdf5Handle space = Space({values.size()});
  const Hdf5Handle dataset(Checked(H5Dcreate2(file_.get(), path.c_str(), type.get(), space.get(),
                                              make_groups_.get(), H5P_DEFAULT, H5P_DEFAULT)),
                           H5Dclose);
  if (fixed_bytes == 0) {
    std::vector<const char*> pointers;
    for (const std::string& value : values) pointers.push_back(value.c_str());
    Checked(H5Dwrite(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()));
    return;
  }
  std::string bytes;
  for (std::string value : values) {
    value.resize(fixed_bytes, '\0');
    bytes += value;
  }
  Checked(H5Dwrite(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()));
}

void NwbWriter::Hollow(const std::string& path, const std::vector<std::uint64_t>& shape) {
  const Hdf5Handle space = Space(shape);
  const Hdf5Handle properties(Checked(H5Pcreate(H5P_DATASET_CREATE)), H5Pclose);
  const std::vector<hsize_t> chunk(shape.size(), 1);
  H5Pset_chunk(properties.get(), static_cast<int>(chunk.size()), chunk.data());
  const Hdf5Handle dataset(
      Checked(H5Dcreate2(file_.get(), path.c_str(), H5T_IEEE_F32LE, space.get(), make_groups_.get(),
                         properties.get(), H5P_DEFAULT)),
      H5Dclose);
}

void NwbWriter::ExternalLink(const std::string& path, const std::string& file,
                             const std::string& object) {
  Checked(H5Lcreate_external(file.c_str(), object.c_str(), file_.get(), path.c_str(),
                             make_groups_.get(), H5P_DEFAULT));
}

void NwbWriter::Attribute(const std::string& path, const std::string& name,
                          const std::string& value) {
  const Hdf5Handle type(Checked(H5Tcopy(H5T_C_S1)), H5Tclose);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  H5Tset_size(type.get(), H5T_VARIABLE);
  const Hdf5Handle space = Space({});
  const Hdf5Handle attribute(
      Checked(H5Acreate_by_name(file_.get(), path.c_str(), name.c_str(), type.get(), space.get(),
                                H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)),
      H5Aclose);
  const char* text = value.c_str();
  Checked(H5Awrite(attribute.get(), type.get(), &text));
}

void NwbWriter::Attribute(const std::string& path, const std::string& name, double value) {
  const Hdf5Handle space = Space({});
  const Hdf5Handle attribute(
      Checked(H5Acreate_by_name(file_.get(), path.c_str(), name.c_str(), H5T_IEEE_F64LE,
                                space.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)),
      H5Aclose);
  Checked(H5Awrite(attribute.get(), H5T_NATIVE_DOUBLE, &value));
}

void NwbWriter::Series(const std::string& path, const std::vector<std::uint64_t>& shape,
                       const std::vector<double>& values, double rate_hz, const std::string& unit,
                       double conversion, const std::string& type) {
  Numbers(path + "/data", shape, values);
  Attribute(path + "/data", "unit", unit);
  Attribute(path + "/data", "conversion", conversion);
  Numbers(path + "/starting_time", {}, {0.0});
  Attribute(path + "/starting_time", "rate", rate_hz);
  Attribute(path, "neurodata_type", type);
}

void WriteSmallRecording(const std::string& path) {
  constexpr int kBins = 10;
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  NwbWriter file(path);
  std::vector<double> counts, cursor, target, released;
  for (int bin = 0; bin < kBins; ++bin) {
    for (int channel = 0; channel < 3; ++channel) counts.push_back(bin + channel);
    const bool is_first = bin % 5 == 0;
    cursor.insert(cursor.end(), {is_first ? kNaN : bin, is_first ? kNaN : 0.0});
    target.insert(target.end(), {100.0, 0.0});
    released.push_back(is_first ? 0.0 : 1.0);
  }
  file.Series("/acquisition/spike_counts", {kBins, 3}, counts, 50.0, "count");
  file.Series("/processing/behavior/Position/cursor_position", {kBins, 2}, cursor, 50.0, "meters",
              1e-3, "SpatialSeries");
  file.Series("/processing/behavior/Position/target_position", {kBins, 2}, target, 50.0, "meters",
              1e-3, "SpatialSeries");
  file.Series("/processing/behavior/cursor_released", {kBins}, released, 50.0, "bool");
  file.Numbers("/intervals/trials/start_time", {2}, {0.0, 0.1});
  file.Numbers("/intervals/trials/stop_time", {2}, {0.1, 0.2});
  file.Strings("/intervals/trials/trial_type", {"early", "late"});
  file.Booleans("/intervals/trials/success", {true, false});
}

std::string ScratchPath(const std::string& name) {
  const ::testing::TestInfo* test = ::testing::UnitTest::GetInstance()->current_test_info();
  const std::filesystem::path directory =
      std::filesystem::path(::testing::TempDir()) /
      (std::string("efferent_") + test->test_suite_name() + "_" + test->name());
  // What an earlier run of the test has left goes.
  static std::set<std::filesystem::path> fresh;
  if (fresh.insert(directory).second) std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  return (directory / name).string();
}

}  // namespace efferent::test
