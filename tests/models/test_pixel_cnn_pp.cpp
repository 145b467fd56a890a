// PixelCNN++: what it sees, its mixture's numbers, its softmax, and calibration. PyTorch's figures for whole small nets
// are in test_torch_models.cpp.
#include <cmath>

#include "autograd/dependency_map.h"
#include "models/pixel_cnn_pp.h"
#include "tensor/elementwise.h"
#include "tensor/normalize.h"
#include "tensor/reduce.h"
#include "tests/disagreement.h"
#include "tests/doctest.h"
#include "tests/files.h"
#include "tests/models/kinds.h"
#include "tests/models/small_training.h"

using namespace gradfold;

namespace {

// The pixels of three channels, [levels^3, 3, 1, 1], black first.
Tensor every_pixel(int levels) {
  Tensor x({levels * levels * levels, 3, 1, 1});
  for (Index i = 0; i < x.numel(); ++i) {
    Index number = i / 3;
    for (Index c = 0; c < i % 3; ++c) number /= levels;
    x.data()[i] = static_cast<Real>(number % levels) / static_cast<Real>(levels - 1);
  }
  return x;
}

}  // namespace

TEST_CASE("PixelCNN++ has no blind spot: every earlier pixel reaches every later one, and none leaks") {
  for (const Index halvings : {0, 1, 2}) {
    CAPTURE(halvings);
    Rng rng(1);
    PixelCnnPp model({.maps = 4, .blocks = 3, .halvings = halvings}, rng);
    model.calibrate(random_levels({8, 1, 8, 8}, 2, rng));
    const DependencyMap map = dependency_map([&](const Var& x) { return model(x); }, {1, 1, 8, 8}, rng);
    CHECK(map.leaks() == 0);
    CHECK(map.blind() == 0);
  }
}

TEST_CASE("RGB: the net sees nothing of its own pixel, the mixture gives G what R is and B what both are") {
  Rng rng(2);
  PixelCnnPp model({.maps = 4, .blocks = 1, .mixture = 3, .levels = 16, .channels = 3}, rng);
  const Tensor x = random_levels({2, 3, 5, 5}, 16, rng);
  model.calibrate(x);
  const Tensor before = model.log_conditionals(x), logits = model(x).value();
  for (Index c = 0; c < 3; ++c) {
    Tensor other = x.clone();
    const Real level = other.at({0, c, 4, 4});
    other.set({0, c, 4, 4}, level > Real(0.5) ? level - Real(6) / 15 : level + Real(6) / 15);
    CHECK(identical(model(other).value(), logits));  // the last pixel reaches nobody
    const Tensor after = model.log_conditionals(other);
    for (Index seen = 0; seen < 3; ++seen)
      CHECK((after.at({0, seen, 4, 4}) != before.at({0, seen, 4, 4})) == (seen >= c));
  }
}

TEST_CASE("RGB softmax: R moves G and B, G moves B, and the probabilities of all pixels add up to 1") {
  for (const int levels : {2, 3}) {
    CAPTURE(levels);
    Rng rng(7);
    PixelCnnPp model({.maps = 4, .blocks = 1, .mixture = 0, .levels = levels, .channels = 3}, rng);
    const Tensor pixels = every_pixel(levels);
    model.calibrate(random_levels({8, 3, 5, 5}, levels, rng));
    CHECK(sum(exp(model.log_prob(pixels))).item() == approx(1, 1e-5));
    const Tensor before = model(pixels.slice(0, 0, 1).contiguous()).value();  // of black
    const Index each = before.size(1) / 3;
    for (Index c = 0; c < 3; ++c) {
      Tensor lit = Tensor::zeros({1, 3, 1, 1});
      lit.set({0, c, 0, 0}, 1);
      const Tensor after = model(lit).value();
      for (Index of = 0; of < 3; ++of) {
        const auto logits = [&](const Tensor& x) { return x.slice(1, of * each, (of + 1) * each).contiguous(); };
        CHECK(identical(logits(after), logits(before)) == (of <= c));
      }
    }
  }
}

