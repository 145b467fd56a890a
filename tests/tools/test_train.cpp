// build/gf train, eval and sample as child processes: what they print, what they keep, and what they refuse.
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "models/registry.h"
#include "nn/checkpoint.h"
#include "tensor/npy.h"
#include "tensor/safetensors.h"
#include "tests/doctest.h"
#include "tests/files.h"
#include "tests/tools/process.h"
#include "tests/tools/small_training.h"
#include "viz/png.h"

using namespace gradfold;
namespace fs = std::filesystem;

TEST_CASE("train, eval and sample with --json: one object in the last line, people's text on stderr") {
  Scratch folder;
  const fs::path out = folder / "model.safetensors";
  const Finished trained = gf(small_training(out, {"--json", "--ema", "0.9", "--schedule", "cosine"}));
  REQUIRE_MESSAGE(trained.exit == 0, trained.err);
  CHECK(contains(trained.err, "epoch 2/2"));
  const auto train = nlohmann::json::parse(trained.out);
  for (const char* key : {"model", "data", "checkpoint", "parameters", "epoch", "step", "train_nats",
                          "valid_nats", "valid_bits_per_dim"}) {
    CHECK_MESSAGE(train.contains(key), key);
  }
  CHECK(train["epoch"] == 2);
  CHECK(train["step"] == 12);

  std::istringstream log(contents(folder / "model.log.jsonl"));
  int epoch = 0;
  for (std::string line; std::getline(log, line);) CHECK(nlohmann::json::parse(line)["epoch"] == ++epoch);
  CHECK(epoch == 2);

  const Finished evaluated = gf({"eval", out.string(), "--data", "strokes", "--limit", "50", "--json"});
  REQUIRE_MESSAGE(evaluated.exit == 0, evaluated.err);
  const auto eval = nlohmann::json::parse(evaluated.out);
  CHECK(eval["model"] == "pixel_cnn");
  CHECK(eval["data"] == "strokes");
  CHECK(eval["images"] == 50);
  CHECK(eval["bits_per_dim"].get<double>() ==
        doctest::Approx(eval["nll_nats"].get<double>() / 784 / 0.69314718056));

  const Finished sampled =
      gf({"sample", out.string(), "--n", "2", "--out", (folder / "s.png").string(), "--json"});
  REQUIRE_MESSAGE(sampled.exit == 0, sampled.err);
  const auto sample = last_json(sampled.out);
  CHECK(sample["images"] == 2);
  CHECK(sample["sampler"] == "cached");
  CHECK(sample["seconds"].get<double>() > 0);
  CHECK(fs::file_size(folder / "s.png") > 100);
  const Finished cropped = gf({"sample", out.string(), "--n", "2", "--out", (folder / "cropped.png").string(),
                               "--sampler", "cropped", "--json"});
  CHECK(last_json(cropped.out)["sampler"] == "cropped");
  CHECK(contents(folder / "cropped.png") == contents(folder / "s.png"));

  const Finished completed = gf({"sample", out.string(), "--n", "2", "--out", (folder / "c.png").string(),
                                 "--complete", (folder / "s.png").string()});
  CHECK(completed.exit == 1);  // a grid of two images is no image
  CHECK(contains(completed.err, "but the model's images are 28 x 28"));
  CHECK_FALSE(contains(completed.err, "sampling"));  // found before drawing begins
  const std::string one = folder / "one.png";
  REQUIRE(gf({"sample", out.string(), "--n", "1", "--zoom", "1", "--out", one}).exit == 0);
  CHECK(gf({"sample", out.string(), "--n", "2", "--out", (folder / "c.png").string(), "--complete", one})
            .exit == 0);

  const Finished nowhere = gf({"sample", out.string(), "--out", (folder / "none" / "s.png").string()});
  CHECK(nowhere.exit == 1);
  CHECK(contains(nowhere.err, "cannot write "));
  CHECK(contains(nowhere.err, "hint: check that the folder exists and may be written"));  // as train says it
  CHECK_FALSE(contains(nowhere.err, "sampling"));
  if (fs::exists("/proc")) {  // a folder that is there and takes no files, not even root's
    const Finished closed = gf({"sample", out.string(), "--out", "/proc/s.png"});
    CHECK(closed.exit == 1);
    CHECK(closed.err.starts_with("cannot write /proc/s.png: "));
    CHECK_FALSE(contains(closed.err, "sampling"));
  }
  CHECK(contains(trained.err,
                 "the model is in " + out.string() + "; next: ./gf sample " + out.string() + " --out s.png\n"));
}

