#include "clients/report/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "clients/report/input_error.h"

namespace efferent {
namespace {

namespace fs = std::filesystem;

// Returns whether all that was written to a file or a folder is on the disk; errno says why not.
bool Sync(const std::string& name) {
  const int descriptor = open(name.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool synced = fsync(descriptor) == 0;
  const int error = errno;
  close(descriptor);
  errno = error;
  return synced;
}

// Returns false with errno if not all of it could be written.
bool WriteAll(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// Where a link leads to, also if there is no file yet.
fs::path Resolved(const std::string& name) {
  std::error_code error;
  fs::path path = name;
  for (int i = 0; i < 16 && fs::is_symlink(path, error); ++i) {
    const fs::path target = fs::read_symlink(path, error);
    path = target.is_absolute() ? target : path.parent_path() / target;
  }
  return path;
}

void MakeFolders(const std::string& name) {
  std::error_code error;
  fs::create_directories(name, error);
  if (fs::is_directory(name)) return;
  throw InputError("the folder " + name +
                   " cannot be made: " + (error ? error.message() : std::strerror(ENOTDIR)));
}

bool IsDevice(const std::string& name) {
  // /dev/stdout is a link to what may be a file, which others write to as well.
  if (name.starts_with("/dev/") || name.starts_with("/proc/")) return true;
  struct stat status {};
  return stat(name.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

}  // namespace

OutputFile::OutputFile(const std::string& name, bool overwrite)
    : name_(name), overwrite_(overwrite), is_device_(IsDevice(name)) {
  if (name.empty()) throw InputError("a file to write was named \"\": give it a name");
  path_ = is_device_ ? name : Resolved(name).string();
  partial_name_ = is_device_ ? path_ : path_ + ".partial";
  if (is_device_) return;
  RefuseToReplace();
  RequireFolder();
  const int file = open(partial_name_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) throw InputError(name_ + " cannot be written: " + std::strerror(errno));
  close(file);
}

OutputFile::~OutputFile() {
  if (!is_complete_ && !is_device_) unlink(partial_name_.c_str());
}

void OutputFile::RefuseToReplace() const {
  std::error_code ignored;
  if (fs::is_directory(path_, ignored)) {
    throw InputError(name_ + " is a folder: name a file");
  }
  // An empty file, as mktemp makes it, is nobody's loss.
  if (!overwrite_ && fs::exists(path_, ignored) && !fs::is_empty(path_, ignored)) {
    throw InputError(name_ + " is there already; add --overwrite to replace it");
  }
}

void OutputFile::RequireFolder() const {
  std::error_code ignored;
  if (fs::is_directory(folder(), ignored)) return;
  throw InputError(name_ + ": there is no folder " + folder() + "; make it with mkdir -p");
}

std::string OutputFile::folder() const {
  const std::string folder = fs::path(path_).parent_path().string();
  return folder.empty() ? "." : folder;
}

void OutputFile::Write(std::string_view bytes) {
  const int flags = O_WRONLY | O_CLOEXEC | (is_device_ ? 0 : O_CREAT | O_TRUNC);
  const int file = open(partial_name_.c_str(), flags, 0666);
  const bool is_written = file >= 0 && WriteAll(file, bytes);
  const int error = errno;
  if (file >= 0) close(file);
  if (!is_written) {
    throw std::runtime_error(name_ + " cannot be written: " + std::strerror(error));
  }
  Complete();
}

void OutputFile::Complete() {
  is_complete_ = is_device_;
  if (is_device_) return;
  RefuseToReplace();
  if (!Sync(partial_name_) || std::rename(partial_name_.c_str(), path_.c_str()) != 0) {
    throw std::runtime_error(name_ + " cannot be completed: " + std::strerror(errno));
  }
  is_complete_ = true;
  Sync(folder());  // So that the name survives a power failure; the file itself does.
}

std::unique_ptr<OutputFile> MakeOutputFile(const std::optional<std::string>& name, bool overwrite) {
  return name ? std::make_unique<OutputFile>(*name, overwrite) : nullptr;
}

void MakeOutputFolder(const std::string& name, bool overwrite,
                      const std::function<bool(const std::string&)>& is_ours) {
  MakeFolders(name);
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(name, error)) {
    const std::string file = entry.path().filename().string();
    if (!is_ours(file)) continue;
    if (!overwrite) {
      throw InputError(name + " holds files of an earlier run (" + file +
                       "); add --overwrite to replace them, or name another folder");
    }
    fs::remove(entry.path(), error);
    if (error) break;
  }
  if (!error && access(name.c_str(), W_OK | X_OK) == 0) return;
  throw InputError("the folder " + name +
                   " cannot be written: " + (error ? error.message() : std::strerror(errno)));
}

}  // namespace efferent
