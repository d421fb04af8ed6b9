#include "files/packing.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace efferent {
namespace {

std::string Text() {
  std::string text;
  for (int i = 0; i < 1'000; ++i) text += std::to_string(i * i) + " ";
  return text;
}

TEST(Packing, GivesBackWhatWasPacked) {
  Packer packer;
  for (const std::string& text : {std::string(), std::string("x"), Text()}) {
    const std::string packed(packer.Pack(text));
    EXPECT_EQ(Unpack(packed, text.size()), text);
  }
}

TEST(Packing, EveryDamagedByteIsNoticed) {
  Packer packer;
  const std::string text = Text();
  const std::string packed(packer.Pack(text));
  for (std::size_t i = 0; i < packed.size(); ++i) {
    std::string damaged = packed;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    try {
      EXPECT_EQ(Unpack(damaged, text.size()), text) << "byte " << i << " says nothing";
    } catch (const DamagedPack&) {
    }
  }
}

TEST(Packing, PieceOfAFrameIsRefused) {
  Packer packer;
  const std::string packed(packer.Pack(Text()));
  for (std::size_t size = 0; size < packed.size(); size += 7) {
    EXPECT_THROW(Unpack(packed.substr(0, size), 1 << 20), DamagedPack) << size;
  }
}

TEST(Packing, MoreThanIsExpectedIsRefusedBeforeMemoryIsTaken) {
  Packer packer;
  const std::string bomb(packer.Pack(std::string(100 << 20, 'x')));
  EXPECT_LT(bomb.size(), 100'000u);
  EXPECT_THROW(Unpack(bomb, 1 << 20), DamagedPack);
}

// As a decoder file of a few bytes may say that it holds a gigabyte.
TEST(Packing, FrameThatOnlyClaimsToBeLargeTakesNoMemory) {
  Packer packer;
  const std::string packed(packer.Pack(std::string(400 << 20, 'x')));
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_AS, &before), 0);
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const rlimit little{pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) + (100 << 20),
                      before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_AS, &little), 0);
  EXPECT_THROW(Unpack(packed.substr(0, 36), std::size_t{1} << 30), DamagedPack);
  setrlimit(RLIMIT_AS, &before);
}

}  // namespace
}  // namespace efferent
