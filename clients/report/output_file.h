#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace efferent {

/// Help of the flag `--overwrite`, which every command that writes files has.
inline constexpr const char* kOverwriteHelp =
    "Replace files that are there already; without it, they are refused before the work begins";

/// A file that the user asked for. Made before the work, so that nothing is wrong with it afterwards. It is
/// written beside its name, as `NAME.partial`, until it is complete; if it never is, the partial file goes
/// away with this object. Every command keeps to one rule: a file that is there already, and not empty, is
/// replaced only with `--overwrite`, and at once as a whole.
///
/// A device or a pipe (/dev/stdout, /dev/null) is written to as it is, and a link to a file stays a link.
class OutputFile {
 public:
  /// @throws InputError naming the file and what to do: it is there already, it is a folder, there is no
  /// folder for it, or it cannot be written.
  OutputFile(const std::string& name, bool overwrite);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// Writes the whole file.
  /// @throws std::runtime_error with the system's reason; InputError if a file of that name has appeared
  /// meanwhile.
  void Write(std::string_view bytes);

  /// For writers that open the file themselves: where to write, and the folder that it lies in.
  const std::string& partial_name() const { return partial_name_; }
  std::string folder() const;
  /// Brings what was written there to the disk and gives it its name.
  /// @throws as Write.
  void Complete();

 private:
  void RefuseToReplace() const;
  void RequireFolder() const;

  std::string name_;          // As it was given, for messages.
  std::string path_;          // Links resolved.
  std::string partial_name_;  // A device: itself.
  bool overwrite_;
  bool is_device_;
  bool is_complete_ = false;
};

/// The file of an option: none if it was not given.
std::unique_ptr<OutputFile> MakeOutputFile(const std::optional<std::string>& name, bool overwrite);

/// Makes a folder that is to hold the files of one run, and those that it lies in. The same rule: where
/// there are files of an earlier run, for whose names `is_ours`, they are removed with `overwrite`.
/// @throws InputError naming the folder and what to do: it holds such files and there is no `overwrite`,
/// or it cannot be made.
void MakeOutputFolder(const std::string& name, bool overwrite,
                      const std::function<bool(const std::string&)>& is_ours);

}  // namespace efferent
