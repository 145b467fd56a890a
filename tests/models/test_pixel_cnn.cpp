// PixelCNN: is it a probability distribution, does it never look ahead, does it train to the same bits on any
// number of threads, and does it compute what PyTorch computes?
#include <cmath>

#include "autograd/dependency_map.h"
#include "data/strokes.h"
#include "models/pixel_cnn.h"
#include "models/registry.h"
#include "nn/masked_conv2d.h"
#include "nn/optim/adam.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/npy.h"
#include "tensor/parallel.h"
#include "tensor/reduce.h"
#include "tests/disagreement.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

namespace {

Tensor digits(Index n) { return greater(stroke_digits(n, Rng(7)).images, Tensor::scalar(Real(0.5))); }

// Digits shrunk to 4x4: 1 where a block of 7x7 pixels holds some ink.
Tensor digits_4x4(Index n) {
  const Tensor blocks = stroke_digits(n, Rng(7)).images.reshape({n, 1, 4, 7, 4, 7});
  return greater(mean(blocks, {3, 5}), Tensor::scalar(Real(0.2)));
}

void train(PixelCnn& model, const Tensor& x, Index batch, int epochs) {
  Adam optimizer(model.parameters(), {.lr = 3e-3});
  for (int epoch = 0; epoch < epochs; ++epoch) {
    for (Index from = 0; from + batch <= x.size(0); from += batch) {
      Var loss = model.nll(x.slice(0, from, from + batch).contiguous());
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
    }
  }
}

struct NamedConfig {
  const char* name;
  PixelCnnConfig config;
};
const NamedConfig kKinds[] = {
    {"binary", {.maps = 6, .blocks = 2}},
    {"8 levels", {.maps = 6, .blocks = 2, .levels = 8}},
    {"RGB of 256 levels", {.maps = 6, .blocks = 2, .levels = 256, .channels = 3}},
};

Tensor random_levels(const Shape& shape, int levels, Rng& rng) {
  Tensor x(shape);
  for (Index i = 0; i < x.numel(); ++i) {
    x.data()[i] = static_cast<Real>(rng.below(levels)) / static_cast<Real>(levels - 1);
  }
  return x;
}

}  // namespace

TEST_CASE("the probabilities of all binary 4x4 images sum to 1, after training as before") {
  Rng rng(1);
  PixelCnn model({.maps = 8, .blocks = 2}, rng);
  CHECK(total_probability(model, 4) == doctest::Approx(1).epsilon(1e-5));
  const Tensor x = digits_4x4(256);
  const double before = -mean(model.log_prob(x)).item();
  train(model, x, 32, 3);
  CHECK(-mean(model.log_prob(x)).item() < before - 1);  // it did learn
  CHECK(total_probability(model, 4) == doctest::Approx(1).epsilon(1e-5));
}

TEST_CASE("without masks the \"probabilities\" sum to far more than 1") {
  Rng rng(1);
  PixelCnn model({.maps = 8, .blocks = 2, .masked = false}, rng);
  train(model, digits_4x4(256), 32, 15);
  CHECK(total_probability(model, 4) > 100);
}

TEST_CASE("the joint is the product of the conditionals, each from an image whose later pixels are unknown") {
  for (const auto& [name, config] : kKinds) {
    CAPTURE(name);
    Rng rng(2);
    PixelCnn model(config, rng);
    const Tensor x = random_levels({2, config.channels, 5, 5}, config.levels, rng);
    const Tensor at_once = model.log_conditionals(x);
    CHECK(allclose(sum(at_once, {1, 2, 3}), model.log_prob(x), 1e-5, 1e-4));
    for (Index pixel = 0; pixel < 25; ++pixel) {
      for (Index c = 0; c < config.channels; ++c) {
        Tensor partly = random_levels(x.shape(), config.levels, rng);  // other values where it may not look
        for (Index n = 0; n < 2; ++n) {
          for (Index k = 0; k < config.channels; ++k) {
            const Index known = k <= c ? pixel + 1 : pixel;
            for (Index i = 0; i < known; ++i) partly.set({n, k, i / 5, i % 5}, x.at({n, k, i / 5, i % 5}));
          }
        }
        const Tensor alone = model.log_conditionals(partly);
        for (Index n = 0; n < 2; ++n) {
          CHECK(alone.at({n, c, pixel / 5, pixel % 5}) == at_once.at({n, c, pixel / 5, pixel % 5}));
        }
      }
    }
  }
}

