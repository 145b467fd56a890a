// Which images a run learns from, and files that it must not go on from.
#include <limits>

#include "nn/checkpoint.h"
#include "tensor/npy.h"
#include "tensor/random.h"
#include "tensor/safetensors.h"
#include "tests/doctest.h"
#include "tests/files.h"
#include "tests/tools/process.h"
#include "tests/tools/small_training.h"

using namespace gradfold;
namespace fs = std::filesystem;

TEST_CASE("--split train+valid trains on both, and its log does not call them valid") {
  Scratch folder;
  const fs::path images = folder / "images.npy", out = folder / "m.safetensors";
  write_npy(images, Tensor::ones({160, 28, 28}));  // 128 to train, 16 to validate, 16 to test
  const Words words{"train", "pixel_cnn", "--out", out.string(), "--data", images.string(), "--batch", "16",
                    "--maps", "4", "--blocks", "1", "--epochs", "1", "--split", "train+valid"};
  REQUIRE(gf(words).exit == 0);
  const auto line = last_json(contents(folder / "m.log.jsonl"));
  CHECK(line["step"] == 9);
  CHECK(line.contains("seen_nats"));
  CHECK_FALSE(line.contains("valid_nats"));
  CHECK(gf(small_training(folder / "o.safetensors", {"--split", "test"})).exit == 2);
}

TEST_CASE("--limit is of each split, of both that are trained on too") {
  Scratch folder;
  const auto weights = [&](const std::string& name, const std::string& split) {
    const fs::path out = folder / name;
    REQUIRE(gf(small_training(out, {"--epochs", "1", "--split", split})).exit == 0);
    return read_safetensors(out).tensors.at("input.weight");
  };
  CHECK_FALSE(identical(weights("a.safetensors", "train"), weights("b.safetensors", "train+valid")));
}

TEST_CASE("a run goes on with the images that it began with, or not at all") {
  Scratch folder;
  const fs::path out = folder / "m.safetensors", images = folder / "x.npy";
  const Words words{"train", "pixel_cnn", "--out", out.string(), "--data", images.string(), "--maps", "4", "--blocks",
                    "1", "--batch", "10", "--epochs", "1"};
  const auto resumed = [&] {
    Words more = words;
    more.insert(more.end(), {"--resume", "--epochs", "2"});
    return gf(more);
  };
  Rng rng(1);
  write_npy(images, rng.bernoulli(Tensor::full({50, 1, 8, 8}, Real(0.3))));
  REQUIRE(gf(words).exit == 0);
  write_npy(images, rng.bernoulli(Tensor::full({50, 1, 8, 8}, Real(0.3))));
  const Finished other = resumed();
  CHECK(other.exit == 2);
  CHECK_MESSAGE(contains(other.err, "began with 40 images [1, 8, 8], checksum "), other.err);
  write_npy(images, rng.bernoulli(Tensor::full({80, 1, 8, 8}, Real(0.3))));
  CHECK(contains(resumed().err, "now there are 64 images [1, 8, 8]"));
  write_npy(images, Rng(1).bernoulli(Tensor::full({50, 1, 8, 8}, Real(0.3))));
  CHECK(resumed().exit == 0);
}

TEST_CASE("the images of a run may lie elsewhere when it goes on") {
  Scratch folder;
  const fs::path out = folder / "m.safetensors", images = folder / "x.npy", moved = folder / "moved.npy";
  write_npy(images, Rng(1).bernoulli(Tensor::full({50, 1, 8, 8}, Real(0.3))));
  REQUIRE(gf({"train", "pixel_cnn", "--out", out, "--data", images, "--maps", "4", "--blocks", "1", "--epochs", "1"})
              .exit == 0);
  fs::rename(images, moved);
  const Words resume{"train", "pixel_cnn", "--out", out, "--resume", "--epochs", "2"};
  for (const Words& words : {resume, Words{"eval", out}}) {
    const Finished gone = gf(words);
    CHECK(gone.exit == 2);
    CHECK(gone.err == fmt::format("{}: the model was trained with --data {}, and nothing is there now\n"
                                  "  hint: --data PLACE says where it is\n", words[0], images.string()));
  }
  Words found = resume;
  found.insert(found.end(), {"--data", moved});
  CHECK(gf(found).exit == 0);
  CHECK(gf({"eval", out}).exit == 0);  // it remembers the new place
}

TEST_CASE("a path that the system refuses to look at is named in a sentence") {
  Scratch folder;
  const std::string name(300, 'x');
  for (const Words& words : {Words{"train", "pixel_cnn", "--out", folder / (name + ".safetensors")},
                             Words{"train", "pixel_cnn", "--out", folder / "m.safetensors", "--data", folder / name}}) {
    const Finished refused = gf(words);
    CHECK(refused.exit == 1);
    CHECK_MESSAGE(contains(refused.err, "cannot get at " + folder.path().string()), refused.err);
    CHECK_MESSAGE(contains(refused.err, "\n  hint: check that "), refused.err);
  }
}

TEST_CASE("images of another size than the model's are refused before anything is written") {
  Scratch folder;
  const fs::path out = folder / "m.safetensors", images = folder / "x.npy";
  write_npy(images, Tensor::zeros({50, 1, 8, 6}));
  for (const auto& [model, hint] : {std::pair{"vae", "with --height 8 --width 6 takes them"},
                                    {"infogan", "as many rows as columns"}}) {
    const Finished done = gf({"train", model, "--out", out, "--data", images, "--epochs", "1"});
    CHECK(done.exit == 2);
    CHECK_MESSAGE(contains(done.err, "are [1, 8, 6], channels by rows by columns"), done.err);
    CHECK_MESSAGE(contains(done.err, hint), done.err);
    CHECK_FALSE(fs::exists(out));
  }
}

TEST_CASE("weights that are not finite are not opened") {
  Scratch folder;
  const fs::path out = folder / "m.safetensors";
  REQUIRE(gf(small_training(out, {"--epochs", "1"})).exit == 0);
  SafeTensors file = read_safetensors(out);
  file.tensors.at("input.weight").data()[3] = std::numeric_limits<Real>::quiet_NaN();
  write_safetensors(out, file);
  const Finished judged = gf({"eval", out, "--limit", "10"});
  CHECK(judged.exit == 1);
  CHECK_MESSAGE(contains(judged.err, "input.weight has a number that is not finite"), judged.err);
}
