# The few libraries we stand on (docs/design.md, section 3). Each is the system's own where it has one; else
# the pinned release is downloaded, checked by its SHA-256 and used without its own build files.
include(FetchContent)
if(POLICY CMP0135)
  cmake_policy(SET CMP0135 NEW)
endif()

# Sets NAME_SOURCE_DIR to an unpacked archive. There is no CMakeLists.txt in the subfolder "none", and so
# CMake adds none: what we need of a library is two lines, and old build files refuse new CMakes.
macro(gradfold_fetch name url sha256)
  message(STATUS "${name}: no system package, downloading ${url}")
  FetchContent_Declare(${name} URL ${url} URL_HASH SHA256=${sha256} SOURCE_SUBDIR none)
  FetchContent_MakeAvailable(${name})
endmacro()

# gradfold_headers(PACKAGE TARGET HEADER FOLDER URL SHA256): a header-only library as TARGET; FOLDER holds
# its headers inside the archive. Some distributions ship headers without a CMake package.
function(gradfold_headers package target header folder url sha256)
  find_package(${package} QUIET)
  if(TARGET ${target})
    return()
  endif()
  find_path(${package}_HEADERS ${header})
  if(NOT ${package}_HEADERS)
    string(TOLOWER ${package} name)
    gradfold_fetch(${name} ${url} ${sha256})
    set(${package}_HEADERS ${${name}_SOURCE_DIR}/${folder} CACHE PATH "Headers of ${package}" FORCE)
  endif()
  add_library(${package}_headers INTERFACE)
  target_include_directories(${package}_headers SYSTEM INTERFACE ${${package}_HEADERS})
  add_library(${target} ALIAS ${package}_headers)
endfunction()

find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PNG REQUIRED)
find_package(OpenMP COMPONENTS CXX QUIET)
if(NOT OpenMP_CXX_FOUND)
  message(WARNING "OpenMP was not found: gradfold will run on one thread")
endif()

find_package(fmt QUIET)
if(NOT TARGET fmt::fmt)
  gradfold_fetch(fmt https://github.com/fmtlib/fmt/archive/9.1.0.tar.gz
    5dea48d1fcddc3ec571ce2058e13910a0d4a6bab4cc09a809d8b1dd1c88ae6f2)
  add_library(fmt STATIC ${fmt_SOURCE_DIR}/src/format.cc)
  target_include_directories(fmt SYSTEM PUBLIC ${fmt_SOURCE_DIR}/include)
  add_library(fmt::fmt ALIAS fmt)
endif()

gradfold_headers(nlohmann_json nlohmann_json::nlohmann_json nlohmann/json.hpp single_include
  https://github.com/nlohmann/json/archive/refs/tags/v3.11.2.tar.gz
  d69f9deb6a75e2580465c6c4c5111b89c4dc2fa94e3a85fcd2ffcd9a143d9273)
gradfold_headers(CLI11 CLI11::CLI11 CLI/CLI.hpp include
  https://github.com/CLIUtils/CLI11/archive/v2.1.2.tar.gz
  26291377e892ba0e5b4972cdfd4a2ab3bf53af8dac1f4ea8fe0d1376b625c8cb)
gradfold_headers(doctest doctest::doctest doctest/doctest.h .
  https://github.com/doctest/doctest/archive/v2.4.9.tar.gz
  19b2df757f2f3703a5e63cee553d85596875f06d91a3333acd80a969ef210856)

gradfold_headers(Eigen3 Eigen3::Eigen Eigen/Core .
  https://gitlab.com/libeigen/eigen/-/archive/3.4.0/eigen-3.4.0.tar.gz
  8586084f71f9bde545ee7fa6d00288b264a2b7ac3607b974e54d13e7162c1c72)
gradfold_headers(Spectra Spectra::Spectra Spectra/SymEigsSolver.h include
  https://github.com/yixuan/spectra/archive/refs/tags/v1.0.1.tar.gz
  919e3fbc8c539a321fd5a0766966922b7637cc52eb50a969241a997c733789f3)
# KissFFT's C++ header needs no library: #include <kissfft.hh>.
find_path(KISSFFT_INCLUDE_DIR kissfft.hh PATH_SUFFIXES kissfft)
if(NOT KISSFFT_INCLUDE_DIR)
  gradfold_fetch(kissfft https://github.com/mborgerding/kissfft/archive/refs/tags/131.1.0.tar.gz
    76c1aac87ddb7258f34b08a13f0eebf9e53afa299857568346aa5c82bcafaf1a)
  set(KISSFFT_INCLUDE_DIR ${kissfft_SOURCE_DIR} CACHE PATH "Headers of KissFFT" FORCE)
endif()
add_library(gradfold_kissfft INTERFACE)
target_include_directories(gradfold_kissfft SYSTEM INTERFACE ${KISSFFT_INCLUDE_DIR})

# Highway with HWY_COMPILE_ONLY_STATIC needs its headers only; kernels see them through this path.
find_path(HWY_INCLUDE_DIR hwy/highway.h)
if(NOT HWY_INCLUDE_DIR)
  gradfold_fetch(highway https://github.com/google/highway/archive/refs/tags/1.0.3.tar.gz
    566fc77315878473d9a6bd815f7de78c73734acdcb745c3dde8579560ac5440e)
  set(HWY_INCLUDE_DIR ${highway_SOURCE_DIR} CACHE PATH "Headers of Highway" FORCE)
endif()

if(GRADFOLD_BENCH)
  find_package(benchmark QUIET)
  if(NOT TARGET benchmark::benchmark)
    set(BENCHMARK_ENABLE_TESTING OFF CACHE BOOL "" FORCE)
    set(BENCHMARK_ENABLE_INSTALL OFF CACHE BOOL "" FORCE)
    FetchContent_Declare(benchmark URL https://github.com/google/benchmark/archive/refs/tags/v1.8.2.tar.gz
      URL_HASH SHA256=2aab2980d0376137f969d92848fbb68216abb07633034534fc8c65cc4e7a0e93)
    FetchContent_MakeAvailable(benchmark)
  endif()
endif()
