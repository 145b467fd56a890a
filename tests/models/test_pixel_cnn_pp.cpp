// PixelCNN++: what it sees, its mixture's numbers, calibration, and PyTorch's figures for a whole small net.
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
  CHECK(message_of([] { PixelCnnPp({.dropout = 100}); }) ==
        "DropoutStream: dropout is 100 but must be 0 .. 99 percent");
}
