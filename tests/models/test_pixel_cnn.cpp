// PixelCNN: what its masks are good for, and does it compute what PyTorch computes? That it is a distribution, never
// looks ahead and samples from what it says is in test_autoregressive.cpp.
#include <algorithm>
#include <cmath>

#include <fmt/ranges.h>

#include "autograd/dependency_map.h"
#include "data/strokes.h"
#include "models/pixel_cnn.h"
#include "models/registry.h"
#include "nn/masked_conv2d.h"
#include "nn/optim/adam.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/parallel.h"
#include "tensor/reduce.h"
#include "tests/disagreement.h"
#include "tests/doctest.h"
#include "tests/files.h"
#include "tests/models/small_training.h"

using namespace gradfold;

TEST_CASE("without masks the \"probabilities\" sum to far more than 1") {
  Rng rng(1);
  PixelCnn model({.maps = 8, .blocks = 2, .masked = false}, rng);
  train(model, digits_4x4(256), 32, 15);
  CHECK(total_probability(model, 4) > 100);
}

TEST_CASE("a PixelCNN as large as another net: no number of maps comes nearer") {
  const auto size = [](Index maps, Index blocks) {
    return PixelCnn({.maps = maps, .blocks = blocks}).parameter_count();
  };
  CHECK(pixel_cnn_as_large_as(size(11, 2), 2).maps == 11);
  CHECK(pixel_cnn_as_large_as(size(11, 2) + 1, 2).maps == 11);
  CHECK(pixel_cnn_as_large_as(size(12, 3) - 1, 3).maps == 12);
  CHECK(pixel_cnn_as_large_as(size(12, 3) - 1, 3).blocks == 3);
  CHECK(pixel_cnn_as_large_as(1, 0).maps == 1);
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

TEST_CASE("samples of many levels follow their softmax, sharpened by a temperature") {
  constexpr Index kDrawn = 4000;
  constexpr int kLevels = 4;
  Rng rng(8);
  PixelCnn model({.maps = 6, .blocks = 1, .levels = kLevels, .channels = 3}, rng);
  for (auto& [name, parameter] : model.named_parameters())  // the first weights leave all levels about as probable
    if (name == "output.bias") parameter.mutable_value() = parameter.value() * 6;
  std::vector<double> p;
  for (int level = 0; level < kLevels; ++level) {
    const Tensor one = Tensor::full({1, 3, 1, 1}, static_cast<Real>(level) / (kLevels - 1));
    p.push_back(std::exp(static_cast<double>(model.log_conditionals(one).at({0, 0, 0, 0}))));
  }
  const auto [least, most] = std::minmax_element(p.begin(), p.end());
  REQUIRE(*most > 2 * *least);
  for (const double temperature : {1.0, 0.5, 2.0}) {
    CAPTURE(temperature);
    const Tensor x = model.sample({kDrawn, 3, 1, 1}, rng, {.temperature = static_cast<Real>(temperature)});
    double total = 0;
    for (const double each : p) total += std::pow(each, 1 / temperature);
    for (int level = 0; level < kLevels; ++level) {
      const double expected = std::pow(p[static_cast<std::size_t>(level)], 1 / temperature) / total;
      double share = 0;
      for (Index n = 0; n < kDrawn; ++n)
        share += x.at({n, 0, 0, 0}) == static_cast<Real>(level) / (kLevels - 1) ? 1.0 / kDrawn : 0;
      CHECK(std::abs(share - expected) < 4 * std::sqrt(expected * (1 - expected) / kDrawn));  // four standard errors
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
        fmt::format("make_image_model: there is no model 'pixel_rnn'; known are {}",
                    fmt::join(image_model_names(), ", ")));
  CHECK(message_of([] { make_image_model("pixel_cnn", {{"blocks", 1000000}}); }) ==
        "pixel_cnn: blocks is 1000000 but at most 1000 are built");
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

TEST_CASE("a residual block is the same in plain ops, forward and backward") {
  for (const PixelCnnConfig& config : {PixelCnnConfig{.maps = 5}, PixelCnnConfig{.maps = 6, .channels = 3},
                                       PixelCnnConfig{.maps = 5, .kernel = 5},
                                       PixelCnnConfig{.maps = 5, .dropout = 30},
                                       PixelCnnConfig{.maps = 5, .masked = false}}) {
    CAPTURE(config.channels);
    CAPTURE(config.kernel);
    CAPTURE(config.dropout);
    CAPTURE(config.masked);
    Rng rng(11);
    Rng kept(12);
    PixelCnnBlock block(config, {.p = static_cast<Real>(config.dropout) / 100, .rng = &kept});
    block.reset_parameters(rng);
    const Tensor x = rng.normal({2, 2 * config.maps, 6, 5}), dy = rng.normal(x.shape());
    const Var fused_x(x, true), composed_x(x, true);
    kept = Rng(12);
    const Var fused = block(fused_x);
    fused.backward(dy);
    std::vector<Tensor> expected;
    for (const Var& parameter : block.parameters()) expected.push_back(parameter.grad().clone());
    block.zero_grad();
    kept = Rng(12);
    const Var composed = block.composed(composed_x);
    composed.backward(dy);
    CHECK(disagreement(fused.value(), composed.value()) <= 1);
    CHECK(disagreement(fused_x.grad(), composed_x.grad()) <= 1);
    for (std::size_t i = 0; i < expected.size(); ++i)
      CHECK(disagreement(expected[i], block.parameters()[i].grad()) <= 1);
  }
}
