# Everything comes from Debian 12; tools/setup installs it.
find_package(Threads REQUIRED)
find_package(Protobuf REQUIRED) # Debian ships no config package for it
find_package(gRPC CONFIG REQUIRED)
find_package(Boost 1.74 REQUIRED COMPONENTS filesystem)
find_package(spdlog CONFIG REQUIRED)
find_package(yaml-cpp CONFIG REQUIRED)
find_package(nlohmann_json CONFIG REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(HDF5 REQUIRED COMPONENTS C)
find_package(PkgConfig REQUIRED)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
if(EFFERENT_TESTS)
  find_package(GTest CONFIG REQUIRED)
  find_package(rapidcheck CONFIG REQUIRED)
  find_package(benchmark CONFIG REQUIRED)
  find_library(HIREDIS_LIBRARY hiredis REQUIRED)
endif()

# Header-only, or without a CMake package of their own.
add_library(efferent_eigen INTERFACE)
target_include_directories(efferent_eigen SYSTEM INTERFACE /usr/include/eigen3)

# Debian's CMake package of MuJoCo names a folder that does not exist.
find_library(MUJOCO_LIBRARY mujoco REQUIRED)
find_library(LODEPNG_LIBRARY lodepng REQUIRED)
