// Levels of pixels: values, numbers, the nearest.
#include "models/levels.h"

#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

TEST_CASE("every level has its value, and the value its level") {
  for (const int levels : {2, 3, 4, 256, 65536}) {
    CAPTURE(levels);
    CHECK(level_value(0, levels) == 0);
    CHECK(level_value(levels - 1, levels) == 1);
    bool all = true;
    for (Index level = 0; level < levels; ++level) all &= level_of(level_value(level, levels), levels) == level;
    CHECK(all);
  }
}

TEST_CASE("levels of images as class numbers, channel after channel") {
  const Tensor x = Tensor::from({0, 1, Real(1) / 3, Real(2) / 3}, {1, 2, 1, 2});
  const Indices numbers = level_numbers(x, 4);
  CHECK(numbers.shape == Shape{2, 1, 2});
  CHECK(numbers.values == std::vector<std::int32_t>{0, 3, 1, 2});
  CHECK(level_numbers(x.transpose(2, 3), 4).values == numbers.values);  // a view
  CHECK(contains(message_of([&] { level_numbers(x.flatten(1), 4); }), "level_numbers: x is [1, 4]"));
}

TEST_CASE("greys move to the nearest level") {
  const Tensor x = Tensor::from({0, Real(0.2), Real(0.3), Real(0.7), 1});
  CHECK(to_nearest_level(x, 2).to_vector() == std::vector<Real>{0, 0, 0, 1, 1});
  CHECK(to_nearest_level(x, 3).to_vector() == std::vector<Real>{0, 0, Real(0.5), Real(0.5), 1});
}