TEST_CASE("no logit depends on its own or a later pixel: 0 leaks in the dependency map") {
  for (const auto& [name, config] : kKinds) {
    CAPTURE(name);
    Rng rng(3);
    PixelCnn model(config, rng);
    const auto f = [&](const Var& x) { return model(x); };
    const DependencyMap map = dependency_map(f, {1, config.channels, 7, 7}, rng, {.groups = config.channels});
    INFO(map.first_leak());
    CHECK(map.leaks() == 0);
    CHECK(map.reach(6, 6).at({6, 5}) != 0);  // and it does look at the past
  }
}

TEST_CASE("type B in the first layer is caught: the pixel sees itself") {
  Rng rng(4);
  MaskedConv2d first(MaskType::kB, 1, 6, 7), second(MaskType::kB, 6, 1, 1);
  first.reset_parameters(rng);
  second.reset_parameters(rng);
  const auto f = [&](const Var& x) { return second(first(x)); };
  const DependencyMap map = dependency_map(f, {1, 1, 6, 6}, rng);
  CHECK(map.leaks() == 36);
  CHECK(map.first_leak() == "output (0, 0) depends on input (0, 0)");
  CHECK(map.leaks(/*allow_same=*/true) == 0);
}

TEST_CASE("an epoch of training gives identical weights with 1, 2, 3 and 8 threads") {
  const Tensor x = digits(96);
  const int before = num_threads();
  NamedTensors expected;
  for (const int threads : {1, 2, 3, 8}) {
    CAPTURE(threads);
    set_num_threads(threads);
    Rng rng(5);
    PixelCnn model({.maps = 8, .blocks = 2}, rng);
    train(model, x, 16, 1);
    if (expected.empty()) expected = model.state();
    const NamedTensors received = model.state();
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CAPTURE(expected[i].first);
      CHECK(identical(expected[i].second, received[i].second));
    }
  }
  set_num_threads(before);
}

TEST_CASE("samples depend on the seed alone, keep what is given, and follow the distribution") {
  Rng rng(6);
  PixelCnn model({.maps = 8, .blocks = 1}, rng);
  Rng a(1), b(1), c(2);
  const Tensor x = model.sample({4, 1, 6, 6}, a);
  CHECK(identical(x, model.sample({4, 1, 6, 6}, b)));
  CHECK_FALSE(identical(x, model.sample({4, 1, 6, 6}, c)));
  // A pixel's random number depends on its image and place alone: fewer images, the same first ones.
  Rng d(1);
  CHECK(identical(x.slice(0, 0, 2).clone(), model.sample({2, 1, 6, 6}, d)));

  Tensor known = Tensor::zeros({6, 6});
  known.slice(0, 0, 3).fill(1);
  const Tensor given = random_levels({4, 1, 6, 6}, 2, rng);
  const Tensor completed = model.sample({4, 1, 6, 6}, a, {.image = given, .known = known});
  CHECK(identical(completed.slice(2, 0, 3).clone(), given.slice(2, 0, 3).clone()));

  // The first pixel of many samples: its share of ones is the model's probability.
  const Tensor many = model.sample({4000, 1, 1, 1}, rng);
  const double p = std::exp(static_cast<double>(model.log_prob(Tensor::ones({1, 1, 1, 1})).item()));
  CHECK(mean(many).item() == doctest::Approx(p).epsilon(0.05));
  // Cold enough, it draws what is likelier.
  const Tensor cold = model.sample({8, 1, 1, 1}, rng, {.temperature = Real(1e-3)});
  CHECK(mean(cold).item() == (p > 0.5 ? 1 : 0));
}

