// Images drawn by one model, sample --out x.npy, and another that is trained on them, train --extra x.npy.
#include <cmath>

#include <nlohmann/json.hpp>

#include "tensor/npy.h"
#include "tensor/random.h"
#include "tests/doctest.h"
#include "tests/files.h"
#include "tests/tools/process.h"
#include "viz/grid.h"
#include "viz/png.h"

using namespace gradfold;
namespace fs = std::filesystem;

namespace {

Finished train(const fs::path& out, const fs::path& data, const Words& more) {
  Words words{"train", "fvsbn", "--out", out.string(), "--data", data.string(), "--batch", "10", "--json",
              "--height", "6", "--width", "5"};
  words.insert(words.end(), more.begin(), more.end());
  return gf(words);
}

// [100, 1, 6, 5], of which 80 are trained on and 10 are validation images.
fs::path some_images(const Scratch& folder, Real ink) {
  const fs::path file = folder / "images.npy";
  write_npy(file, Rng(1).bernoulli(Tensor::full({100, 1, 6, 5}, ink)));
  return file;
}

}  // namespace

TEST_CASE("sample --out x.npy: the images themselves, the same as in the picture, and more than fit into one pass") {
  const Scratch folder;
  const fs::path model = folder / "m.safetensors";
  REQUIRE(train(model, some_images(folder, Real(0.3)), {"--epochs", "3"}).exit == 0);
  const auto sample = [&](const std::string& out, const std::string& n) {
    Words words{"sample", model.string(), "--n", n, "--out", folder / out, "--json"};
    if (out.ends_with(".png")) words.insert(words.end(), {"--zoom", "1"});
    const Finished drawn = gf(words);
    REQUIRE_MESSAGE(drawn.exit == 0, drawn.err);
    CHECK(last_json(drawn.out)["images"] == std::stoi(n));
  };
  sample("few.npy", "7");
  sample("few.png", "7");
  sample("many.npy", "2500");
  const Tensor few = read_npy(folder / "few.npy"), many = read_npy(folder / "many.npy");
  CHECK(few.shape() == Shape{7, 1, 6, 5});
  CHECK(many.shape() == Shape{2500, 1, 6, 5});
  write_png(folder / "expected.png", grid(few, {.zoom = 1}));
  CHECK(contents(folder / "few.png") == contents(folder / "expected.png"));
  // Every thousand is drawn anew: about 0.3 of its pixels are 1 (3 epochs teach no more), and it repeats no other.
  for (Index from : {0, 1000, 2000}) {
    double ones = 0;
    const Tensor part = many.slice(0, from, from + 500).contiguous();
    for (Index i = 0; i < part.numel(); ++i) ones += part.data()[i];
    CHECK(std::abs(ones / static_cast<double>(part.numel()) - 0.3) < 0.1);
    for (Index before = 0; before < from; before += 1000)
      CHECK_FALSE(identical(part, many.slice(0, before, before + 500).contiguous()));
  }
  const Finished zoomed = gf({"sample", model.string(), "--zoom", "2", "--out", folder / "z.npy"});
  CHECK(zoomed.exit == 2);
  CHECK(contains(zoomed.err, "--zoom is for a picture"));
  const Finished strips = gf({"sample", model.string(), "--traverse", "--out", folder / "t.npy"});
  CHECK(strips.exit == 2);
  CHECK(contains(strips.err, "must end in .png"));
}

TEST_CASE("train --extra: its images are trained on, the validation images stay --data's, "
          "and a run resumes with them") {
  const Scratch folder;
  const fs::path data = some_images(folder, Real(0.3)), ink = folder / "ink.npy";
  write_npy(ink, Tensor::full({160, 1, 6, 5}, 1));
  const Words settings{"--epochs", "2", "--lr", "1e-2", "--seed", "3"};
  const Finished alone = train(folder / "alone.safetensors", data, settings);
  Words with_extra = settings;
  for (const std::string& word : {std::string("--extra"), ink.string()}) with_extra.push_back(word);
  const fs::path out = folder / "both.safetensors";
  const Finished both = train(out, data, with_extra);
  REQUIRE_MESSAGE(both.exit == 0, both.err);
  CHECK(last_json(alone.out)["step"] == 2 * 8);
  CHECK(last_json(both.out)["step"] == 2 * (8 + 16));
  // Two of three images that it learned from are all ink: what it learned does not suit the validation images.
  CHECK(last_json(both.out)["valid_nats"].get<double>() > last_json(alone.out)["valid_nats"].get<double>() + 1);
  const Finished resumed = gf({"train", "fvsbn", "--out", out.string(), "--resume", "--epochs", "3", "--json"});
  REQUIRE_MESSAGE(resumed.exit == 0, resumed.err);
  CHECK(last_json(resumed.out)["step"] == 3 * (8 + 16));
}

TEST_CASE("train --extra refuses images of another size, and what is no .npy file") {
  const Scratch folder;
  const fs::path data = some_images(folder, Real(0.3)), wide = folder / "wide.npy", out = folder / "m.safetensors";
  write_npy(wide, Tensor::zeros({4, 1, 6, 7}));
  const Finished other = train(out, data, {"--extra", wide.string()});
  CHECK(other.exit == 2);
  CHECK(contains(other.err, "--extra " + wide.string() + ": its images are [4, 1, 6, 7] but those of"));
  const Finished missing = train(out, data, {"--extra", (folder / "none.npy").string()});
  CHECK(missing.exit == 2);
  CHECK(contains(missing.err, "--extra " + (folder / "none.npy").string() + ": there is no such file"));
  const Finished classes = gf({"train", "gated_pixel_cnn", "--classes", "10", "--data", "strokes", "--limit", "20",
                               "--out", out.string(), "--extra", wide.string()});
  CHECK(classes.exit == 2);
  CHECK(contains(classes.err, "its images have no labels, but gated_pixel_cnn is given the class of each"));
  const Finished named = train(out, data, {"--extra", "mnist"});
  CHECK(named.exit == 2);
  CHECK(contains(named.err, "--extra is mnist but must end in .npy"));
  CHECK_FALSE(fs::exists(out));
}
