# Compiler settings shared by all of the project's own targets.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

option(EFFERENT_TESTS "Build tests/" ON)
option(EFFERENT_FUZZ "Build the fuzzers of tests/fuzz with libFuzzer (clang only; see tools/fuzz)" OFF)
set(EFFERENT_SANITIZE "" CACHE STRING "Sanitizers, comma-separated, for example address,undefined")

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # Without these, ccache gives up on every file that uses a precompiled header, and on a clone in another folder.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" CCACHE_NOHASHDIR=1
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime "${CCACHE_PROGRAM}")
  if(NOT CMAKE_DISABLE_PRECOMPILE_HEADERS AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-fpch-preprocess)
  endif()
endif()

# One instruction set that every machine of a lab has; faster kernels are chosen at run time. No fused or reordered
# floating point: the same inputs give the same bits in every build.
add_compile_options(-march=x86-64-v2 -mtune=generic -ffp-contract=off)
if(EFFERENT_SANITIZE)
  add_compile_options(-fsanitize=${EFFERENT_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${EFFERENT_SANITIZE})
  # GCC's manual: instrumented code makes this warning see what is not there.
  add_compile_options(-Wno-maybe-uninitialized)
  # What AddressSanitizer or the processor catches as well, at a third of the compile time.
  add_compile_options(-fno-sanitize=null,alignment,object-size,vptr)
endif()

if(EFFERENT_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# With a precompiled header in memory GCC would collect garbage over and over: a tenth of the compile time.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(--param=ggc-min-heapsize=1048576)
endif()

# efferent_target(NAME): our own code, so warnings are errors and includes are full paths from the root.
function(efferent_target name)
  target_compile_options(${name} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Werror)
  target_include_directories(${name} PUBLIC "${CMAKE_SOURCE_DIR}")
endfunction()