TEST_CASE("samples of many levels follow their softmax") {
  Rng rng(8);
  PixelCnn model({.maps = 6, .blocks = 1, .levels = 4, .channels = 3}, rng);
  const Tensor x = model.sample({3000, 3, 1, 1}, rng);
  for (int level = 0; level < 4; ++level) {
    Tensor one = Tensor::full({1, 3, 1, 1}, static_cast<Real>(level) / 3);
    const double p = std::exp(static_cast<double>(model.log_conditionals(one).at({0, 0, 0, 0})));
    double share = 0;
    for (Index n = 0; n < 3000; ++n) share += x.at({n, 0, 0, 0}) == one.at({0, 0, 0, 0});
    CHECK(share / 3000 == doctest::Approx(p).epsilon(0.15));
  }
}

TEST_CASE("bits per dimension: 81.30 nats of binarized MNIST are 0.1496") {
  CHECK(bits_per_dim(81.30, {1, 1, 28, 28}) == doctest::Approx(0.1496).epsilon(1e-3));
}

TEST_CASE("a whole PixelCNN agrees with PyTorch, loss and gradients") {
  const auto stored = read_npz(std::string(GRADFOLD_SOURCE_DIR) + "/tests/fixtures/pixel_cnn.npz");
  const std::map<std::string, PixelCnnConfig> cases = {
      {"binary", {.maps = 4, .blocks = 2}}, {"rgb", {.maps = 3, .blocks = 1, .levels = 8, .channels = 3}}};
  for (const auto& [name, config] : cases) {
    PixelCnn model(config);
    NamedTensors weights;
    for (const auto& [key, value] : model.state()) weights.emplace_back(key, stored.at(name + "/state." + key));
    model.load(weights);
    const Var loss = model.nll(stored.at(name + "/x"));
    CHECK(loss.item() == doctest::Approx(stored.at(name + "/nll").item()).epsilon(1e-5));
    CHECK(disagreement(model(stored.at(name + "/x")).value(), stored.at(name + "/logits")) <= 1);
    loss.backward();
    for (const auto& [key, parameter] : model.named_parameters()) {
      CAPTURE(key);
      CHECK(disagreement(parameter.grad(), stored.at(name + "/grad." + key)) <= 1);
    }
  }
}

TEST_CASE("what a student may get wrong is answered in one sentence") {
  Rng rng(9);
  PixelCnn model({.maps = 6, .blocks = 1}, rng);
  CHECK(message_of([&] {
          model.nll(Tensor::zeros({2, 28, 28}));
        }).starts_with("PixelCnn: x is [2, 28, 28] but must be [N, 1, H, W]"));
  const std::string grey = message_of([&] { model.nll(Tensor::full({1, 1, 4, 4}, Real(0.25))); });
  CHECK(grey.starts_with("PixelCnn: x holds 0.25 at element 0 but this model's pixels are 0 or 1"));
  CHECK(grey.find("hint: binarize the images first") != std::string::npos);
  CHECK(message_of([] {
          PixelCnn({.maps = 32, .channels = 3});
        }).find("32 maps cannot be split into 3 equal groups") != std::string::npos);
  CHECK(message_of([] { make_image_model("pixel_rnn"); }) ==
        "make_image_model: there is no model 'pixel_rnn'; known are pixel_cnn");
  const std::string depth = message_of([] { make_image_model("pixel_cnn", {{"depth", 3}}); });
  CHECK(depth.starts_with("pixel_cnn: there is no setting 'depth'\n  hint: known are\n    blocks: residual blocks; "));
  CHECK(depth.find("\n    maps: feature maps inside a residual block") != std::string::npos);
}

TEST_CASE("every model explains each of its settings in one line") {
  for (const std::string& name : image_model_names()) {
    const auto model = make_image_model(name);
    const auto help = model->config_help();
    CHECK(help.size() == model->config().size());
    for (const auto& [key, value] : model->config()) {
      CAPTURE(key);
      REQUIRE(help.contains(key));
      CHECK(help.at(key).size() > 10);
      CHECK(help.at(key).find('\n') == std::string::npos);
    }
  }
}

TEST_CASE("the registry builds the model that a config describes") {
  Rng rng(10);
  PixelCnn model({.maps = 6, .blocks = 3, .levels = 4, .channels = 3}, rng);
  const auto again = make_image_model(model.name(), model.config());
  again->load(model.state());
  const Tensor x = random_levels({1, 3, 4, 4}, 4, rng);
  CHECK(identical(again->log_prob(x), model.log_prob(x)));
}
