#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "clients/archive/nwb/hdf5_output.h"

namespace efferent::archive {

/// A DynamicTable, or a kind of it. Columns are written as they are added, all equally long. Throws
/// like Hdf5Output.
class TableOutput {
 public:
  /// @param type `DynamicTable`, or one of the namespace `core`.
  TableOutput(Hdf5Output* file, std::string path, const std::string& type,
              const std::string& description);

  void Numbers(const std::string& name, const std::string& description,
               std::span<const double> values);
  void Integers(const std::string& name, const std::string& description,
                std::span<const std::int64_t> values);
  void Booleans(const std::string& name, const std::string& description,
                const std::vector<bool>& values);
  void Texts(const std::string& name, const std::string& description,
             const std::vector<std::string>& values);
  /// References to objects.
  void References(const std::string& name, const std::string& description,
                  const std::vector<std::string>& targets);
  /// Rows of another table.
  void Region(const std::string& name, const std::string& description,
              std::span<const std::int64_t> rows, const std::string& table);
  /// A dataset that is there already, of several elements a row.
  void Existing(const std::string& name, const std::string& description);
  /// Says where each row's elements of a column end: `ends`, one a row.
  void Index(const std::string& column, std::span<const std::uint64_t> ends);

  /// Writes what is the same in every table. Rows are numbered from 0.
  void Finish(std::size_t num_rows);

 private:
  std::string Path(const std::string& name) const { return path_ + "/" + name; }

  Hdf5Output* file_;
  std::string path_;
  std::vector<std::string> columns_;
};

}  // namespace efferent::archive
