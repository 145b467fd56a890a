// The models that come with the project: each is told of in models/pretrained/README.md, opens, and is a distribution.
#include "lessons/trained_model.h"

#include <algorithm>
#include <cmath>

#include "data/load.h"
#include "models/autoregressive.h"
#include "models/infogan.h"
#include "models/latent_model.h"
#include "tensor/elementwise.h"
#include "tensor/reduce.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;
namespace fs = std::filesystem;

TEST_CASE("every pretrained model opens by its name, is small, told of, and a distribution") {
  const fs::path folder = GRADFOLD_SOURCE_DIR "/models/pretrained";
  const std::string told = contents(folder / "README.md");
  const auto names = pretrained_names();
  for (const char* name : {"pixel_cnn", "gated_pixel_cnn", "row_lstm", "diagonal_bilstm", "vae", "vae_2d", "infogan",
                           "autoencoder"}) {
    CHECK_MESSAGE(std::find(names.begin(), names.end(), name) != names.end(), name);
  }
  for (const std::string& name : names) {
    CAPTURE(name);
    CHECK(told.find("| `" + name + "` |") != std::string::npos);
    CHECK(fs::exists(folder / (name + ".log.jsonl")));
    CHECK(fs::file_size(checkpoint_file("pretrained:" + name)) <= 4 << 20);
    const OpenedModel opened = open_checkpoint("pretrained:" + name);
    CHECK(opened.image().rank() == 4);
    CHECK_FALSE(opened.model->training());
    auto* model = dynamic_cast<AutoregressiveModel*>(opened.model.get());
    if (model && model->levels() == 2) CHECK(std::abs(total_probability(*model, 3) - 1) < 1e-5);
    if (model) {
      // Digits of another hand than those it was trained on; each pixel's frequency among them alone takes 195 nats.
      const Tensor x = greater(load_dataset("strokes", Split::kTest, {.limit = 30}).images, Tensor::scalar(Real(0.5)));
      CHECK(nats_per_image(*model, x) < 100);
    }
    if (auto* gan = dynamic_cast<InfoGan*>(opened.model.get())) {
      // Its codes can be read off what it draws, and turn slant and thickness.
      Rng rng(1);
      const InfoGanCodes codes = gan->draw(2000, rng);
      const Tensor drawn = gan->decode(gan->input(codes));
      CHECK(gan->information(drawn, codes) > 0.95 * std::log(gan->settings.categories));
      const CodeMeaning meaning = code_meaning(codes, drawn, gan->settings.categories);
      CHECK(std::abs(meaning.slant) > 0.8);
      CHECK(std::abs(meaning.thickness) > 0.8);
    } else if (auto* coder = dynamic_cast<LatentModel*>(opened.model.get())) {
      // Digits that it has never seen, drawn by the project itself, come back better than a blank page would.
      const Tensor x = greater(load_dataset("strokes", Split::kTest, {.limit = 50}).images, Tensor::scalar(Real(0.5)));
      CHECK(mean(abs(coder->reconstruct(x) - x)).item() < 0.9 * mean(x).item());
    }
  }
}

TEST_CASE("a checkpoint of a model that there is not is refused with its file and its model") {
  const Scratch folder;
  const OpenedModel opened = open_checkpoint("pretrained:row_lstm");
  TrainingProgress progress = opened.progress;
  progress.model = "column_lstm";
  save_weights(folder / "other.safetensors", *opened.model, progress);
  const std::string said = message_of([&] { open_checkpoint((folder / "other.safetensors").string()); });
  CHECK(contains(said, (folder / "other.safetensors").string() + ": it holds a model 'column_lstm', which is not"));
  CHECK(contains(said, "row_lstm"));
}

TEST_CASE("a checkpoint or pretrained model that is not there is named") {
  CHECK(contains(message_of([] { open_checkpoint("nowhere.safetensors"); }),
                 "there is no checkpoint nowhere.safetensors"));
  CHECK(contains(message_of([] { open_checkpoint("pretrained:diagonal_bilstn"); }), "did you mean diagonal_bilstm?"));
}
