#pragma once
#include <functional>
#include <memory>

#include "models/vae.h"

// A VAE of every kind, small enough for whole Jacobians. Their losses and gradients in PyTorch are in
// tests/fixtures/vae.npz under the same names (tests/fixtures/make_vae_fixtures.py).
namespace gradfold {

struct SmallVae {
  std::string name;
  VaeConfig config;
  bool relus = true;  // has kinks that a difference quotient may cross
};

inline const std::vector<SmallVae>& small_vaes() {
  static const std::vector<SmallVae> all = {
      {"mlp", {.height = 4, .width = 3, .latents = 3, .hidden = 5}},
      {"linear", {.height = 4, .width = 3, .latents = 3, .layers = 0}},
      {"mlp_classes", {.height = 4, .width = 3, .classes = 3, .latents = 2, .hidden = 5, .layers = 2}},
      {"conv", {.height = 7, .width = 6, .latents = 3, .maps = 2, .halvings = 2, .blocks = 1}},
      {"conv_dense", {.height = 5, .width = 4, .latents = 2, .maps = 2, .halvings = 2, .blocks = 0, .dense = 4}},
      {"conv_classes", {.height = 5, .width = 8, .classes = 3, .latents = 2, .maps = 2, .halvings = 3, .blocks = 0}},
      {"gaussian",
       {.height = 4, .width = 3, .levels = 256, .latents = 2, .hidden = 5, .likelihood = LikelihoodKind::kGaussian}},
      {"categorical_rgb",
       {.height = 3, .width = 2, .levels = 4, .channels = 3, .latents = 2, .hidden = 5,
        .likelihood = LikelihoodKind::kCategorical}},
      {"logistic_mixture",
       {.height = 3, .width = 4, .levels = 256, .latents = 2, .hidden = 5,
        .likelihood = LikelihoodKind::kLogisticMixture, .mixture = 2}},
      {"logistic_mixture_rgb",
       {.height = 3, .width = 2, .levels = 6, .channels = 3, .latents = 2, .hidden = 5,
        .likelihood = LikelihoodKind::kLogisticMixture, .mixture = 2}},
      {"beta", {.height = 4, .width = 3, .latents = 3, .hidden = 5, .kl = {.beta = 4}}},
      {"capacity", {.height = 4, .width = 3, .latents = 3, .hidden = 5, .kl = {.gamma = 10, .capacity = 2}}},
      {"importance", {.height = 4, .width = 3, .latents = 3, .hidden = 5, .importance = 4}},
      {"importance_conv_classes",
       {.height = 6, .width = 4, .classes = 2, .latents = 2, .maps = 2, .halvings = 2, .blocks = 1, .importance = 3}},
  };
  return all;
}

// Noise as Vae::loss takes it.
inline Shape noise_shape(const VaeConfig& c, Index n) {
  return c.importance > 1 ? Shape{n, c.importance, c.latents} : Shape{n, c.latents};
}

}  // namespace gradfold
