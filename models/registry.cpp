#include "models/registry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "models/autoencoder.h"
#include "models/fvsbn.h"
#include "models/gated_pixel_cnn.h"
#include "models/independent_pixels.h"
#include "models/infogan.h"
#include "models/pixel_cnn.h"
#include "models/pixel_cnn_pp.h"
#include "models/pixel_rnn.h"
#include "models/vae.h"

namespace gradfold {
namespace {

using Make = std::unique_ptr<ImageModel> (*)(const ModelConfig&);

bool flag(const ModelConfig& config, const std::string& name) {
  const Index value = config.at(name);
  require(value == 0 || value == 1, "model", "{} is {} but must be 0 (no) or 1 (yes)", name, value);
  return value == 1;
}

std::unique_ptr<ImageModel> make_pixel_cnn(const ModelConfig& config) {
  return std::make_unique<PixelCnn>(PixelCnnConfig{.maps = config.at("maps"),
                                                   .blocks = config.at("blocks"),
                                                   .kernel = config.at("kernel"),
                                                   .levels = static_cast<int>(config.at("levels")),
                                                   .channels = static_cast<int>(config.at("channels")),
                                                   .dropout = config.at("dropout"),
                                                   .masked = flag(config, "masked")});
}

std::unique_ptr<ImageModel> make_gated_pixel_cnn(const ModelConfig& config) {
  return std::make_unique<GatedPixelCnn>(GatedPixelCnnConfig{.maps = config.at("maps"),
                                                             .layers = config.at("layers"),
                                                             .kernel = config.at("kernel"),
                                                             .head = config.at("head"),
                                                             .levels = static_cast<int>(config.at("levels")),
                                                             .channels = static_cast<int>(config.at("channels")),
                                                             .dropout = config.at("dropout"),
                                                             .classes = config.at("classes")});
}

std::unique_ptr<ImageModel> make_pixel_cnn_pp(const ModelConfig& config) {
  return std::make_unique<PixelCnnPp>(PixelCnnPpConfig{.maps = config.at("maps"),
                                                       .blocks = config.at("blocks"),
                                                       .halvings = config.at("halvings"),
                                                       .mixture = config.at("mixture"),
                                                       .dropout = config.at("dropout"),
                                                       .levels = static_cast<int>(config.at("levels")),
                                                       .channels = static_cast<int>(config.at("channels"))});
}

template <PixelRnnKind kind>
std::unique_ptr<ImageModel> make_pixel_rnn(const ModelConfig& config) {
  const Index kernel = kind == PixelRnnKind::kRowLstm ? config.at("kernel") : PixelRnnConfig().kernel;
  return std::make_unique<PixelRnn>(kind, PixelRnnConfig{.hidden = config.at("hidden"),
                                                         .layers = config.at("layers"),
                                                         .kernel = kernel,
                                                         .head = config.at("head"),
                                                         .levels = static_cast<int>(config.at("levels")),
                                                         .channels = static_cast<int>(config.at("channels")),
                                                         .dropout = config.at("dropout")});
}

std::unique_ptr<ImageModel> make_independent_pixels(const ModelConfig& config) {
  return std::make_unique<IndependentPixels>(
      IndependentPixelsConfig{.height = config.at("height"),
                              .width = config.at("width"),
                              .levels = static_cast<int>(config.at("levels")),
                              .channels = static_cast<int>(config.at("channels"))});
}

std::unique_ptr<ImageModel> make_fvsbn(const ModelConfig& config) {
  return std::make_unique<Fvsbn>(FvsbnConfig{.height = config.at("height"),
                                             .width = config.at("width"),
                                             .levels = static_cast<int>(config.at("levels"))});
}

std::unique_ptr<ImageModel> make_autoencoder(const ModelConfig& config) {
  return std::make_unique<Autoencoder>(AutoencoderConfig{.code = config.at("code"),
                                                         .hidden = config.at("hidden"),
                                                         .maps = config.at("maps"),
                                                         .linear = flag(config, "linear"),
                                                         .tied = flag(config, "tied"),
                                                         .gaussian = config.at("gaussian"),
                                                         .masking = config.at("masking"),
                                                         .salt_and_pepper = config.at("salt_and_pepper"),
                                                         .channels = static_cast<int>(config.at("channels")),
                                                         .height = config.at("height"),
                                                         .width = config.at("width")});
}

std::unique_ptr<ImageModel> make_vae(const ModelConfig& config) {
  return std::make_unique<Vae>(VaeConfig{.height = config.at("height"),
                                         .width = config.at("width"),
                                         .levels = static_cast<int>(config.at("levels")),
                                         .channels = static_cast<int>(config.at("channels")),
                                         .classes = config.at("classes"),
                                         .latents = config.at("latents"),
                                         .hidden = config.at("hidden"),
                                         .layers = config.at("layers"),
                                         .maps = config.at("maps"),
                                         .halvings = config.at("halvings"),
                                         .blocks = config.at("blocks"),
                                         .dense = config.at("dense"),
                                         .dropout = config.at("dropout"),
                                         .likelihood = static_cast<LikelihoodKind>(config.at("likelihood")),
                                         .mixture = config.at("mixture"),
                                         .kl = {.beta = static_cast<Real>(config.at("beta")) / 100,
                                                .gamma = static_cast<Real>(config.at("gamma")),
                                                .capacity = static_cast<Real>(config.at("capacity"))},
                                         .importance = config.at("importance"),
                                         .warm_up = config.at("warm_up"),
                                         .refine = config.at("refine")});
}

std::unique_ptr<ImageModel> make_infogan(const ModelConfig& config) {
  return std::make_unique<InfoGan>(InfoGanConfig{.maps = config.at("maps"),
                                                 .hidden = config.at("hidden"),
                                                 .code_hidden = config.at("code_hidden"),
                                                 .noise = config.at("noise"),
                                                 .categories = config.at("categories"),
                                                 .continuous = config.at("continuous"),
                                                 .lambda = config.at("lambda"),
                                                 .lambda_continuous = config.at("lambda_continuous"),
                                                 .lambda_ratio = config.at("lambda_ratio"),
                                                 .image_noise = config.at("image_noise"),
                                                 .invariance = config.at("invariance"),
                                                 .warm_up = config.at("warm_up"),
                                                 .discriminator_rate = config.at("discriminator_rate"),
                                                 .side = config.at("side")});
}

constexpr Index kMostLayers = 1000;  // a million would take minutes to make, before memory ends it

// A new model adds its line here.
struct Entry {
  ModelConfig defaults;
  Make make;
};
const std::map<std::string, Entry>& entries() {
  static const std::map<std::string, Entry> all = {
      {"autoencoder", {Autoencoder().config(), make_autoencoder}},
      {"independent_pixels", {IndependentPixels().config(), make_independent_pixels}},
      {"fvsbn", {Fvsbn().config(), make_fvsbn}},
      {"infogan", {InfoGan(slim_infogan()).config(), make_infogan}},
      {"pixel_cnn", {PixelCnn().config(), make_pixel_cnn}},
      {"gated_pixel_cnn", {GatedPixelCnn().config(), make_gated_pixel_cnn}},
      {"pixel_cnn_pp", {PixelCnnPp().config(), make_pixel_cnn_pp}},
      {"row_lstm", {PixelRnn(PixelRnnKind::kRowLstm).config(), make_pixel_rnn<PixelRnnKind::kRowLstm>}},
      {"diagonal_bilstm",
       {PixelRnn(PixelRnnKind::kDiagonalBiLstm).config(), make_pixel_rnn<PixelRnnKind::kDiagonalBiLstm>}},
      {"vae", {Vae().config(), make_vae}},
  };
  return all;
}

}  // namespace

std::vector<std::string> image_model_names() {
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries()) names.push_back(name);
  return names;
}

std::unique_ptr<ImageModel> make_image_model(const std::string& name, const ModelConfig& config) {
  const auto found = entries().find(name);
  if (found == entries().end()) {
    throw UsageError("make_image_model", fmt::format("there is no model '{}'; known are {}", name,
                                                     fmt::join(image_model_names(), ", ")));
  }
  ModelConfig settings = found->second.defaults;
  for (const auto& [key, value] : config) {
    if (!settings.contains(key)) {
      std::vector<std::string> known;
      for (const auto& [k, help] : found->second.make(settings)->config_help()) {
        known.push_back(fmt::format("{}: {}", k, help));
      }
      throw UsageError(name, fmt::format("there is no setting '{}'", key),
                       fmt::format("known are\n    {}", fmt::join(known, "\n    ")));
    }
    if (value > kMostLayers && (key == "blocks" || key == "layers"))
      throw UsageError(name, fmt::format("{} is {} but at most {} are built", key, value, kMostLayers));
    settings[key] = value;
  }
  return found->second.make(settings);
}

}  // namespace gradfold
