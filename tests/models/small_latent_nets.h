#pragma once
#include <functional>
#include <memory>

#include "models/autoencoder.h"
#include "models/vae.h"

// Nets of the models with codes, small enough for whole Jacobians: what kinds.h and small_nets.h are for the
// autoregressive ones. Every model that the registry knows has a row here or there.
namespace gradfold {

struct SmallLatentNet {
  std::string name;
  std::function<std::unique_ptr<LatentModel>()> make;
};

inline const std::vector<SmallLatentNet>& small_latent_nets() {
  const auto autoencoder = [](AutoencoderConfig c) {
    c.height = c.width = 4;
    return [=] { return std::make_unique<Autoencoder>(c); };
  };
  const auto vae = [](VaeConfig c) {
    c.height = c.width = 4;
    return [=] { return std::make_unique<Vae>(c); };
  };
  static const std::vector<SmallLatentNet> all = {
      {"autoencoder", autoencoder({.code = 2, .hidden = 6})},
      {"autoencoder_tied", autoencoder({.code = 3, .hidden = 6, .tied = true})},
      {"autoencoder_linear", autoencoder({.code = 3, .linear = true})},
      {"autoencoder_linear_tied", autoencoder({.code = 3, .linear = true, .tied = true})},
      {"autoencoder_wide", autoencoder({.code = 0, .hidden = 6})},
      {"autoencoder_convolutional", autoencoder({.code = 2, .maps = 2})},
      {"autoencoder_convolutional_tied_rgb", autoencoder({.code = 3, .maps = 2, .tied = true, .channels = 3})},
      {"autoencoder_denoising",
       autoencoder({.code = 2, .hidden = 6, .gaussian = 40, .masking = 20, .salt_and_pepper = 10})},
      {"vae", vae({.latents = 2, .hidden = 6})},
      {"vae_classes", vae({.classes = 2, .latents = 2, .hidden = 6, .importance = 3})},
  };
  return all;
}

}  // namespace gradfold
