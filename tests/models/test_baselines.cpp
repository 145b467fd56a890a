// The ladder's lowest rungs: what can each of them learn, and what not?
#include <cmath>
#include <numbers>

#include "models/fvsbn.h"
#include "models/independent_pixels.h"
#include "tensor/elementwise.h"
#include "tensor/reduce.h"
#include "tests/doctest.h"
#include "tests/files.h"
#include "tests/models/kinds.h"
#include "tests/models/small_training.h"

using namespace gradfold;

namespace {

// n images of one row: two coins, and a pixel that is decided by them.
template <class Third>
Tensor coins_and(Third third, Index n) {
  Rng rng(1);
  Tensor x({n, 1, 1, 3});
  for (Index i = 0; i < n; ++i) {
    const Index a = rng.below(2), b = rng.below(2);
    x.set({i, 0, 0, 0}, static_cast<Real>(a));
    x.set({i, 0, 0, 1}, static_cast<Real>(b));
    x.set({i, 0, 0, 2}, static_cast<Real>(third(a, b)));
  }
  return x;
}

// Nats per image after training, in coins: 1 is what a fair one costs.
double in_coins(AutoregressiveModel& model, const Tensor& x) {
  Rng rng(2);
  model.reset_parameters(rng);
  train(model, x, 50, 200);
  return -mean(model.log_prob(x)).item() / std::numbers::ln2;
}

}  // namespace

TEST_CASE("independent pixels learn how often each place has ink: within 2 % of counting, on held-out digits") {
  const Tensor all = greater(stroke_digits(4000, Rng(3)).images, Tensor::scalar(Real(0.5)));
  const Tensor x = all.slice(0, 0, 3000).contiguous(), held_out = all.slice(0, 3000, 4000).contiguous();
  IndependentPixels model;
  Rng rng(4);
  model.reset_parameters(rng);
  train(model, x, 50, 4);
  const double trained = -mean(model.log_prob(held_out)).item();
  // Counted, with an imagined image of each kind so that nothing is impossible.
  const Tensor p = (sum(x, {0}) + Real{1}) / Real(x.size(0) + 2);
  const double counted = -sum(where(held_out, log(p).expand(held_out.shape()),
                                    log(Real{1} - p).expand(held_out.shape()))).item() / 1000;
  CHECK(trained < counted * 1.02);
  CHECK(trained > counted * 0.98);
  CHECK(nats_per_image(model, held_out) == trained);
  CHECK(counted_pixels_nats(x, held_out) == doctest::Approx(counted));
}

TEST_CASE("a fully visible belief network: what is said in its formula, to the digit") {
  Fvsbn model({.height = 2, .width = 2});
  model.load({{"weight", Tensor::from({9, 9, 9, 9, 1, 9, 9, 9, 2, -1, 9, 9, Real(0.5), 3, -2, 9}, {4, 4})},
              {"bias", Tensor::from({Real(0.1), Real(0.2), Real(0.3), Real(0.4)}, {4})}});
  // x = 1, 0, 1, 1; the 9s stand where a pixel would see itself or a later one
  const Tensor logits = model(Tensor::from({1, 0, 1, 1}, {1, 1, 2, 2})).value();
  const double expected[] = {3.2, 6.4 + 1, 9.6 + 2, 12.8 + 0.5 - 2};
  for (int i = 0; i < 4; ++i) CHECK(logits.data()[i] == doctest::Approx(expected[i]));
}

TEST_CASE("what a pixel costs that copies an earlier one, or is the xor of two") {
  const Tensor copy = coins_and([](Index a, Index) { return a; }, 1000);
  const Tensor exclusive = coins_and([](Index a, Index b) { return a ^ b; }, 1000);
  IndependentPixels independent({.height = 1, .width = 3});
  Fvsbn fvsbn({.height = 1, .width = 3});
  CHECK(in_coins(independent, copy) == approx(3, 0.02));
  CHECK(in_coins(fvsbn, copy) == approx(2, 0.03));
  CHECK(in_coins(fvsbn, exclusive) == approx(3, 0.02));  // no line separates xor
}

TEST_CASE("images of another size, and more levels, are answered in one sentence") {
  Rng rng(5);
  IndependentPixels independent({.height = 4, .width = 6}, rng);
  Fvsbn fvsbn({.height = 4, .width = 6}, rng);
  const std::string rule = " is [2, 1, 6, 4] but must be [N, 1, 4, 6]\n";
  for (AutoregressiveModel* model : std::initializer_list<AutoregressiveModel*>{&independent, &fvsbn}) {
    CHECK(contains(message_of([&] { model->nll(Tensor::zeros({2, 1, 6, 4})); }), ": x" + rule));
    CHECK(contains(message_of([&] { model->sample({2, 1, 6, 4}, rng); }), ": shape" + rule));
  }
  CHECK(message_of([&] { independent.nll(Tensor::zeros({2, 1, 6, 4})); }).starts_with("IndependentPixels: x is"));
  CHECK(contains(message_of([&] { fvsbn.sample({2, 1, 6, 4}, rng); }), "hint: the model has numbers for each place"));
  CHECK(contains(message_of([] { Fvsbn({.levels = 4}); }), "levels is 4 but must be 2: each pixel is a logistic"));
  CHECK(contains(message_of([] { counted_pixels_nats(Tensor::zeros({2, 1, 4, 4}), Tensor::full({2, 1, 4, 4}, 2)); }),
                 "counted_pixels_nats: x holds 2"));
  CHECK(contains(message_of([] { Fvsbn({.height = 0}); }), "height is 0 and width 28; both must be 1 or more"));
}
