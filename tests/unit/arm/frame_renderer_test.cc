#include "clients/arm/frame_renderer.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "clients/arm/arm_rig.h"
#include "clients/arm/frame_writer.h"

// OSMesa keeps some hundred bytes for the life of the process. LeakSanitizer asks for this.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libOSMesa\n"; }

namespace efferent {
namespace {

ArmScene SceneWithTarget(const Eigen::Vector2d& target) {
  ArmRig rig({}, {{"one", 1, true}});
  ArmScene scene = rig.Scene();
  scene.target_m = target;
  return scene;
}

int NumYellow(const Frame& frame) {
  int count = 0;
  for (std::size_t i = 0; i + 2 < frame.rgb.size(); i += 3) {
    count += frame.rgb[i] > 200 && frame.rgb[i + 1] > 180 && frame.rgb[i + 2] < 120 ? 1 : 0;
  }
  return count;
}

TEST(FrameRenderer, DrawsTheTargetWithoutADisplay) {
  FrameRenderer renderer(320, 240);
  const int shown = NumYellow(renderer.Render(SceneWithTarget({0.08, 0.0})));
  ArmScene without = SceneWithTarget({0.08, 0.0});
  without.target_m.reset();
  EXPECT_GT(shown, 50);
  EXPECT_LT(NumYellow(renderer.Render(without)), shown / 4);
}

TEST(FrameWriter, WritesPngFramesInOrder) {
  const std::string directory = testing::TempDir() + "/efferent_frames";
  std::filesystem::remove_all(directory);
  {
    PrepareFrames(directory, false);
    FrameWriter writer(directory, 100, true);
    for (std::int64_t now = 0; now < 500; now += 50) {
      if (writer.IsDue(now)) writer.Offer(now, SceneWithTarget({0.0, 0.08}));
    }
    EXPECT_EQ(writer.num_written(), 5);
  }
  std::ifstream frame(directory + "/frame_000004.png", std::ios::binary);
  std::string signature(4, ' ');
  frame.read(signature.data(), 4);
  EXPECT_EQ(signature, "\x89PNG");
}

TEST(FrameWriter, SaysWhenItsDirectoryCannotBeMade) {
  EXPECT_ANY_THROW(PrepareFrames("/proc/efferent/frames", false));
}

}  // namespace
}  // namespace efferent