TEST_CASE("a model with classes is trained, judged and sampled by class; data without labels are refused") {
  Scratch folder;
  const fs::path out = folder / "digits.safetensors", images = folder / "images.npy";
  const Words digits{"train", "gated_pixel_cnn", "--classes", "10", "--maps", "4", "--layers", "2", "--head", "4",
                     "--limit", "96", "--batch", "16", "--epochs", "1"};
  const auto with = [](Words words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return gf(words);
  };
  const auto refused = [](const Finished& result, const std::string& message) {
    CHECK(result.exit == 2);
    CHECK_MESSAGE(contains(result.err, message), result.err);
  };
  REQUIRE(with(digits, {"--out", out}).exit == 0);
  const Finished evaluated = gf({"eval", out, "--limit", "40", "--json"});
  REQUIRE_MESSAGE(evaluated.exit == 0, evaluated.err);
  CHECK(last_json(evaluated.out)["nll_nats"].get<double>() > 0);
  CHECK(with(digits, {"--out", out, "--resume", "--epochs", "2"}).exit == 0);

  write_npy(images, Tensor::zeros({40, 28, 28}));
  refused(gf({"eval", out, "--data", images}),
          "gated_pixel_cnn: images.npy test has no labels, and this model's images "
          "are given a class\n  hint: strokes and mnist have them");
  const fs::path none = folder / "none.safetensors";
  refused(with(digits, {"--out", none, "--data", images}), "gated_pixel_cnn: images.npy train has no labels");
  refused(with(digits, {"--out", none, "--classes", "4"}),
          "gated_pixel_cnn: strokes train has labels 0..9, but this model's classes are 0..3\n");
  CHECK_FALSE(fs::exists(none));

  const auto drawn = [&](const std::string& name, Words more) {
    more.insert(more.begin(), {"sample", out, "--zoom", "1", "--out", folder / name});
    const Finished result = gf(more);
    CHECK_MESSAGE(result.exit == 0, result.err);
    return read_png(folder / name);
  };
  // In turn, a column each: with a gap of 2 around images of 28.
  const Image turns = drawn("turns.png", {"--n", "20"});
  CHECK(turns.width() == 2 + 10 * 30);
  CHECK(turns.height() == 2 + 2 * 30);
  drawn("three.png", {"--n", "4", "--class", "3"});
  for (const char* sampler : {"cropped", "naive"}) {
    drawn("other.png", {"--n", "4", "--class", "3", "--sampler", sampler});
    CHECK(contents(folder / "other.png") == contents(folder / "three.png"));
  }
  drawn("four.png", {"--n", "4", "--class", "4"});
  CHECK(contents(folder / "four.png") != contents(folder / "three.png"));
  const fs::path s = folder / "s.png";
  refused(gf({"sample", out, "--out", s, "--class", "10"}), "sample: --class is 10 but the model's classes are 0..9\n");
  refused(gf({"sample", out, "--out", s, "--class", "-1"}), "sample: --class: '-1' is no whole number of 0 or more\n");
  CHECK_FALSE(fs::exists(s));
}