TEST_CASE("RGB softmax learns that channels are alike: R costs its two bits, G and B next to nothing") {
  Rng rng(8);
  PixelCnnPp model({.maps = 4, .blocks = 1, .halvings = 1, .mixture = 0, .levels = 4, .channels = 3}, rng);
  const Tensor x = random_levels({320, 1, 4, 4}, 4, rng).expand({320, 3, 4, 4}).contiguous();
  model.calibrate(x);
  train(model, x, 16, 20);
  const double bits = bits_per_dim(-mean(model.log_prob(x)).item(), {1, 3, 4, 4});
  CHECK(bits > 0.66);  // 2 / 3
  CHECK(bits < 0.9);   // 2 without a word between channels
}

TEST_CASE("samples of grey levels follow the mixture") {
  Rng rng(3);
  PixelCnnPp model({.maps = 4, .blocks = 1, .mixture = 2, .levels = 5}, rng);
  model.calibrate(random_levels({8, 1, 6, 6}, 5, rng));
  const Tensor x = model.sample({4000, 1, 1, 1}, rng);
  for (int level = 0; level < 5; ++level) {
    const Tensor one = Tensor::full({1, 1, 1, 1}, static_cast<Real>(level) / 4);
    const double p = std::exp(static_cast<double>(model.log_prob(one).item()));
    const double share = mean(equal(x, one)).item();
    CHECK(std::abs(share - p) < 4 * std::sqrt(p / 4000) + 1e-3);
  }
}

TEST_CASE("grey levels and RGB are learned") {
  for (const Index channels : {1, 3}) {
    CAPTURE(channels);
    Rng rng(4);
    PixelCnnPp model({.maps = 6, .blocks = 1, .halvings = 1, .mixture = 3, .levels = 256,
                      .channels = static_cast<int>(channels)}, rng);
    // A grey field and a little noise, another tone in each image, the channels alike.
    Tensor x({96, channels, 6, 6});
    for (Index n = 0; n < 96; ++n) {
      const double tone = 20 + 200 * rng.uniform();
      for (Index i = 0; i < 36; ++i)
        for (Index c = 0; c < channels; ++c)
          x.data()[(n * channels + c) * 36 + i] = static_cast<Real>(std::lround(tone + 8 * rng.uniform())) / 255;
    }
    const Tensor held_out = x.slice(0, 64, 96).contiguous();
    const Shape image{1, channels, 6, 6};
    model.calibrate(x.slice(0, 0, 64).contiguous());
    const double before = bits_per_dim(-mean(model.log_prob(held_out)).item(), image);
    train(model, x.slice(0, 0, 64).contiguous(), 16, 40);
    const double after = bits_per_dim(-mean(model.log_prob(held_out)).item(), image);
    CHECK(before < 10);  // calibrated: not absurd to begin with
    CHECK(after < 5.5);  // 8 is knowing nothing
  }
}

TEST_CASE("calibration makes every layer's results as large as the paper begins with") {
  Rng rng(6);
  PixelCnnPp model({.maps = 8, .blocks = 2}, rng);
  const Tensor x = random_levels({16, 1, 12, 12}, 2, rng);
  model.calibrate(x);
  const ChannelMoments logits = channel_moments(model(x).value());
  CHECK(std::abs(logits.mean.item()) < 1e-4);
  CHECK(logits.variance.item() == approx(1, 1e-3));
}

TEST_CASE("what PixelCNN++ cannot be is said in one sentence") {
  CHECK(message_of([] { PixelCnnPp({.maps = 0}); }).starts_with("PixelCnnPp: maps is 0, blocks 2, halvings 2 and"));
  CHECK(message_of([] { PixelCnnPp({.mixture = -1}); }) ==
        "PixelCnnPp: maps is 32, blocks 2, halvings 2 and mixture -1; halvings and mixture may be 0, the others must "
        "be 1 or more");
  CHECK(message_of([] { PixelCnnPp({.dropout = 100}); }) ==
        "DropoutStream: dropout is 100 but must be 0 .. 99 percent");
}
