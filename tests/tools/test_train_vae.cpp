// build/gf train, eval and sample of the VAEs that the settings make of one: conditional, Gaussian, convolutional,
// importance-weighted. Each run is a moment long; what its checkpoint is opened for must make sense.
#include <cmath>

#include <nlohmann/json.hpp>

#include "tensor/elementwise.h"
#include "tensor/reduce.h"
#include "tensor/safetensors.h"
#include "tests/doctest.h"
#include "tests/files.h"
#include "tests/tools/process.h"
#include "tests/tools/titled_grid.h"
#include "viz/png.h"

using namespace gradfold;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr double kCoinPerPixel = 784 * 0.693147;  // nats of a model that knows nothing of 28 x 28 pixels of 0 and 1

// 16 steps an epoch.
Finished train_small_vae(const fs::path& out, Words more) {
  Words words{"train", "vae", "--out", out.string(), "--data", "strokes", "--limit", "256", "--batch", "16",
              "--latents", "2", "--hidden", "32", "--lr", "0.01", "--epochs", "1", "--json"};
  words.insert(words.end(), more.begin(), more.end());
  const Finished result = gf(words);
  REQUIRE_MESSAGE(result.exit == 0, result.err);
  return result;
}

// What eval says of 100 images, once it has what holds for every VAE.
json judged(const fs::path& model, const std::string& split = "test") {
  const Finished result = gf({"eval", model, "--split", split, "--limit", "100", "--iwae-k", "5", "--json"});
  REQUIRE_MESSAGE(result.exit == 0, result.err);
  const json figures = last_json(result.out);
  for (const char* key : {"elbo_nats", "reconstruction_nats", "kl_nats", "active_units", "iwae_nats"}) {
    CAPTURE(key);
    REQUIRE(figures.at(key).is_number());  // JSON has no NaN: it would be null
  }
  CHECK(figures["images"] == 100);
  CHECK(figures["iwae_k"] == 5);
  const double elbo = figures["elbo_nats"], reconstruction = figures["reconstruction_nats"], kl = figures["kl_nats"];
  CHECK(elbo == approx(reconstruction + kl, 1e-6));
  CHECK(kl > 0);
  CHECK(figures["iwae_nats"].get<double>() < elbo);
  return figures;
}

// What sample draws, a grid of images 2 pixels apart.
struct Picture {
  Index images;  // as it says
  Tensor grid;   // [rows, 28, columns, 28], as it is

  Index rows() const { return grid.size(0); }
  Index columns() const { return grid.size(2); }
};

Picture picture_of(const fs::path& model, Words more) {
  Scratch folder;
  more.insert(more.begin(), {"sample", model, "--zoom", "1", "--json", "--out", folder / "s.png"});
  const Finished result = gf(more);
  REQUIRE_MESSAGE(result.exit == 0, result.err);
  const Image picture = read_png(folder / "s.png");
  const Tensor whole = to_tensor(picture, 1);
  const Index left = left_of_grid(picture) + 2, rows = whole.size(1) / 30, columns = (whole.size(2) - left) / 30;
  const Tensor cells = whole.slice(1, 2, whole.size(1)).slice(2, left, whole.size(2)).contiguous();
  const Tensor grid = cells.reshape({rows, 30, columns, 30}).slice(1, 0, 28).slice(3, 0, 28).contiguous();
  return {last_json(result.out)["images"], grid};
}

}  // namespace

TEST_CASE("a conditional VAE: judged with each image's class, it draws the class that is asked for, or all in turn") {
  Scratch folder;
  const fs::path model = folder / "model.safetensors";
  train_small_vae(model, {"--classes", "10", "--epochs", "16"});  // so many, so that it heeds the class
  CHECK(judged(model)["elbo_nats"] < 0.35 * kCoinPerPixel);

  const Picture ones = picture_of(model, {"--class", "1", "--n", "6"});
  const Picture eights = picture_of(model, {"--class", "8", "--n", "6"});
  CHECK(ones.images == 6);
  CHECK(ones.columns() * ones.rows() == 6);
  CHECK(mean(ones.grid).item() < 0.8 * mean(eights.grid).item());  // from the same codes: an 8 takes more ink
  const Picture all = picture_of(model, {"--n", "20"});
  CHECK(all.images == 20);
  CHECK(all.columns() == 10);
  CHECK(all.rows() == 2);
  CHECK(picture_of(model, {"--reconstruct", "--n", "3"}).images == 6);
  CHECK(picture_of(model, {"--traverse", "--class", "4", "--steps", "5"}).images == 10);
  CHECK(picture_of(model, {"--interpolate", "--n", "2", "--steps", "5"}).images == 10);

  const Finished refused = gf({"sample", model, "--out", folder / "s.png", "--class", "10"});
  CHECK(refused.exit == 2);
  CHECK(contains(refused.err, "--class is 10 but the model's classes are 0..9"));
}

