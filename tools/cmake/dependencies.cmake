# The few libraries we stand on (docs/design.md, section 3).
include(FetchContent)

find_package(OpenMP COMPONENTS CXX QUIET)
if(NOT OpenMP_CXX_FOUND)
  message(WARNING "OpenMP was not found: gradfold will run on one thread")
endif()
find_package(fmt REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PNG REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(doctest REQUIRED)
find_path(HWY_INCLUDE_DIR hwy/highway.h REQUIRED)
