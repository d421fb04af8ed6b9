#include "files/decoder_file.h"

#include <gtest/gtest.h>

#include "files/packing.h"
#include "tests/unit/files/small_file.h"

namespace efferent::test {
namespace {

/// A file whose checksum is right, whatever is in it.
std::string Sealed(std::string_view packed) {
  std::uint64_t checksum = 0xcbf29ce484222325;
  for (const char c : packed) checksum = (checksum ^ static_cast<std::uint8_t>(c)) * 0x100000001b3;
  const std::string head = WriteDecoderFile({}).substr(0, 12);
  return head + std::string(reinterpret_cast<const char*>(&checksum), 8) + std::string(packed);
}

/// Why the bytes are refused; empty if they are not.
std::string Refusal(const std::string& bytes) {
  try {
    ReadDecoderFile(bytes);
    return "";
  } catch (const BadDecoderFile& error) {
    return error.what();
  }
}

TEST(DecoderFile, GivesBackWhatWasWritten) {
  const v1::DecoderFile file = SmallFile();
  EXPECT_EQ(ReadDecoderFile(WriteDecoderFile(file)).SerializeAsString(), file.SerializeAsString());
}

TEST(DecoderFile, WithAnyBitFlippedIsRefused) {
  const std::string bytes = WriteDecoderFile(SmallFile());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
      EXPECT_NE(Refusal(damaged), "") << "byte " << i << ", bit " << bit;
    }
  }
}

TEST(DecoderFile, CutShortOrTooLongIsRefused) {
  const std::string bytes = WriteDecoderFile(SmallFile());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_NE(Refusal(bytes.substr(0, size)), "") << size;
  }
  EXPECT_NE(Refusal(bytes + "x"), "");
}

TEST(DecoderFile, OfAnotherKindOrALaterVersionSaysSo) {
  EXPECT_EQ(Refusal("not ours at all"), "is no decoder file");
  std::string later = WriteDecoderFile(SmallFile());
  later[8] = 2;
  EXPECT_EQ(Refusal(later),
            "is of format version 2, must be 1: it is damaged, or a later version of the programs "
            "wrote it");
}

TEST(DecoderFile, ThatHoldsSomethingElseIsRefused) {
  const auto refusal = [](const std::string& what) { return Refusal(Sealed(Packer().Pack(what))); };
  EXPECT_EQ(refusal("\xff\xff\xff garbage"), "is damaged: it holds no decoder");
  v1::DecoderFile shorter = SmallFile();
  shorter.mutable_state()->pop_back();
  EXPECT_NE(refusal(shorter.SerializeAsString()).find("decoder.state_size_bytes is"),
            std::string::npos);
}

// A frame of some 100 bytes that says it holds 2^40.
TEST(DecoderFile, BombIsRefusedBeforeMemoryIsTaken) {
  const std::string frame("\x28\xb5\x2f\xfd\xe0\x00\x00\x00\x00\x00\x01\x00\x00", 13);
  EXPECT_EQ(Refusal(Sealed(frame + std::string(100, 'x'))),
            "is damaged: no frame of a size that can be");
}

}  // namespace
}  // namespace efferent::test
