// What working with a model takes, in turns.
#include "lessons/model_seconds.h"

#include <chrono>
#include <thread>

#include "models/pixel_cnn.h"
#include "tests/doctest.h"

using namespace gradfold;

TEST_CASE("models and other work take turns; a pass for each pixel takes longer than the cache; weights stay") {
  Rng rng(1);
  PixelCnn small({.maps = 2, .blocks = 1}, rng), large({.maps = 16, .blocks = 4}, rng);
  const Tensor images = rng.bernoulli(Tensor::full({4, 1, 20, 20}, Real(0.5)));
  const Tensor before = large.log_prob(images);
  int calls = 0;
  const Turns took = time_in_turns({&small, &large}, images, {[&] {
                                     ++calls;
                                     std::this_thread::sleep_for(std::chrono::milliseconds(20));
                                   }}, 3, rng);
  REQUIRE(took.models.size() == 2);
  REQUIRE(took.others.size() == 1);
  CHECK(calls == 4);  // one round more than is counted
  CHECK(took.others[0] >= 0.02);
  for (const ModelSeconds& model : took.models) {
    CHECK(model.step > 0);
    CHECK(model.naive > model.cached);  // 400 passes over 400 pixels
  }
  CHECK(took.models[0].step < took.models[1].step);  // by 60 times as many multiplications
  CHECK(identical(large.log_prob(images), before));
}
