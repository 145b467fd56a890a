// The samplers of a model against one another.
#include "lessons/sampler_race.h"

#include <chrono>

#include "models/pixel_cnn.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

TEST_CASE("the samplers draw the same images, and the naive one runs the net for each pixel") {
  Rng rng(1);
  PixelCnn model({.maps = 4, .blocks = 1}, rng);
  const auto start = std::chrono::steady_clock::now();
  const SamplerRace race = race_samplers(model, {3, 6}, rng);
  const double whole = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  CHECK(race.passes == 6 * 6);
  CHECK(race.differ == 0);
  CHECK(race.seconds.size() == 3);
  double parts = 0;
  for (const auto& [sampler, took] : race.seconds) {
    REQUIRE(took.size() == 2);
    CHECK(took[0] > 0);
    parts += took[0] + took[1];
  }
  CHECK(parts <= whole);
  CHECK(contains(race.chart().csv(), "naive"));
}

TEST_CASE("the exponent of growth, by hand") {
  const SamplerRace race{.sides = {10, 20, 40}, .seconds = {{Sampler::kNaive, {1, 5, 64}}}};
  CHECK(race.exponent(Sampler::kNaive) == doctest::Approx(3));
}

TEST_CASE("no race for one side, or for a model that looks ahead") {
  Rng rng(2);
  PixelCnn model({.maps = 4, .blocks = 1}, rng), peeking({.maps = 4, .blocks = 1, .masked = false}, rng);
  CHECK(contains(message_of([&] { race_samplers(model, {3}, rng); }), "there are 1 sides, but growth needs 2 or"));
  CHECK(contains(message_of([&] { race_samplers(peeking, {3, 6}, rng); }), "the model looks ahead"));
}
