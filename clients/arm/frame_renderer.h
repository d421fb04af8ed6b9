#pragma once

#include <mujoco/mujoco.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "clients/arm/arm_scene.h"
#include "clients/arm/offscreen_gl.h"

namespace efferent {

/// Pixels, 3 bytes each (red, green, blue), rows from the top.
struct Frame {
  int width = 0;
  int height = 0;
  std::vector<unsigned char> rgb;
};

/// Draws the arm and its task with MuJoCo's own renderer, offscreen. To be used and destroyed on
/// the thread that made it.
class FrameRenderer {
 public:
  /// At most 1920 x 1080.
  /// @throws std::invalid_argument for another size.
  /// @throws std::runtime_error if there is no OSMesa.
  FrameRenderer(int width, int height);
  ~FrameRenderer();
  FrameRenderer(const FrameRenderer&) = delete;
  FrameRenderer& operator=(const FrameRenderer&) = delete;

  /// The frame stays valid until the next call.
  const Frame& Render(const ArmScene& scene);

 private:
  struct ModelDeleter {
    void operator()(mjModel* model) const { mj_deleteModel(model); }
    void operator()(mjData* data) const { mj_deleteData(data); }
  };

  void AddTask(const ArmScene& scene);
  void AddDisc(const Eigen::Vector2d& center_m, double radius_m, double top_m, const float* rgba,
               double emission);
  void AddLine(const Eigen::Vector2d& from_m, const Eigen::Vector2d& to_m, double height_m,
               double half_width_m, const float* rgba);
  mjvGeom* NextGeom();

  OffscreenGl gl_;
  std::unique_ptr<mjModel, ModelDeleter> model_;
  std::unique_ptr<mjData, ModelDeleter> data_;
  mjvScene scene_;
  mjvCamera camera_;
  mjvOption option_;
  mjrContext context_;
  int end_point_geom_ = -1;
  Frame frame_;
  std::vector<unsigned char> bottom_up_;
};

/// Writes a frame as PNG.
/// @throws std::runtime_error naming the file if it cannot be written.
void WritePng(const std::string& path, const Frame& frame);

}  // namespace efferent
