// gf train --teacher, as a child process: what is learned, what is reported, that it goes on bit for bit, and for what
// models it is.
#include <nlohmann/json.hpp>

#include "data/load.h"
#include "tensor/elementwise.h"
#include "tensor/npy.h"
#include "tensor/random.h"
#include "tensor/safetensors.h"
#include "tests/doctest.h"
#include "tests/files.h"
#include "tests/tools/process.h"
#include "tools/teacher.h"
#include "tools/training.h"

using namespace gradfold;
namespace fs = std::filesystem;

namespace {

// A folder with black and white images, which a run sees alike in every epoch, and a model trained on them.
struct School {
  Scratch folder;
  fs::path images = folder / "images.npy", teacher = folder / "teacher.safetensors";

  School() {
    write_npy(images, Rng(1).bernoulli(Tensor::full({120, 1, 8, 8}, Real(0.3))));
    REQUIRE(train("row_lstm", teacher, {"--epochs", "2", "--hidden", "4", "--layers", "2"}).exit == 0);
  }
  Finished train(const std::string& model, const fs::path& out, const Words& more) const {
    Words words{"train", model, "--out", out.string(), "--data", images.string(), "--batch", "16", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return gf(words);
  }
  Finished taught(const fs::path& out, Words more) const {
    for (const char* word : {"--teacher", teacher.c_str(), "--maps", "4", "--blocks", "1"}) more.emplace_back(word);
    return train("pixel_cnn", out, more);
  }
};

}  // namespace

TEST_CASE("train --teacher: the log has the student's own likelihood of the training images") {
  const School school;
  const Words still{"--epochs", "1", "--lr", "1e-9"};  // the student stays as it was drawn
  const Finished taught = school.taught(school.folder / "taught.safetensors", still);
  REQUIRE_MESSAGE(taught.exit == 0, taught.err);
  Words plain = still;
  for (const char* word : {"--maps", "4", "--blocks", "1"}) plain.emplace_back(word);
  const Finished alone = school.train("pixel_cnn", school.folder / "alone.safetensors", plain);
  REQUIRE_MESSAGE(alone.exit == 0, alone.err);
  for (const char* key : {"train_nats", "valid_nats"})
    CHECK(last_json(taught.out)[key].get<double>() == doctest::Approx(last_json(alone.out)[key].get<double>()));
}

TEST_CASE("train --teacher: resumed in the middle, what the teacher said before is said again, bit for bit") {
  const School school;
  const fs::path whole = school.folder / "whole.safetensors", parts = school.folder / "parts.safetensors";
  REQUIRE(school.taught(whole, {"--epochs", "3"}).exit == 0);
  REQUIRE(school.taught(parts, {"--epochs", "1"}).exit == 0);
  const Finished resumed =
      gf({"train", "pixel_cnn", "--out", parts.string(), "--resume", "--epochs", "3", "--threads", "1"});
  REQUIRE_MESSAGE(resumed.exit == 0, resumed.err);
  const auto first = read_safetensors(whole).tensors, second = read_safetensors(parts).tensors;
  REQUIRE(first.size() == second.size());
  for (const auto& [name, value] : first) CHECK_MESSAGE(identical(value, second.at(name)), name);
}

TEST_CASE("train --teacher A,B: the student learns the mean of what they say") {
  const School school;
  const fs::path second = school.folder / "second.safetensors";
  REQUIRE(school.train("row_lstm", second,
                       {"--epochs", "1", "--hidden", "4", "--layers", "1", "--seed", "2"}).exit == 0);
  const auto open = [](const fs::path& file) { return open_checkpoint(file.string()); };
  const auto says = [](const OpenedModel& opened, const Tensor& x) {
    return pixel_probabilities(dynamic_cast<AutoregressiveModel&>(*opened.model), x);
  };
  const Dataset data = load_dataset(school.images.string(), Split::kTrain);
  const Batch batch = Batches(data, {.batch = 16}).epoch(0)[0];
  const OpenedModel a = open(school.teacher), b = open(second), student = open(second);
  const Tensor mean = (says(a, batch.images) + says(b, batch.images)) * Real(0.5);
  auto& learner = dynamic_cast<AutoregressiveModel&>(*student.model);
  Teacher both(school.teacher.string() + "," + second.string(), *student.model, data);
  for (int time = 0; time < 2; ++time)  // asked, then remembered
    CHECK(both.loss(batch, batch.images).cross_entropy.item() ==
          doctest::Approx(distillation_loss(learner, batch.images, mean).cross_entropy.item()));
  const double alone = Teacher(second.string(), *student.model, data).loss(batch, batch.images).cross_entropy.item();
  CHECK(std::abs(both.loss(batch, batch.images).cross_entropy.item() - alone) > 0.01);  // the first has its say
}

TEST_CASE("export names the teachers, the extra images and what a run started with, and not their folders") {
  const School school;
  const fs::path first = school.folder / "first.safetensors", out = school.folder / "out.safetensors",
                 weights = school.folder / "weights.safetensors";
  REQUIRE(school.taught(first, {"--epochs", "1"}).exit == 0);
  REQUIRE(school.taught(out, {"--epochs", "1", "--init", first, "--extra", school.images}).exit == 0);
  REQUIRE(gf({"export", out, "--out", weights}).exit == 0);
  const TrainingProgress exported = read_progress(weights);
  const TrainSettings settings = saved_settings(exported);
  CHECK(exported.notes.at("init") == "first.safetensors");
  CHECK(settings.teacher == "teacher.safetensors");
  CHECK(settings.extra == "images.npy");
  CHECK(settings.data == "images.npy");
  for (const auto& [name, note] : exported.notes)
    CHECK_FALSE_MESSAGE(contains(note, school.folder.path().string()), name);
  CHECK(saved_settings(read_progress(out)).teacher == school.teacher.string());
}

TEST_CASE("train --teacher is refused where no probability of a pixel is there to be learned") {
  const School school;
  const fs::path out = school.folder / "out.safetensors", vae = school.folder / "vae.safetensors";
  const Finished of_greys = school.taught(out, {"--levels", "4"});
  CHECK(of_greys.exit == 2);
  CHECK(contains(of_greys.err, "the student is pixel_cnn, which has levels: 4, channels: 1, classes: 0"));
  const Words small_vae{"--epochs", "1", "--hidden", "4", "--latents", "2", "--height", "8", "--width", "8"};
  REQUIRE(school.train("vae", vae, small_vae).exit == 0);
  const Finished by_vae = school.train("pixel_cnn", out, {"--teacher", vae.string()});
  CHECK(by_vae.exit == 2);
  CHECK(contains(by_vae.err, "--teacher is for models that give each pixel a distribution"));
  CHECK(contains(by_vae.err, "the teacher " + vae.string() + " is vae, which gives none"));
  const Finished missing = school.train("pixel_cnn", out, {"--teacher", (school.folder / "no.safetensors").string()});
  CHECK(missing.exit == 1);
  CHECK(contains(missing.err, "no.safetensors"));
  const Finished unnamed = school.train("pixel_cnn", out, {"--teacher", school.teacher.string() + ",,"});
  CHECK(unnamed.exit == 2);
  CHECK(contains(unnamed.err, ",,' but must be checkpoints with a comma between each two"));
  CHECK_FALSE(fs::exists(out));
}
