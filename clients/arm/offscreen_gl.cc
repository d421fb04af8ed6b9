#include "clients/arm/offscreen_gl.h"

#include <GL/osmesa.h>
#include <dlfcn.h>

#include <array>
#include <stdexcept>
#include <string>

namespace efferent {

namespace {

// The functions that we call ourselves. MuJoCo finds OpenGL's through OSMesaGetProcAddress, which
// it looks for among the symbols of the whole process: hence RTLD_GLOBAL. Never unloaded; LLVM
// inside does not like it.
struct OsMesa {
  decltype(&::OSMesaCreateContextExt) create_context;
  decltype(&::OSMesaMakeCurrent) make_current;
  decltype(&::OSMesaDestroyContext) destroy_context;
};

template <class Function>
void Find(void* library, const char* name, Function* function) {
  *function = reinterpret_cast<Function>(dlsym(library, name));
  if (*function == nullptr) {
    throw std::runtime_error(std::string("OSMesa has no function ") + name);
  }
}

const OsMesa& LoadOsMesa() {
  static const OsMesa osmesa = [] {
    void* library = dlopen("libOSMesa.so.8", RTLD_NOW | RTLD_GLOBAL);
    if (library == nullptr) {
      throw std::runtime_error(std::string("rendering needs OSMesa (Debian package libosmesa6): ") +
                               dlerror());
    }
    OsMesa found{};
    Find(library, "OSMesaCreateContextExt", &found.create_context);
    Find(library, "OSMesaMakeCurrent", &found.make_current);
    Find(library, "OSMesaDestroyContext", &found.destroy_context);
    return found;
  }();
  return osmesa;
}

}  // namespace

struct OffscreenGl::Context {
  OSMesaContext osmesa = nullptr;
  // The window that OSMesa insists on. MuJoCo draws into a frame buffer of its own, of any size.
  std::array<unsigned char, 16 * 16 * 4> window{};
};

OffscreenGl::OffscreenGl() : context_(std::make_unique<Context>()) {
  const OsMesa& osmesa = LoadOsMesa();
  context_->osmesa = osmesa.create_context(OSMESA_RGBA, 24, 8, 0, nullptr);
  if (context_->osmesa == nullptr ||
      !osmesa.make_current(context_->osmesa, context_->window.data(), GL_UNSIGNED_BYTE, 16, 16)) {
    if (context_->osmesa != nullptr) osmesa.destroy_context(context_->osmesa);
    throw std::runtime_error("OSMesa could not make an OpenGL context");
  }
}

OffscreenGl::~OffscreenGl() { LoadOsMesa().destroy_context(context_->osmesa); }

}  // namespace efferent
