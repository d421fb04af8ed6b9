#include "clients/arm/frame_writer.h"

#include <stdexcept>
#include <utility>

#include <spdlog/fmt/fmt.h>
#include "clients/arm/frame_renderer.h"
#include "clients/report/output_file.h"

namespace efferent {
namespace {

constexpr int kWidth = 960;
constexpr int kHeight = 720;

}  // namespace

void PrepareFrames(const std::string& directory, bool overwrite) {
  MakeOutputFolder(directory, overwrite, [](const std::string& file) {
    return file.starts_with("frame_") && file.ends_with(".png");
  });
}

FrameWriter::FrameWriter(std::string directory, std::int64_t interval_ns, bool wait_until_drawn)
    : directory_(std::move(directory)),
      interval_ns_(interval_ns),
      wait_until_drawn_(wait_until_drawn) {
  thread_ = std::thread([this] { Draw(); });
}

FrameWriter::~FrameWriter() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void FrameWriter::Offer(std::int64_t now_ns, ArmScene scene) {
  std::unique_lock lock(mutex_);
  if (!failure_.empty()) throw std::runtime_error(failure_);
  if (busy_ || waiting_) return;
  next_ns_ = now_ns + interval_ns_;
  waiting_ = std::move(scene);
  changed_.notify_all();
  if (wait_until_drawn_) {
    changed_.wait(lock, [this] { return !busy_ && !waiting_; });
    if (!failure_.empty()) throw std::runtime_error(failure_);
  }
}

void FrameWriter::Draw() {
  try {
    FrameRenderer renderer(kWidth, kHeight);  // OpenGL contexts belong to their thread.
    while (true) {
      ArmScene scene;
      {
        std::unique_lock lock(mutex_);
        busy_ = false;
        changed_.notify_all();
        changed_.wait(lock, [this] { return over_ || waiting_; });
        if (!waiting_) return;
        scene = *std::exchange(waiting_, std::nullopt);
        busy_ = true;
      }
      WritePng(fmt::format("{}/frame_{:06}.png", directory_, num_written_.load()),
               renderer.Render(scene));
      ++num_written_;
    }
  } catch (const std::exception& e) {
    const std::lock_guard lock(mutex_);
    failure_ = e.what();
    busy_ = false;
    waiting_.reset();
    changed_.notify_all();
  }
}

}  // namespace efferent