TEST_CASE("a Gaussian VAE: its deviation is learned, and its figures mean the error that its pictures show") {
  Scratch folder;
  for (const char* levels : {"0", "256"}) {
    CAPTURE(levels);
    const fs::path model = folder / (std::string(levels) + ".safetensors");
    train_small_vae(model, {"--likelihood", "1", "--levels", levels});
    const double log_var = read_safetensors(model).tensors.at("likelihood.log_var").item();
    CHECK(log_var > -4.55);  // of -4.6 at first, a deviation of 0.1, where the errors are larger

    // -log p(x | z) = sum over pixels of (log 2 pi + log_var + (x - mean)^2 / variance) / 2
    const double per_pixel = 2 * judged(model)["reconstruction_nats"].get<double>() / 784;
    const double said = (per_pixel - std::log(2 * 3.14159265) - log_var) * std::exp(log_var);
    const Picture pairs = picture_of(model, {"--reconstruct", "--n", "100"});
    REQUIRE(pairs.rows() == 2);  // images, and what is made of them
    const double shown = mean(square(pairs.grid.select(0, 1) - pairs.grid.select(0, 0))).item();
    CHECK(shown > 0.01);
    CHECK(std::abs(said - shown) < 0.1 * shown);
    CHECK(picture_of(model, {"--n", "4"}).images == 4);
  }
}

TEST_CASE("a convolutional VAE: convolutions are what its checkpoint holds, and what eval and sample open") {
  Scratch folder;
  const fs::path model = folder / "model.safetensors";
  train_small_vae(model, {"--maps", "4", "--halvings", "2", "--dense", "8", "--epochs", "2"});
  const auto held = read_safetensors(model).tensors;
  CHECK(held.at("encoder.trunk.0.weight").shape() == Shape{4, 1, 3, 3});
  CHECK(held.contains("encoder.trunk.1.reduce.weight"));
  CHECK(judged(model)["elbo_nats"] < 0.6 * kCoinPerPixel);
  const Picture drawn = picture_of(model, {"--n", "9"});
  CHECK(drawn.images == 9);
  CHECK(drawn.columns() == 3);
  CHECK(drawn.rows() == 3);
  CHECK(max(drawn.grid).item() - min(drawn.grid).item() > 0.1);
  CHECK(picture_of(model, {"--latent-map", "--steps", "4"}).images == 16);
}

TEST_CASE("--importance 5 trains on the bound of 5 importance samples, and lowers it; eval and sample open the model") {
  Scratch folder;
  // Weights that do not move: what is trained is then what eval, with as many draws, says of the same images.
  const fs::path still = folder / "still.safetensors";
  const Words unmoved = {"--importance", "5", "--lr", "1e-12", "--latents", "20", "--limit", "100"};
  const double trained_on = last_json(train_small_vae(still, unmoved).out)["train_loss"];
  const json figures = judged(still, "train");
  CHECK(figures["elbo_nats"].get<double>() - figures["iwae_nats"].get<double>() > 2);
  CHECK(std::abs(trained_on - figures["iwae_nats"].get<double>()) < 1);

  const fs::path model = folder / "model.safetensors";
  train_small_vae(model, {"--importance", "5", "--epochs", "2"});
  const std::string log = contents(folder / "model.log.jsonl");
  const double before = json::parse(log.substr(0, log.find('\n')))["train_loss"];
  const double after = last_json(log)["train_loss"];
  CHECK(after < 0.8 * before);
  CHECK(judged(model)["iwae_nats"] < 0.5 * kCoinPerPixel);
  CHECK(picture_of(model, {"--n", "4"}).images == 4);
}