TEST_CASE("--known: any pixels of a picture are given, the others are drawn") {
  Scratch folder;
  const fs::path model = folder / "model.safetensors", picture = folder / "picture.png", mask = folder / "mask.png",
                 out = folder / "out.png";
  REQUIRE(gf(small_training(model, {"--epochs", "1"})).exit == 0);
  // A chessboard of ink, of which the left half and a spot on the right are given.
  Image board(28, 28, kBlack), given(28, 28, kBlack);
  for (Index y = 0; y < 28; ++y)
    for (Index x = 0; x < 28; ++x)
      if ((x + y) % 2 == 0) board.at(x, y) = kWhite;
  given.fill(0, 0, 14, 28, kWhite);
  given.fill(20, 20, 3, 3, kWhite);
  write_png(picture, board);
  write_png(mask, given);
  const auto complete = [&](const fs::path& what, const fs::path& known) {
    return gf({"sample", model, "--n", "1", "--zoom", "1", "--complete", what, "--known", known, "--out", out});
  };
  const Finished completed = complete(picture, mask);
  REQUIRE_MESSAGE(completed.exit == 0, completed.err);
  const Image drawn = read_png(out);
  Index kept = 0, same_elsewhere = 0;
  for (Index y = 0; y < 28; ++y) {
    for (Index x = 0; x < 28; ++x) {
      const bool equal = drawn.at(x, y) == board.at(x, y);
      (given.at(x, y) == kWhite ? kept : same_elsewhere) += equal;
    }
  }
  CHECK(kept == 14 * 28 + 9);
  CHECK(same_elsewhere < 14 * 28 - 9);  // a board of chance would agree in half of them

  // Greys are the nearer of black and white.
  Image grey(28, 28, Color{100, 100, 100});
  for (Index y = 0; y < 28; ++y)
    for (Index x = 0; x < 28; ++x)
      if ((x + y) % 2 == 0) grey.at(x, y) = Color{160, 160, 160};
  write_png(folder / "grey.png", grey);
  REQUIRE(complete(folder / "grey.png", mask).exit == 0);
  const Image of_grey = read_png(out);
  Index of_grey_kept = 0;
  for (Index y = 0; y < 28; ++y)
    for (Index x = 0; x < 28; ++x) of_grey_kept += given.at(x, y) == kWhite && of_grey.at(x, y) == board.at(x, y);
  CHECK(of_grey_kept == 14 * 28 + 9);

  // Without --known a picture of a few rows is what is above the rest.
  Image top(28, 5, kBlack);
  for (Index y = 0; y < 5; ++y)
    for (Index x = 0; x < 28; ++x) top.at(x, y) = board.at(x, y);
  write_png(folder / "top.png", top);
  REQUIRE(gf({"sample", model, "--n", "1", "--zoom", "1", "--complete", folder / "top.png", "--out", out}).exit == 0);
  const Image under_top = read_png(out);
  Index top_kept = 0, next_black = 0;
  for (Index x = 0; x < 28; ++x) {
    for (Index y = 0; y < 5; ++y) top_kept += under_top.at(x, y) == board.at(x, y);
    for (Index y = 5; y < 14; ++y) next_black += under_top.at(x, y) == kBlack;
  }
  CHECK(top_kept == 5 * 28);
  CHECK(next_black < 9 * 28);  // drawn: a row that is taken as given would be blank

  const auto refused = [](const Finished& result, const std::string& message) {
    CHECK(result.exit == 1);
    CHECK_MESSAGE(contains(result.err, message), result.err);
  };
  fs::remove(out);
  write_png(folder / "small.png", Image(27, 28, kWhite));
  refused(
      complete(picture, folder / "small.png"),
      "small.png: it is 27 x 28 pixels but the model's images are 28 x 28; both must be equal\n  hint: white where");
  write_png(folder / "black.png", Image(28, 28, kBlack));
  refused(complete(picture, folder / "black.png"),
          "black.png: no pixel of it is white, so nothing of --complete is given");
  write_png(folder / "half.png", Image(28, 14, kBlack));
  refused(complete(folder / "half.png", mask),
          "half.png: it has 14 rows, the model's images 28: with --known it must be");
  refused(complete(picture, folder / "none.png"), "none.png");
  CHECK_FALSE(fs::exists(out));
}

TEST_CASE("export keeps the weights and what opens them, and not the run") {
  Scratch folder;
  const fs::path run = folder / "run.safetensors", weights = folder / "weights.safetensors",
                 half = folder / "half.safetensors";
  REQUIRE(gf(small_training(run, {"--ema", "0.9"})).exit == 0);
  REQUIRE(gf({"export", run, "--out", weights}).exit == 0);
  REQUIRE(gf({"export", run, "--out", half, "--half"}).exit == 0);
  CHECK(fs::file_size(half) < fs::file_size(weights));
  const SafeTensors all = read_safetensors(run), exported = read_safetensors(weights);
  for (const auto& [name, value] : exported.tensors) {
    INFO(name);
    CHECK(identical(value, all.tensors.at("ema/" + name)));  // what eval judges
  }
  const auto nats = [](const fs::path& file) {
    const Words words{"eval", file.string(), "--data", "strokes", "--limit", "64", "--json"};
    return last_json(gf(words).out)["nll_nats"].get<double>();
  };
  CHECK(nats(weights) == nats(run));
  CHECK(nats(half) == approx(nats(run), 1e-3));
  CHECK(gf({"sample", half, "--n", "1", "--out", folder / "s.png"}).exit == 0);
  const Finished resumed = gf({"train", "pixel_cnn", "--out", weights, "--resume", "--epochs", "9"});
  CHECK(resumed.exit == 1);
  CHECK(contains(resumed.err, "it holds weights but no optimizer"));
  const Finished onto_itself = gf({"export", run, "--out", run});
  CHECK(onto_itself.exit == 2);
  CHECK(contains(onto_itself.err, "itself; another name keeps the run"));
  const fs::path another = folder / "another.safetensors";
  REQUIRE(gf(small_training(another, {"--epochs", "1"})).exit == 0);
  const std::string before = contents(another);
  const Finished onto_another = gf({"export", run, "--out", another});
  CHECK(onto_another.exit == 2);
  CHECK(contains(onto_another.err, "is a training run, which would be lost"));
  CHECK(contents(another) == before);
  CHECK(gf({"export", run, "--out", weights}).exit == 0);  // weights alone may be written anew
}

