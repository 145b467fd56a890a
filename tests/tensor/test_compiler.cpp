// Holds the build to what the compiler must do: see the flags for g++ 12 in tools/cmake/targets.cmake.
#include "tensor/conv.h"
#include "tests/doctest.h"

using namespace gradfold;

namespace {

struct Options {
  Size2 stride = 1;
  Size2 padding = 0;
  bool bias = true;
};

Index total(Options o) { return o.stride.h + 10 * o.stride.w + 100 * o.padding.h + 1000 * o.padding.w; }

}  // namespace

TEST_CASE("options that are passed by value arrive as they were written") {
  Index (*volatile call)(Options) = total;  // volatile: a call that the compiler cannot look through
  CHECK(call({.bias = false}) == 11);
}
