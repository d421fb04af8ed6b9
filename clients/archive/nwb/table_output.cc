#include "clients/archive/nwb/table_output.h"

#include <numeric>
#include <utility>

#include "clients/archive/nwb/nwb_object.h"

namespace efferent::archive {
namespace {

constexpr const char* kTables = "hdmf-common";  // The namespace of tables and their columns.

}  // namespace

TableOutput::TableOutput(Hdf5Output* file, std::string path, const std::string& type,
                         const std::string& description)
    : file_(file), path_(std::move(path)) {
  // Columns that grew while the recording was read have made it.
  if (H5Lexists(file->id(), path_.c_str(), H5P_DEFAULT) <= 0) file->Group(path_);
  MarkObject(file, path_, type == "DynamicTable" ? kTables : "core", type);
  file->TextAttribute(path_, "description", description);
}

void TableOutput::Numbers(const std::string& name, const std::string& description,
                          std::span<const double> values) {
  file_->Numbers(Path(name), values);
  Existing(name, description);
}

void TableOutput::Integers(const std::string& name, const std::string& description,
                           std::span<const std::int64_t> values) {
  file_->Integers(Path(name), values);
  Existing(name, description);
}

void TableOutput::Booleans(const std::string& name, const std::string& description,
                           const std::vector<bool>& values) {
  file_->Booleans(Path(name), values);
  Existing(name, description);
}

void TableOutput::Texts(const std::string& name, const std::string& description,
                        const std::vector<std::string>& values) {
  file_->Texts(Path(name), values);
  Existing(name, description);
}

void TableOutput::References(const std::string& name, const std::string& description,
                             const std::vector<std::string>& targets) {
  file_->References(Path(name), targets);
  Existing(name, description);
}

void TableOutput::Region(const std::string& name, const std::string& description,
                         std::span<const std::int64_t> rows, const std::string& table) {
  file_->Integers(Path(name), rows);
  MarkObject(file_, Path(name), kTables, "DynamicTableRegion");
  file_->TextAttribute(Path(name), "description", description);
  file_->ReferenceAttribute(Path(name), "table", table);
  columns_.push_back(name);
}

void TableOutput::Existing(const std::string& name, const std::string& description) {
  MarkObject(file_, Path(name), kTables, "VectorData");
  file_->TextAttribute(Path(name), "description", description);
  columns_.push_back(name);
}

void TableOutput::Index(const std::string& column, std::span<const std::uint64_t> ends) {
  const std::string path = Path(column + "_index");
  file_->Unsigneds(path, ends);
  MarkObject(file_, path, kTables, "VectorIndex");
  file_->TextAttribute(path, "description", "Index for VectorData '" + column + "'");
  file_->ReferenceAttribute(path, "target", Path(column));
}

void TableOutput::Finish(std::size_t num_rows) {
  std::vector<std::int64_t> numbers(num_rows);
  std::iota(numbers.begin(), numbers.end(), std::int64_t{0});
  file_->Integers(Path("id"), numbers);
  MarkObject(file_, Path("id"), kTables, "ElementIdentifiers");
  file_->TextsAttribute(path_, "colnames", columns_);
}

}  // namespace efferent::archive