TEST_CASE("pretrained models are judged and sampled by their names; likelihoods compress") {
  Scratch folder;
  const std::string image = (folder / "one.npy").string(), png = (folder / "s.png").string(),
                    packed = (folder / "a.gfz").string(), back = (folder / "back.npy").string();
  Tensor bar = Tensor::zeros({1, 28, 28});
  bar.slice(2, 13, 15).slice(1, 5, 23).fill(1);
  write_npy(image, bar);
  for (const char* kind : {"pixel_cnn", "gated_pixel_cnn", "row_lstm", "diagonal_bilstm"}) {
    CAPTURE(kind);
    const std::string name = std::string("pretrained:") + kind;
    const Finished judged = gf({"eval", name, "--data", "strokes", "--limit", "8", "--json"});
    REQUIRE_MESSAGE(judged.exit == 0, judged.err);
    CHECK(last_json(judged.out)["model"] == kind);
    CHECK(gf({"sample", name, "--n", "1", "--out", png}).exit == 0);
    CHECK(fs::remove(png));
    const Finished coded = gf({"compress", name, image, packed});
    CHECK_MESSAGE(coded.exit == 0, coded.err);
    CHECK(gf({"decompress", name, packed, back}).exit == 0);
    CHECK(identical(read_npy(back).reshape({1, 28, 28}), bar));
    fs::remove(packed), fs::remove(back);
  }
  for (const char* name : {"pretrained:vae", "pretrained:vae_2d", "pretrained:infogan", "pretrained:autoencoder"}) {
    CAPTURE(name);
    const Finished judged = gf({"eval", name, "--data", "strokes", "--limit", "20", "--json"});
    REQUIRE_MESSAGE(judged.exit == 0, judged.err);
    CHECK(last_json(judged.out)["images"] == 20);
    CHECK(gf({"sample", name, "--n", "1", "--out", png}).exit == 0);
    CHECK(fs::remove(png));
  }
}

TEST_CASE("--shift moves what is trained on, and leaves what is judged where it is") {
  Scratch folder;
  const fs::path file = folder / "images.npy";
  Tensor bar = Tensor::zeros({160, 28, 28});  // the same image each time
  bar.slice(2, 13, 15).fill(1);
  write_npy(file, bar);
  const auto trained = [&](const std::string& name, Words more) {
    Words words{"train", "pixel_cnn", "--out", (folder / (name + ".safetensors")).string(), "--data", file.string(),
                "--batch", "16", "--maps", "4", "--blocks", "1", "--epochs", "4", "--lr", "0.02"};
    words.insert(words.end(), more.begin(), more.end());
    REQUIRE(gf(words).exit == 0);
    return last_json(contents(folder / (name + ".log.jsonl")));
  };
  const auto still = trained("still", {}), moved = trained("moved", {"--shift", "4"});
  // Under moves nothing tells beforehand where the bar will stand, so showing it costs something.
  CHECK(moved["train_nats"].get<double>() > still["train_nats"].get<double>() + 1);
  CHECK(moved["step"] == still["step"]);
  // Judged at its place, it is one of the places that were learned.
  CHECK(moved["valid_nats"].get<double>() > still["valid_nats"].get<double>());
  CHECK(moved["valid_nats"].get<double>() < moved["train_nats"].get<double>() + 1);
  CHECK(gf(small_training(folder / "o.safetensors", {"--shift", "-1"})).exit == 2);
  const Finished out_of_sight = gf(small_training(folder / "o.safetensors", {"--shift", "28"}));
  CHECK(out_of_sight.exit == 2);
  CHECK(contains(out_of_sight.err, "train: --shift is 28 but the images are 28 x 28"));
  CHECK_FALSE(fs::exists(folder / "o.safetensors"));
}

