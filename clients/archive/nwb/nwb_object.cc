#include "clients/archive/nwb/nwb_object.h"

#include <spdlog/fmt/fmt.h>

#include <array>
#include <ctime>
#include <random>

namespace efferent::archive {

std::string RandomUuid() {
  std::random_device random;
  std::array<std::uint32_t, 4> bits{};
  for (std::uint32_t& word : bits) word = random();
  bits[1] = (bits[1] & 0xffff0fffU) | 0x4000U;      // version
  bits[2] = (bits[2] & 0x3fffffffU) | 0x80000000U;  // variant
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:04x}{:08x}", bits[0], bits[1] >> 16,
                     bits[1] & 0xffffU, bits[2] >> 16, bits[2] & 0xffffU, bits[3]);
}

void MarkObject(Hdf5Output* file, const std::string& object, const std::string& name_space,
                const std::string& type) {
  file->TextAttribute(object, "namespace", name_space);
  file->TextAttribute(object, "neurodata_type", type);
  file->TextAttribute(object, "object_id", RandomUuid());
}

void AddObject(Hdf5Output* file, const std::string& group, const std::string& type,
               const std::string& description) {
  file->Group(group);
  MarkObject(file, group, "core", type);
  file->TextAttribute(group, "description", description);
}

std::string IsoTime(std::int64_t unix_ns) {
  constexpr std::int64_t kNsPerS = 1'000'000'000;
  std::time_t seconds = unix_ns / kNsPerS;
  std::int64_t rest_ns = unix_ns % kNsPerS;
  if (rest_ns < 0) {
    --seconds;
    rest_ns += kNsPerS;
  }
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}+00:00", utc.tm_year + 1900,
                     utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                     rest_ns / 1000);
}

}  // namespace efferent::archive
