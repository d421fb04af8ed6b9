#include "server/storage/wal_damage.h"

#include <spdlog/fmt/fmt.h>

#include <array>
#include <cstdint>
#include <fstream>
#include <vector>

namespace efferent {
namespace {

using Word = std::uint32_t;

constexpr std::size_t kHeaderBytes = 32, kFrameHeaderBytes = 24;
constexpr Word kMagic = 0x377f0682;  // with the last bit set: checksums of big-endian words
constexpr Word kMinPage = 512, kMaxPage = 65'536;

Word BigEndian(const char* bytes) {
  Word word = 0;
  for (int i = 0; i < 4; ++i) word = word << 8 | static_cast<unsigned char>(bytes[i]);
  return word;
}

Word LittleEndian(const char* bytes) { return __builtin_bswap32(BigEndian(bytes)); }

/// The running checksum of header and frames.
class Checksum {
 public:
  explicit Checksum(bool is_big_endian) : read_(is_big_endian ? BigEndian : LittleEndian) {}
  void Add(const char* bytes, std::size_t size) {
    for (std::size_t i = 0; i < size; i += 8) {
      a_ += read_(bytes + i) + b_;
      b_ += read_(bytes + i + 4) + a_;
    }
  }
  bool Is(const char* bytes) const { return BigEndian(bytes) == a_ && BigEndian(bytes + 4) == b_; }

 private:
  Word (*read_)(const char*);
  Word a_ = 0, b_ = 0;
};

/// How many frames the log had, by the index beside it (https://sqlite.org/walformat.html, section 2.1), which a killed
/// server leaves behind; 0 if it is of another round of the log than `salts` (null: any), or says nothing.
Word FramesWritten(const std::string& index_name, const char* salts) {
  constexpr Word kVersion = 3'007'000;
  constexpr std::size_t kIndexHeaderBytes = 48, kVersionAt = 0, kFramesAt = 16, kSaltsAt = 32;
  std::array<char, kIndexHeaderBytes> index;
  std::ifstream file(index_name, std::ios::binary);
  if (!file.read(index.data(), index.size()) || LittleEndian(&index[kVersionAt]) != kVersion ||
      (salts && !std::equal(salts, salts + 8, &index[kSaltsAt]))) {
    return 0;
  }
  return LittleEndian(&index[kFramesAt]);
}

}  // namespace

std::string DescribeWalDamage(const std::filesystem::path& file) {
  const std::string name = file.string() + "-wal";
  std::error_code ignored;
  if (!std::filesystem::exists(name, ignored)) {
    if (!std::filesystem::exists(file.string() + "-shm", ignored)) return "";
    return name +
           " is missing though the server before did not end in good order: what it had recorded "
           "last "
           "is lost, whole sessions perhaps";
  }
  std::ifstream log(name, std::ios::binary);
  std::array<char, kHeaderBytes> header;
  const std::string index_name = file.string() + "-shm";
  if (!log.read(header.data(), header.size())) {
    if (FramesWritten(index_name, nullptr) == 0) return "";  // nothing has been written yet
    return name +
           " is empty: what the server before had recorded last is lost, whole sessions perhaps";
  }
  const Word magic = BigEndian(header.data()), page_size = BigEndian(&header[8]);
  Checksum checksum((magic & 1) != 0);
  checksum.Add(header.data(), 24);
  if ((magic & ~Word{1}) != kMagic || page_size < kMinPage || page_size > kMaxPage ||
      page_size % 8 != 0 || !checksum.Is(&header[24])) {
    return name +
           " is damaged at its beginning: what the server before had recorded last is lost, whole "
           "sessions perhaps";
  }
  std::vector<char> frame(kFrameHeaderBytes + page_size);
  std::uint64_t num_frames = 0, first_damaged = 0, num_lost = 0;
  bool is_commit_damaged = false;
  while (log.read(frame.data(), static_cast<std::streamsize>(frame.size()))) {
    ++num_frames;
    // Frames of an earlier round of the log have other salts.
    const bool is_commit = BigEndian(&frame[4]) != 0;
    const bool is_of_this_round = std::equal(&header[16], &header[24], &frame[8]);
    if (first_damaged == 0) {
      checksum.Add(frame.data(), 8);
      checksum.Add(frame.data() + kFrameHeaderBytes, page_size);
      if (!is_of_this_round || !checksum.Is(&frame[16])) {
        first_damaged = num_frames;
        is_commit_damaged = is_of_this_round && is_commit;
      }
    } else if (is_of_this_round && is_commit) {
      ++num_lost;
    }
  }
  if (num_lost == 0) {
    const std::uint64_t num_whole = first_damaged == 0 ? num_frames : first_damaged - 1;
    const Word num_written = FramesWritten(index_name, &header[16]);
    if (num_whole >= num_written) return "";
    return fmt::format(
        "{} has {} whole frames where {} had been written: what the server before had recorded "
        "last is lost, whole sessions perhaps",
        name, num_whole, num_written);
  }
  if (is_commit_damaged) ++num_lost;
  return fmt::format(
      "{} is damaged in frame {} of {}: the last {} writes before the server ended are lost; "
      "sessions go on from "
      "what was written before, and those that had begun later are gone",
      name, first_damaged, num_frames, num_lost);
}

}  // namespace efferent