TEST_CASE("each option of train and sample reaches what it is for") {
  const Scratch folder;
  const auto bytes_of = [&](const Words& words, const fs::path& out) {
    const Finished finished = gf(words);
    REQUIRE_MESSAGE(finished.exit == 0, finished.err);
    return contents(out);
  };
  const auto weights = [&](const Words& more) {
    const fs::path out = folder / "m.safetensors";
    fs::remove(out);
    REQUIRE(gf(small_training(out, more)).exit == 0);
    return read_safetensors(out).tensors.at("output.weight").to_vector();
  };
  const std::vector<Real> usual = weights({});
  CHECK(weights({"--threads", "1"}) == usual);
  for (const Words& option : std::vector<Words>{{"--seed", "2"}, {"--clip", "0.01"}, {"--schedule", "cosine"},
                                                {"--lr", "0.01"}, {"--batch", "32"}, {"--shift", "1"}})
    CHECK_MESSAGE(weights(option) != usual, option[0]);

  const fs::path picture = folder / "s.png";
  const auto drawn = [&](const Words& more) {
    Words words{"sample", "pretrained:pixel_cnn", "--n", "2", "--out", picture};
    words.insert(words.end(), more.begin(), more.end());
    return bytes_of(words, picture);
  };
  const std::string sample = drawn({});
  CHECK(drawn({"--threads", "1"}) == sample);
  for (const Words& option : std::vector<Words>{{"--seed", "2"}, {"--temperature", "0.5"}, {"--zoom", "1"}})
    CHECK_MESSAGE(drawn(option) != sample, option[0]);

  const auto judged = [](const Words& more) {
    Words words{"eval", "pretrained:vae", "--data", "strokes", "--limit", "3", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return last_json(gf(words).out);
  };
  CHECK(judged({"--seed", "2"}) != judged({"--seed", "1"}));
}

TEST_CASE("misuse is one sentence and exit code 2") {
  Scratch folder;
  const fs::path out = folder / "model.safetensors", other = folder / "other.safetensors";
  REQUIRE(gf(small_training(out)).exit == 0);
  const auto refused = [](const Words& words, const std::string& message) {
    const Finished result = gf(words);
    CHECK(result.exit == 2);
    CHECK_MESSAGE(contains(result.err, message), result.err);
  };
  refused({"trian"}, "gf: unknown command 'trian'; did you mean train?\n");
  refused({"train", "pixel_cn", "--out", other},
          fmt::format("gf: there is no model 'pixel_cn'; did you mean pixel_cnn? (known: {})",
                      fmt::join(image_model_names(), ", ")));
  refused(small_training(other, {"--epoch", "3"}), "train: unknown option --epoch; did you mean --epochs?\n");
  refused(small_training(other, {"--depth", "3"}),
          "train: unknown option --depth\n  hint: settings of the model are\n    --blocks    residual "
          "blocks; a pixel sees");
  refused(small_training(other, {"--lr", "-1"}), "train: --lr: '-1' is no number above 0\n");
  refused(small_training(other, {"--schedule", "linear"}),
          "train: there is no schedule 'linear'; known are constant and cosine\n");
  refused(small_training(other, {"--data", "minst"}), "'minst' is no data set, file or folder");
  refused(small_training(other, {"--resume"}), "train: there is no run to resume: ");
  refused(small_training(out), "exists; --resume goes on with it, another --out leaves it alone\n");
  refused(small_training(out, {"--resume", "--batch", "8"}), "train: --batch 8 differs from the run's 16");
  refused(small_training(out, {"--resume", "--maps", "8"}), "train: --maps 8 differs from the run's 4");
  refused({"train", "pixel_cnn"}, "train: --out is required\n");
  refused(small_training(other, {"--maps", "0"}), "PixelCnn: maps is 0 and blocks 1; there must be 1 map or more");
  refused(small_training(other, {"--levels", "1"}), "levels is 1 but must be 2");
  refused(small_training(other, {"--channels", "3"}), "PixelCnn: 4 maps cannot be split into 3 equal groups");
  refused(small_training(other, {"--seed", "-1"}), "train: --seed: '-1' is no whole number of 0 or more\n");
  refused(small_training(other, {"--seed", "99999999999999999999"}), "is more than 18446744073709551615\n");
  refused(small_training(other, {"--clip", "inf"}), "train: --clip: 'inf' is more than 1e9\n");
  refused(small_training(other, {"--ema", "nan"}), "train: --ema: 'nan' is no number from 0 to below 1\n");
  refused(small_training(other, {"--threads", "1.5"}), "train: --threads is '1.5' but must be a whole number\n");
  refused({"train", "pixel_cnn", "--out", other, "--epochs"}, "train: --epochs needs a value behind it\n");
  refused(small_training(other, {"--resume", "--init", out}), "exclude one another; leave one out\n");
  refused(small_training(other, {"--ema", "1"}), "train: --ema: '1' is no number from 0 to below 1\n");
  refused(small_training(other, {"--levels", "4294967298"}), "'4294967298' is no whole number up to 1e9\n");
  refused(small_training(other, {"--maps", "1.5"}), "'1.5' is no whole number up to 1e9\n");
  refused(small_training(other, {"--masked", "2"}), "masked is 2 but must be 0 (no) or 1 (yes)\n");
  refused(small_training(other, {"--init", ""}), "train: --init: it is empty");
  refused(small_training(other, {"--teacher", ""}), "train: --teacher: it is empty");
  refused(small_training(other, {"--teacher", out.string() + ","}), "must be checkpoints with a comma between");
  const auto vae = [&](Words more) {
    more.insert(more.begin(), {"train", "vae", "--out", other.string()});
    return more;
  };
  refused(vae({"--capacity", "5"}), "--capacity is where --gamma pulls the KL to, and there is no --gamma");
  refused(vae({"--gamma", "10", "--beta", "400"}), "leave out --gamma or --beta");
  refused({"eval", out, "--iwae-k", "5"}, "eval: --iwae-k is for a VAE");
  refused({"sample", out, "--out", folder / "s.png", "--steps", "5"}, "sample: --steps is for --interpolate");
  refused({"sample", out, "--out", folder / "s.png", "--data", "strokes"}, "sample: --data is for --reconstruct");
  refused(small_training(folder / "x.txt"),
          "train: --out is " + (folder / "x.txt").string() + " but must end in .safetensors\n");
  refused({"sample", out, "--out", folder / "x.jpg"}, "x.jpg but must end in .png or .npy\n");
  refused({"eval", out, "--split", "tset"}, "'tset' is no split");
  refused({"sample", out, "--out", folder / "s.png", "--sampler", "cash"},
          "sample: there is no sampler 'cash'; known are cached, cropped and naive\n");
  refused({"sample", out, "--out", folder / "s.png", "--class", "3"},
          "sample: --class 3 was asked for, but " + out.string() + " was trained without classes\n  hint: ./gf train "
          "gated_pixel_cnn --classes 10 ");
  refused({"sample", out, "--out", folder / "s.png", "--known", folder / "m.png"},
          "sample: --known says which pixels of --complete are given, but there is no --complete\n");
  CHECK_FALSE(fs::exists(other));
}

TEST_CASE("missing data, missing and corrupt checkpoints fail with what to do") {
  Scratch folder;
  const fs::path out = folder / "model.safetensors";
  const ProcessOptions no_data{
      .environment = {"GRADFOLD_DATA=" + folder.path().string(), "XDG_CACHE_HOME=" + folder.path().string()}};
  const Finished mnist = gf({"train", "pixel_cnn", "--data", "mnist", "--out", out}, no_data);
  CHECK(mnist.exit == 1);
  CHECK(contains(mnist.err, "./gf data mnist"));
  CHECK_FALSE(fs::exists(out));

  const Finished none = gf({"eval", out});
  CHECK(none.exit == 1);
  CHECK(contains(none.err, "there is no checkpoint "));

  REQUIRE(gf(small_training(out)).exit == 0);
  const std::string bytes = contents(out);
  for (const std::string& broken :
       {std::string("not a checkpoint at all"), bytes.substr(0, bytes.size() / 2), std::string()}) {
    put(folder / "broken.safetensors", broken);
    for (const Words& words : {Words{"eval", folder / "broken.safetensors"},
                               Words{"sample", folder / "broken.safetensors", "--out", folder / "s.png"},
                               small_training(folder / "broken.safetensors", {"--resume"})}) {
      const Finished result = gf(words);
      CHECK(result.exit == 1);
      CHECK(contains(result.err, "broken.safetensors"));
      CHECK(contains(result.err, "hint: "));
    }
  }

  SafeTensors edited = read_safetensors(out);
  edited.metadata["note/epoch_nats"] = "many";
  write_safetensors(out, edited);
  const Finished resumed = gf({"train", "pixel_cnn", "--out", out, "--epochs", "3", "--resume"});
  CHECK(resumed.exit == 1);
  CHECK(resumed.err == "checkpoint: its note epoch_nats is 'many' but must be a number\n"
                       "  hint: only an unchanged file of ./gf train goes on\n");
}
