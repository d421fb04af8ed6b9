#pragma once

#include <memory>

namespace efferent {

/// An OpenGL context that draws into memory, without display or graphics card: OSMesa, loaded when
/// first needed, so that only those who render need it
/// (docs/decisions/0005-offscreen-rendering.md). Current on the thread that made it; to be used and
/// destroyed there.
class OffscreenGl {
 public:
  /// @throws std::runtime_error saying what to install if OSMesa is missing, or that it failed.
  OffscreenGl();
  ~OffscreenGl();
  OffscreenGl(const OffscreenGl&) = delete;
  OffscreenGl& operator=(const OffscreenGl&) = delete;

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace efferent
