// build/gf train, eval and sample of models that are no likelihood: what they report, that a run goes on with the same
// bits, what their codes are good for, and what they are refused for.
#include <cmath>

#include <nlohmann/json.hpp>

#include "lessons/correlation_table.h"
#include "tensor/npy.h"
#include "tensor/random.h"
#include "tensor/safetensors.h"
#include "tests/doctest.h"
#include "tests/files.h"
#include "tests/tools/process.h"
#include "tests/tools/titled_grid.h"
#include "viz/png.h"

using namespace gradfold;
namespace fs = std::filesystem;

namespace {

// A denoiser, because its loss draws random numbers.
Words small_denoiser(const fs::path& out, Words more = {}) {
  Words words{"train", "autoencoder", "--out", out.string(), "--data", "strokes", "--limit", "96", "--batch", "16",
              "--code", "2", "--hidden", "8", "--gaussian", "30", "--epochs", "4"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// A GAN of a moment: 4 steps an epoch.
Finished train_small_infogan(const fs::path& out, Words more = {}) {
  Words words{"train", "infogan", "--out", out.string(), "--data", "strokes", "--limit", "64", "--batch", "16",
              "--maps", "2", "--hidden", "8", "--code_hidden", "4", "--noise", "3", "--epochs", "1", "--json"};
  words.insert(words.end(), more.begin(), more.end());
  return gf(words);
}

// Images of 28 in a row, gaps of 2 between and around.
Index columns_of(const Image& picture) { return (picture.width() - left_of_grid(picture) - 2) / 30; }

void refused(const Words& words, const std::string& message) {
  const Finished result = gf(words);
  CHECK(result.exit == 2);
  CHECK_MESSAGE(contains(result.err, message), result.err);
}

}  // namespace

TEST_CASE("each objective of an InfoGAN has an Adam of its own, with its rate and a beta1 of 0.5") {
  const Scratch folder;
  const fs::path out = folder / "m.safetensors";
  REQUIRE(train_small_infogan(out, {"--limit", "16", "--lr", "1e-2", "--discriminator_rate", "20"}).exit == 0);
  const SafeTensors after_one_step = read_safetensors(out);
  CHECK(after_one_step.metadata.at("optimizer/lr") == "0.002");
  CHECK(after_one_step.metadata.at("optimizer1/lr") == "0.01");
  for (const std::string slot : {"optimizer/0.exp_avg", "optimizer1/0.exp_avg"}) {
    // After one step these are (1 - beta1) g and (1 - beta2) g^2.
    const Tensor mean = after_one_step.tensors.at(slot), squares = after_one_step.tensors.at(slot + "_sq");
    for (Index i = 0; i < mean.numel(); ++i) {
      const double m = mean.data()[i];
      if (std::abs(m) > 1e-6) CHECK(squares.data()[i] == approx(m * m * (1 - 0.999) / (0.5 * 0.5), 1e-3));
    }
  }
}

TEST_CASE("an InfoGAN leaves out a last batch of one image, which BatchNorm could not take") {
  const Scratch folder;
  const fs::path out = folder / "m.safetensors";
  const Finished trained = train_small_infogan(out, {"--limit", "17"});
  REQUIRE_MESSAGE(trained.exit == 0, trained.err);
  CHECK(last_json(trained.out)["step"] == 1);
  refused({"train", "infogan", "--out", folder / "one.safetensors", "--data", "strokes", "--batch", "1"},
          "infogan learns from 2 images or more at a time, but --batch is 1");
}

TEST_CASE("an autoencoder is trained, judged by its own figures and resumed to the same bits") {
  Scratch folder;
  const fs::path whole = folder / "whole.safetensors", resumed = folder / "resumed.safetensors";
  const Finished trained = gf(small_denoiser(whole, {"--json"}));
  REQUIRE_MESSAGE(trained.exit == 0, trained.err);
  const auto line = last_json(contents(folder / "whole.log.jsonl"));
  for (const char* key :
       {"epoch", "step", "train_loss", "valid_loss", "mse", "psnr_db", "corrupted_psnr_db", "lr", "seconds"})
    CHECK_MESSAGE(line.contains(key), key);
  CHECK_FALSE(line.contains("train_nats"));
  CHECK(line["valid_loss"] == line["mse"]);
  CHECK(last_json(trained.out)["mse"] == line["mse"]);

  REQUIRE(gf(small_denoiser(resumed, {"--epochs", "2"})).exit == 0);
  REQUIRE(gf({"train", "autoencoder", "--out", resumed, "--resume", "--epochs", "4"}).exit == 0);
  const auto first = read_safetensors(whole).tensors, second = read_safetensors(resumed).tensors;
  REQUIRE(first.size() == second.size());
  CHECK(first.contains("code_mean"));
  for (const auto& [name, value] : first) {
    INFO(name);
    CHECK(identical(value, second.at(name)));
  }

  const Finished evaluated = gf({"eval", whole, "--limit", "50", "--json"});
  REQUIRE_MESSAGE(evaluated.exit == 0, evaluated.err);
  const auto eval = last_json(evaluated.out);
  CHECK(eval["model"] == "autoencoder");
  CHECK(eval["images"] == 50);
  CHECK(eval["mse"].get<double>() > 0);
  CHECK(eval["mse_standard_error"].get<double>() > 0);
  CHECK_FALSE(eval.contains("nll_nats"));
  CHECK_FALSE(eval.contains("iwae_k"));
  CHECK(contains(gf({"eval", whole, "--limit", "50"}).out, "squared error per pixel"));
}

TEST_CASE("sample draws codes, walks through them, and shows what the model makes of images") {
  Scratch folder;
  const fs::path model = folder / "model.safetensors", out = folder / "s.png";
  REQUIRE(gf(small_denoiser(model, {"--epochs", "1"})).exit == 0);
  const auto drawn = [&](Words more) {
    more.insert(more.begin(), {"sample", model, "--zoom", "1", "--json", "--out", out});
    const Finished result = gf(more);
    CHECK_MESSAGE(result.exit == 0, result.err);
    const Image picture = read_png(out);
    return std::tuple{last_json(result.out)["images"].get<Index>(), columns_of(picture), (picture.height() - 2) / 30};
  };
  using Drawn = std::tuple<Index, Index, Index>;  // images, columns, rows
  CHECK(drawn({"--n", "16"}) == Drawn{16, 4, 4});
  CHECK(drawn({"--reconstruct", "--n", "6"}) == Drawn{12, 6, 2});
  CHECK(drawn({"--traverse", "--steps", "5"}) == Drawn{10, 5, 2});
  CHECK(drawn({"--interpolate", "--n", "3", "--steps", "7"}) == Drawn{21, 7, 3});
  CHECK(drawn({"--latent-map", "--steps", "4"}) == Drawn{16, 4, 4});
}

TEST_CASE("a VAE is trained on its bound, resumed to the same bits, judged with importance samples, and shown") {
  Scratch folder;
  const fs::path whole = folder / "whole.safetensors", resumed = folder / "resumed.safetensors", out = folder / "s.png";
  const auto training = [](const fs::path& at, const char* epochs) {
    return Words{"train", "vae", "--out", at, "--data", "strokes", "--limit", "96", "--batch", "16", "--latents", "2",
                 "--hidden", "8", "--warm_up", "9", "--epochs", epochs, "--json"};
  };
  const Finished trained = gf(training(whole, "4"));
  REQUIRE_MESSAGE(trained.exit == 0, trained.err);
  const auto line = last_json(contents(folder / "whole.log.jsonl"));
  for (const char* key : {"train_loss", "valid_loss", "elbo_nats", "reconstruction_nats", "kl_nats", "active_units"})
    CHECK_MESSAGE(line.contains(key), key);
  CHECK(line["valid_loss"] == line["elbo_nats"]);
  CHECK_FALSE(line.contains("iwae_nats"));

  REQUIRE(gf(training(resumed, "2")).exit == 0);
  REQUIRE(gf({"train", "vae", "--out", resumed, "--resume", "--epochs", "4"}).exit == 0);
  const auto first = read_safetensors(whole).tensors, second = read_safetensors(resumed).tensors;
  REQUIRE(first.size() == second.size());
  CHECK(first.at("steps").item() == 24);  // of warm_up, which is over
  for (const auto& [name, value] : first) {
    INFO(name);
    CHECK(identical(value, second.at(name)));
  }

  const auto eval = last_json(gf({"eval", whole, "--limit", "40", "--iwae-k", "50", "--refine", "20", "--json"}).out);
  CHECK(eval["model"] == "vae");
  CHECK(eval["iwae_k"] == 50);
  CHECK(eval["refine_steps"] == 20);
  CHECK(eval["refined_elbo_nats"].get<double>() < eval["elbo_nats"].get<double>());
  CHECK(eval["iwae_nats"].get<double>() < eval["elbo_nats"].get<double>());
  const std::vector<std::pair<Words, Index>> pictures = {{{"--n", "4"}, 4},
                                                         {{"--reconstruct", "--n", "3"}, 6},
                                                         {{"--interpolate", "--n", "3", "--steps", "5"}, 15},
                                                         {{"--traverse", "--steps", "5"}, 10},
                                                         {{"--latent-map", "--steps", "4"}, 16}};
  for (const auto& [how, images] : pictures) {
    Words words{"sample", whole, "--json", "--out", out};
    words.insert(words.end(), how.begin(), how.end());
    const Finished drawn = gf(words);
    REQUIRE_MESSAGE(drawn.exit == 0, drawn.err);
    CHECK(last_json(drawn.out)["images"] == images);
  }
  const Finished other = gf({"train", "autoencoder", "--out", whole, "--resume"});
  CHECK(other.exit == 2);
  CHECK(contains(other.err, "holds the model vae, not the model autoencoder"));
}

TEST_CASE("sample --traverse lists what goes with each latent, the same however it is drawn") {
  Scratch folder;
  const fs::path model = folder / "vae.safetensors", out = folder / "s.png", coloured = folder / "rgb.safetensors";
  REQUIRE(gf({"train", "vae", "--out", model, "--data", "strokes", "--limit", "96", "--batch", "16", "--latents", "12",
              "--hidden", "8", "--epochs", "2"}).exit == 0);
  const auto traverse = [&](Words more) {
    more.insert(more.begin(), {"sample", model, "--traverse", "--out", out});
    const Finished result = gf(more);
    REQUIRE_MESSAGE(result.exit == 0, result.err);
    return result.out;
  };
  const std::string text = traverse({"--steps", "3"});
  CHECK_MESSAGE(contains(text, "slant  thickness   size"), text);
  const auto latents = last_json(traverse({"--json", "--threads", "1"}))["latents"];
  REQUIRE(latents.size() == 12);
  for (std::size_t i = 0; i < 12; ++i) {
    const std::string name = fmt::format("latent {}", i + 1);
    CHECK(latents[i]["name"] == name);
    std::string line = fmt::format("  {:9}", name);
    for (const auto& [measure, width] : {std::pair{"slant", 7}, {"thickness", 11}, {"size", 7}}) {
      const double r = latents[i][measure];
      CHECK(std::abs(r) <= 1);
      line += fmt::format("{:>{}}", correlation_text(r), width);
    }
    CHECK_MESSAGE(contains(text, line + "\n"), text, line);
  }
  CHECK(last_json(traverse({"--json", "--threads", "2", "--steps", "5"}))["latents"] == latents);
  CHECK(last_json(traverse({"--json", "--seed", "2"}))["latents"] != latents);

  write_npy(folder / "rgb.npy", Rng(1).uniform({24, 3, 8, 8}));
  REQUIRE(gf({"train", "vae", "--out", coloured, "--data", folder / "rgb.npy", "--channels", "3", "--height",
              "8", "--width", "8", "--latents", "2", "--hidden", "4", "--epochs", "1", "--levels", "256",
              "--likelihood", "1", "--batch", "8"}).exit == 0);
  const Finished of_colours = gf({"sample", coloured, "--traverse", "--json", "--out", out});
  REQUIRE_MESSAGE(of_colours.exit == 0, of_colours.err);
  CHECK_FALSE(last_json(of_colours.out).contains("latents"));
  CHECK_FALSE(contains(of_colours.err, "correlations"));
}

TEST_CASE("posterior collapse is said after training, and ends nothing") {
  Scratch folder;
  // A KL a thousand times too dear.
  const Finished trained = gf({"train", "vae", "--out", folder / "m.safetensors", "--limit", "64", "--hidden", "8",
                               "--latents", "3", "--beta", "100000", "--epochs", "12", "--lr", "0.01"});
  CHECK(trained.exit == 0);
  CHECK_MESSAGE(contains(trained.err + trained.out, "posterior collapse: the 3 latents"), trained.out);
}

TEST_CASE("an InfoGAN, whose two optimizers take turns, is resumed to the same bits; its codes are walked through") {
  Scratch folder;
  const fs::path whole = folder / "whole.safetensors", resumed = folder / "resumed.safetensors";
  const fs::path out = folder / "s.png";
  const Finished trained = train_small_infogan(whole, {"--epochs", "2"});
  REQUIRE_MESSAGE(trained.exit == 0, trained.err);
  const auto line = last_json(contents(folder / "whole.log.jsonl"));
  for (const char* key : {"train_discriminator_loss", "train_generator_loss", "valid_loss", "code_error",
                          "unread_nats", "information_nats", "slant_correlation", "thickness_correlation"})
    CHECK_MESSAGE(line.contains(key), key);
  CHECK(line["valid_loss"] == line["code_error"]);

  REQUIRE(train_small_infogan(resumed).exit == 0);
  REQUIRE(gf({"train", "infogan", "--out", resumed, "--resume", "--epochs", "2"}).exit == 0);
  const auto first = read_safetensors(whole).tensors, second = read_safetensors(resumed).tensors;
  REQUIRE(first.size() == second.size());
  for (const auto& [name, value] : first) {
    INFO(name);
    CHECK(identical(value, second.at(name)));  // both optimizers' moments and all running statistics, too
  }

  const Finished evaluated = gf({"eval", whole, "--limit", "30", "--json"});
  REQUIRE_MESSAGE(evaluated.exit == 0, evaluated.err);
  const auto eval = last_json(evaluated.out);
  CHECK(eval["code_error"].get<double>() >= 0.3);  // four steps teach nobody ten digits
  CHECK(eval["unread_nats"].get<double>() + eval["information_nats"].get<double>() == doctest::Approx(std::log(10)));

  const Finished traversed = gf({"sample", whole, "--traverse", "--steps", "10", "--zoom", "1", "--out", out});
  REQUIRE_MESSAGE(traversed.exit == 0, traversed.err);
  for (const char* name : {"\n  code 1", "\n  code 2"}) CHECK_MESSAGE(contains(traversed.out, name), traversed.out);
  CHECK_FALSE(contains(traversed.out, "\n  category"));  // its values have no order
  const Image walked = read_png(out);  // a row for the category and one for each of two continuous codes
  CHECK(columns_of(walked) == 10);
  CHECK((walked.height() - 2) / 30 == 3);
  REQUIRE(gf({"sample", whole, "--n", "4", "--out", out}).exit == 0);
  const Finished other = gf({"train", "autoencoder", "--out", whole, "--resume"});
  CHECK(other.exit == 2);
  CHECK(contains(other.err, "holds the model infogan, not the model autoencoder"));
}

TEST_CASE("--lambda 0: no loss asks for the category; with --lambda_continuous 0 too, Q alone is asked for all codes") {
  Scratch folder;
  const auto losses_with = [&](const std::string& name, const Words& more) {
    const fs::path model = folder / (name + ".safetensors"), out = folder / "s.png";
    const Finished trained = train_small_infogan(model, more);
    REQUIRE_MESSAGE(trained.exit == 0, trained.err);
    const auto eval = last_json(gf({"eval", model, "--limit", "30", "--json"}).out);
    CHECK(eval["code_error"].get<double>() > 0.3);  // as for any that has seen 64 images
    CHECK(eval["unread_nats"].get<double>() + eval["information_nats"].get<double>() == doctest::Approx(std::log(10)));
    CHECK(last_json(gf({"sample", model, "--n", "4", "--json", "--out", out}).out)["images"] == 4);
    const auto line = last_json(trained.out);
    return std::pair<double, double>{line["train_discriminator_loss"], line["train_generator_loss"]};
  };
  const auto [d_all, g_all] = losses_with("all", {});
  const auto [d_none, g_none] = losses_with("none", {"--lambda", "0"});
  const auto [d_plain, g_plain] = losses_with("plain", {"--lambda", "0", "--lambda_continuous", "0"});
  // In the first steps a category is unread: about log 10 nats.
  CHECK(d_all - d_none == approx(std::log(10), 0.1));
  CHECK(g_all - g_none == approx(std::log(10), 0.1));
  CHECK(d_plain - d_none > std::log(10));
  CHECK(g_plain == approx(g_none, 0.02));
}

TEST_CASE("train vae --refine: eval reports the refined bound and the encoder's; a plain VAE starts it; it resumes") {
  const Scratch folder;
  const std::string plain = folder / "plain.safetensors", semi = folder / "semi.safetensors";
  const auto train = [&](const std::string& out, Words more) {
    Words words{"train", "vae", "--out", out, "--limit", "64", "--batch", "16", "--latents", "4", "--hidden", "16"};
    words.insert(words.end(), more.begin(), more.end());
    return gf(words);
  };
  REQUIRE(train(plain, {"--epochs", "20", "--lr", "1e-2"}).exit == 0);
  const Finished refined = train(semi, {"--epochs", "1", "--refine", "2", "--init", plain});
  REQUIRE_MESSAGE(refined.exit == 0, refined.err);
  CHECK(last_json(contents(folder / "semi.log.jsonl")).contains("encoder_elbo_nats"));
  const std::string whole = folder / "whole.safetensors";
  REQUIRE(train(whole, {"--epochs", "2", "--refine", "2", "--init", plain}).exit == 0);
  REQUIRE(gf({"train", "vae", "--out", semi, "--resume", "--epochs", "2", "--threads", "1"}).exit == 0);
  const auto at_once = read_safetensors(whole).tensors, in_parts = read_safetensors(semi).tensors;
  REQUIRE(at_once.size() == in_parts.size());
  for (const auto& [name, value] : at_once) CHECK_MESSAGE(identical(value, in_parts.at(name)), name);
  const auto eval = last_json(gf({"eval", semi, "--limit", "40", "--iwae-k", "20", "--json"}).out);
  CHECK(eval["elbo_nats"].get<double>() < eval["encoder_elbo_nats"].get<double>());
  CHECK(eval["iwae_nats"].get<double>() < eval["elbo_nats"].get<double>());
  CHECK_FALSE(eval.contains("refined_elbo_nats"));
  refused({"train", "vae", "--out", folder / "no.safetensors", "--refine", "2", "--beta", "400"},
          "posteriors are refined for the ELBO");
}

TEST_CASE("--refine of what has no posterior is misuse") {
  refused({"eval", "pretrained:pixel_cnn", "--data", "strokes", "--refine", "5"}, "--refine is for a VAE");
}

TEST_CASE("what a model cannot do names the model and is misuse") {
  Scratch folder;
  const fs::path model = folder / "model.safetensors", wide = folder / "wide.safetensors", out = folder / "s.png";
  REQUIRE(gf(small_denoiser(model, {"--epochs", "1"})).exit == 0);
  const std::string none = "autoencoder gives no distribution of a pixel given those before it, which ";
  refused({"compress", model, "strokes", folder / "x.gfz"}, "compress: " + none + "compress needs");
  refused({"sample", model, "--out", out, "--sampler", "naive"}, none + "--sampler needs");
  refused({"sample", model, "--out", out, "--temperature", "0.5"}, none + "--temperature needs");
  refused({"sample", model, "--out", out, "--complete", out}, none + "--complete needs");
  refused({"sample", model, "--out", out, "--traverse", "--latent-map"}, "--latent-map");
  REQUIRE(gf(small_denoiser(wide, {"--epochs", "1", "--code", "3"})).exit == 0);
  refused({"sample", wide, "--out", out, "--latent-map"}, "--latent-map shows the plane of codes of 2 numbers, and");
  refused({"sample", wide, "--out", out, "--reconstruct", "--class", "3"}, "--class is for what is drawn anew");
  refused({"train", "autoencoder", "--out", folder / "l.safetensors", "--linear", "1", "--maps", "4"},
          "with --linear there are no hidden");
  const fs::path pixels = folder / "pixels.safetensors";
  REQUIRE(gf({"train", "independent_pixels", "--limit", "20", "--epochs", "1", "--out", pixels}).exit == 0);
  refused({"sample", pixels, "--out", out, "--traverse"}, "sample: independent_pixels has no codes to walk through");
  CHECK_FALSE(fs::exists(out));

  const Finished other = gf({"train", "pixel_cnn", "--out", model, "--resume"});
  CHECK(other.exit == 2);
  CHECK(contains(other.err, "holds the model autoencoder, not the model pixel_cnn"));
  const Finished wild = gf(small_denoiser(folder / "wild.safetensors", {"--lr", "1e9"}));
  CHECK(wild.exit == 1);
  CHECK(contains(wild.err, "hint: lower the learning rate"));
}
