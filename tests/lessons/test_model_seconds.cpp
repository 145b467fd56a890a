// What working with a model takes, in turns.
#include "lessons/model_seconds.h"

#include <chrono>
#include <thread>

#include "models/pixel_cnn.h"
#include "tests/doctest.h"

using namespace gradfold;

namespace {

constexpr double kNap = 0.03;  // seconds; a machine that is busy makes it longer, none makes it shorter
void nap() { std::this_thread::sleep_for(std::chrono::duration<double>(kNap)); }

// A step of this one takes a nap.
class Sleeper : public PixelCnn {
 public:
  using PixelCnn::PixelCnn;
  Var nll(const Tensor& x, const Indices& labels) override {
    nap();
    return PixelCnn::nll(x, labels);
  }
};

}  // namespace

TEST_CASE("models and other work take turns; a pass for each pixel takes longer than the cache; weights stay") {
  Rng rng(1);
  PixelCnn model({.maps = 2, .blocks = 1}, rng);
  Sleeper sleeper({.maps = 4, .blocks = 1}, rng);
  const Tensor images = rng.bernoulli(Tensor::full({4, 1, 20, 20}, Real(0.5)));
  const Tensor before = sleeper.log_prob(images);
  int calls = 0;
  const auto start = std::chrono::steady_clock::now();
  const Turns took = time_in_turns({&model, &sleeper}, images, {[&] {
                                     ++calls;
                                     nap();
                                   }}, 3, rng);
  const double whole = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  REQUIRE(took.models.size() == 2);
  REQUIRE(took.others.size() == 1);
  CHECK(calls == 4);  // one round more than is counted
  CHECK(took.others[0] >= kNap);
  double parts = took.others[0];
  for (const ModelSeconds& of : took.models) {
    CHECK(of.step > 0);
    CHECK(of.naive > of.cached);  // 400 passes over 400 pixels
    parts += of.step + of.naive * 8 / 400 + of.cached;  // eight pixels of 400 were drawn naively
  }
  CHECK(parts <= whole);
  CHECK(took.models[1].step >= kNap);
  CHECK(identical(sleeper.log_prob(images), before));
}
