#include "clients/arm/frame_renderer.h"

#include <lodepng.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "clients/arm/arm_model.h"

namespace efferent {

namespace {

using Color = float[4];

constexpr Color kWorkspaceColor = {0.50f, 0.56f, 0.64f, 1.0f};
constexpr Color kHomeColor = {0.50f, 0.55f, 0.62f, 1.0f};
constexpr Color kOtherTargetColor = {0.36f, 0.41f, 0.48f, 1.0f};
constexpr Color kShownColor = {0.98f, 0.76f, 0.18f, 1.0f};
constexpr Color kInsideColor = {0.33f, 0.83f, 0.93f, 1.0f};
constexpr Color kReachedColor = {0.34f, 0.84f, 0.42f, 1.0f};
constexpr Color kMissedColor = {0.90f, 0.30f, 0.28f, 1.0f};
constexpr Color kTrailColor = {0.99f, 0.62f, 0.24f, 1.0f};
constexpr Color kStoppedColor = {0.90f, 0.16f, 0.14f, 1.0f};
constexpr double kTrailHeightM = 0.007;

const Color& ColorOf(TargetLook look) {
  switch (look) {
    case TargetLook::kInside:
      return kInsideColor;
    case TargetLook::kReached:
      return kReachedColor;
    case TargetLook::kMissed:
      return kMissedColor;
    case TargetLook::kShown:
      break;
  }
  return kShownColor;
}

}  // namespace

FrameRenderer::FrameRenderer(int width, int height) {
  model_.reset(LoadArmMjcf().release());
  if (width < 16 || height < 16 || width > model_->vis.global.offwidth ||
      height > model_->vis.global.offheight) {
    throw std::invalid_argument("a frame has 16 x 16 to 1920 x 1080 pixels");
  }
  model_->vis.global.offwidth = width;
  model_->vis.global.offheight = height;
  data_.reset(mj_makeData(model_.get()));
  frame_ = {width, height, std::vector<unsigned char>(std::size_t{3} * width * height)};
  bottom_up_.resize(frame_.rgb.size());
  end_point_geom_ = mj_name2id(model_.get(), mjOBJ_GEOM, "end_point_ball");

  mjv_defaultOption(&option_);
  mjv_defaultCamera(&camera_);
  camera_.type = mjCAMERA_FIXED;
  camera_.fixedcamid = mj_name2id(model_.get(), mjOBJ_CAMERA, "above");
  mjv_defaultScene(&scene_);
  mjv_makeScene(model_.get(), &scene_, 2000);
  mjr_defaultContext(&context_);
  mjr_makeContext(model_.get(), &context_, height > 720 ? mjFONTSCALE_150 : mjFONTSCALE_100);
  mjr_setBuffer(mjFB_OFFSCREEN, &context_);
  if (context_.currentBuffer != mjFB_OFFSCREEN) {
    mjr_freeContext(&context_);
    mjv_freeScene(&scene_);
    throw std::runtime_error("this OpenGL has no offscreen frame buffer");
  }
}

FrameRenderer::~FrameRenderer() {
  mjr_freeContext(&context_);
  mjv_freeScene(&scene_);
}

mjvGeom* FrameRenderer::NextGeom() {
  return scene_.ngeom < scene_.maxgeom ? scene_.geoms + scene_.ngeom++ : nullptr;
}

void FrameRenderer::AddDisc(const Eigen::Vector2d& center_m, double radius_m, double top_m,
                            const float* rgba, double emission) {
  mjvGeom* geom = NextGeom();
  if (geom == nullptr) return;
  const mjtNum size[3] = {radius_m, top_m / 2.0, 0.0};
  const mjtNum position[3] = {center_m.x(), center_m.y(), top_m / 2.0};
  mjv_initGeom(geom, mjGEOM_CYLINDER, size, position, nullptr, rgba);
  geom->emission = static_cast<float>(emission);
  geom->specular = 0.1f;
}

void FrameRenderer::AddLine(const Eigen::Vector2d& from_m, const Eigen::Vector2d& to_m,
                            double height_m, double half_width_m, const float* rgba) {
  const Eigen::Vector2d along = to_m - from_m;
  const double length = along.norm();
  if (length < 1e-6) return;
  mjvGeom* geom = NextGeom();
  if (geom == nullptr) return;
  const double c = along.x() / length;
  const double s = along.y() / length;
  // A flat box: a tenth of the triangles of a capsule, which counts where a processor draws.
  const mjtNum size[3] = {length / 2.0 + half_width_m / 2.0, half_width_m, 0.0003};
  const mjtNum position[3] = {(from_m.x() + to_m.x()) / 2.0, (from_m.y() + to_m.y()) / 2.0,
                              height_m};
  const mjtNum rotation[9] = {c, -s, 0.0, s, c, 0.0, 0.0, 0.0, 1.0};
  mjv_initGeom(geom, mjGEOM_BOX, size, position, rotation, rgba);
  geom->emission = 0.5f;
  geom->specular = 0.0f;
}

void FrameRenderer::AddTask(const ArmScene& scene) {
  const auto& low = scene.workspace.min_m;
  const auto& high = scene.workspace.max_m;
  const Eigen::Vector2d corners[] = {low, {high.x(), low.y()}, high, {low.x(), high.y()}};
  for (int i = 0; i < 4; ++i)
    AddLine(corners[i], corners[(i + 1) % 4], 0.0005, 0.0012, kWorkspaceColor);
  for (const auto& other : scene.other_targets_m) {
    AddDisc(other, scene.target_radius_m, 0.001, kOtherTargetColor, 0.1);
  }
  AddDisc(Eigen::Vector2d::Zero(), 0.006, 0.0015, kHomeColor, 0.3);
  if (scene.target_m) {
    AddDisc(*scene.target_m, scene.target_radius_m, 0.004, ColorOf(scene.target_look), 0.45);
  }
  for (std::size_t i = 1; i < scene.trail_m.size(); ++i) {
    const double age = static_cast<double>(i) / static_cast<double>(scene.trail_m.size());
    Color color;
    for (int c = 0; c < 3; ++c) {  // Old ends of the trail sink into the table.
      color[c] = static_cast<float>(0.25 * (1.0 - age) + kTrailColor[c] * age);
    }
    color[3] = 1.0f;
    AddLine(scene.trail_m[i - 1], scene.trail_m[i], kTrailHeightM, 0.0022, color);
  }
}

const Frame& FrameRenderer::Render(const ArmScene& scene) {
  Eigen::Map<Eigen::Vector2d>(data_->qpos) = scene.joint_angles;
  mj_kinematics(model_.get(), data_.get());
  mj_camlight(model_.get(), data_.get());
  if (end_point_geom_ >= 0) {
    float* rgba = model_->geom_rgba + 4 * end_point_geom_;
    std::copy_n(scene.following ? kTrailColor : kStoppedColor, 4, rgba);
  }
  mjv_updateScene(model_.get(), data_.get(), &option_, nullptr, &camera_, mjCAT_ALL, &scene_);
  AddTask(scene);

  const mjrRect viewport = {0, 0, frame_.width, frame_.height};
  mjr_render(viewport, &scene_, &context_);
  if (!scene.caption.empty()) {
    mjr_overlay(mjFONT_NORMAL, mjGRID_BOTTOMLEFT, viewport,
                (scene.caption + "\n" + scene.detail).c_str(), nullptr, &context_);
  }
  mjr_readPixels(bottom_up_.data(), nullptr, viewport, &context_);
  const std::size_t row = std::size_t{3} * frame_.width;
  for (int y = 0; y < frame_.height; ++y) {
    std::memcpy(&frame_.rgb[y * row], &bottom_up_[(frame_.height - 1 - y) * row], row);
  }
  return frame_;
}

void WritePng(const std::string& path, const Frame& frame) {
  // Settings for speed: a third of the time of the default ones, and files a quarter larger.
  lodepng::State state;
  state.info_raw.colortype = LCT_RGB;
  state.info_png.color.colortype = LCT_RGB;
  state.encoder.auto_convert = 0;
  state.encoder.filter_strategy = LFS_ENTROPY;
  state.encoder.zlibsettings.windowsize = 512;
  state.encoder.zlibsettings.nicematch = 32;
  std::vector<unsigned char> png;
  unsigned error = lodepng::encode(png, frame.rgb, frame.width, frame.height, state);
  if (error == 0) error = lodepng::save_file(png, path);
  if (error != 0) {
    throw std::runtime_error("cannot write " + path + ": " + lodepng_error_text(error));
  }
}

}  // namespace efferent
