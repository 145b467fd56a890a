// gf train --init, as a child process: a run that begins with another run's weights.
#include <nlohmann/json.hpp>

#include "nn/checkpoint.h"
#include "tests/doctest.h"
#include "tests/files.h"
#include "tests/tools/process.h"
#include "tests/tools/small_training.h"

using namespace gradfold;
namespace fs = std::filesystem;

TEST_CASE("--init starts with another run's weights") {
  Scratch folder;
  const fs::path first = folder / "first.safetensors", second = folder / "second.safetensors";
  REQUIRE(gf(small_training(first)).exit == 0);
  const double before =
      last_json(gf(small_training(folder / "none.safetensors", {"--lr", "1e-9", "--json"})).out)["valid_nats"];
  const Finished begun = gf(small_training(second, {"--init", first.string(), "--lr", "1e-9", "--json"}));
  REQUIRE(begun.exit == 0);
  const double after = last_json(begun.out)["valid_nats"];
  CHECK(after ==
        approx(last_json(contents(folder / "first.log.jsonl"))["valid_nats"].get<double>(), 1e-3));
  CHECK(after < before - 1);
  CHECK(read_progress(second).notes.at("init") == first.string());

  const fs::path third = folder / "third.safetensors", fourth = folder / "fourth.safetensors";
  const Finished dropping =
      gf(small_training(third, {"--init", first.string(), "--dropout", "10", "--lr", "1e-9", "--json"}));
  CHECK(last_json(dropping.out)["valid_nats"] == approx(after, 1e-4));
  const Finished no_more = gf(small_training(fourth, {"--init", third.string(), "--lr", "1e-9", "--json"}));
  CHECK(last_json(no_more.out)["valid_nats"] == approx(after, 1e-4));

  const Finished both = gf(small_training(second, {"--init", first.string(), "--resume"}));
  CHECK(both.exit == 2);
  const Finished other = gf(small_training(folder / "o.safetensors", {"--init", first.string(), "--maps", "8"}));
  CHECK(other.exit == 1);
  CHECK(contains(other.err, "first.safetensors"));
  const Finished vae = gf({"train", "vae", "--out", (folder / "v.safetensors").string(), "--init", first.string()});
  CHECK(vae.exit == 2);
  CHECK(contains(vae.err, "first.safetensors holds the model pixel_cnn, not the model vae"));
  CHECK_FALSE(fs::exists(folder / "v.safetensors"));
  const Finished unknown = gf({"eval", "pretrained:pixel_cm"});
  CHECK(unknown.exit == 2);
  CHECK(contains(unknown.err, "there is no pretrained model 'pixel_cm'"));
}
