// build/gf compress and decompress as child processes: what comes back, what they print, and what they refuse.
#include <csignal>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "data/idx.h"
#include "tensor/npy.h"
#include "tensor/random.h"
#include "tests/doctest.h"
#include "tests/files.h"
#include "tests/tools/process.h"
#include "viz/png.h"

using namespace gradfold;
namespace fs = std::filesystem;

namespace {

// A model that trains in a moment.
void train_small(const fs::path& out, Words more = {}) {
  Words words{"train", "pixel_cnn", "--out", out.string(), "--limit", "96", "--batch", "16", "--maps", "4", "--blocks",
              "1", "--epochs", "1"};
  words.insert(words.end(), more.begin(), more.end());
  const Finished trained = gf(words);
  REQUIRE_MESSAGE(trained.exit == 0, trained.err);
}

nlohmann::json result_of(Words words) {
  words.push_back("--json");
  const Finished finished = gf(words);
  REQUIRE_MESSAGE(finished.exit == 0, finished.err);
  return nlohmann::json::parse(finished.out);
}

void check_refused(const Words& words, int exit, const std::string& message, const fs::path& out) {
  const Finished finished = gf(words);
  CHECK(finished.exit == exit);
  CHECK_MESSAGE(contains(finished.err, message), finished.err);
  CHECK_FALSE(contains(finished.err, "compressing"));
  CHECK_FALSE(fs::exists(out));
}

}  // namespace

TEST_CASE("the same images come back as .npy, IDX and PNG; the figures are those of eval and of the files") {
  const Scratch folder;
  const fs::path model = folder / "m.safetensors", file = folder / "a.gfz", npy = folder / "a.npy";
  train_small(model);
  const auto made = result_of({"compress", model, "strokes", file, "--limit", "200"});
  CHECK(made["model"] == "pixel_cnn");
  CHECK(made["images"] == 200);
  CHECK(made["bytes"] == fs::file_size(file));
  const double nll_bits = made["nll_bits"], bits = 8.0 * fs::file_size(file);
  const auto eval = result_of({"eval", model, "--data", "strokes", "--limit", "200"});
  CHECK(nll_bits == approx(200 * eval["nll_nats"].get<double>() / 0.69314718056, 1e-5));
  CHECK(bits - 8 * made["header_bytes"].get<double>() == approx(nll_bits, 0.002));
  CHECK(made["excess_percent"].get<double>() == doctest::Approx(100 * (bits / nll_bits - 1)));
  CHECK(made["bits_per_dim"].get<double>() == doctest::Approx(bits / 200 / 784));
  CHECK(made["label_bits"] == 0);

  const auto back = result_of({"decompress", model, file, npy});
  CHECK(back["images"] == 200);
  CHECK(back["bytes"] == fs::file_size(file));
  const Tensor images = read_npy(npy);
  CHECK(images.shape() == Shape{200, 1, 28, 28});
  for (const char* name : {"a.idx", "a-idx3-ubyte.gz"}) {
    REQUIRE(gf({"decompress", model, file, folder / name}).exit == 0);
    CHECK(identical(read_idx_images(folder / name), images));
  }
  // What comes back is what went in: it gives the same file, whatever it was stored as, with any number of threads.
  for (const fs::path& stored : {npy, folder / "a.idx", folder / "a-idx3-ubyte.gz"}) {
    REQUIRE(gf({"compress", model, stored, folder / "b.gfz", "--threads", "1"}).exit == 0);
    CHECK(contents(folder / "b.gfz") == contents(file));
  }
  REQUIRE(gf({"decompress", model, file, folder / "a.png"}).exit == 0);
  CHECK(read_png(folder / "a.png").width() == 15 * 30 + 2);  // a grid to look at

  // The other coders: real files of the same images.
  const std::string bytes = contents(folder / "a.idx").substr(16);
  put(folder / "raw", bytes);
  shell("gzip -9n raw", folder.path());
  CHECK(made["gzip_bytes"].get<double>() == approx(fs::file_size(folder / "raw.gz"), 0.01));
  std::string packed(bytes.size() / 8, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) packed[i / 8] |= static_cast<char>((bytes[i] ? 128 : 0) >> i % 8);
  put(folder / "packed", packed);
  shell("gzip -9n packed", folder.path());
  CHECK(made["gzip_packed_bytes"].get<double>() == approx(fs::file_size(folder / "packed.gz"), 0.01));
  CHECK(made["png_bytes"].get<std::size_t>() < packed.size());

  const Finished table = gf({"compress", model, "strokes", file, "--limit", "200"});
  for (const char* row : {"strokes test: 200 images of 28 x 28, 2 levels", "a.gfz", "% over the likelihood",
                          "negative log-likelihood, pixel_cnn", "PNG, one bit a pixel, smallest",
                          "gzip -9, a byte a value", "gzip -9, a bit a value",
                          "a draw of 0 and 1 from them, --seed 1"}) {
    CHECK_MESSAGE(contains(table.out, row), row);
  }
  CHECK(result_of({"compress", model, npy, file, "--split", "test"})["images"] == 20);
}

TEST_CASE("a PNG is one image, and is the same PNG again; a colour one is refused by a grey model") {
  const Scratch folder;
  const fs::path two = folder / "2.safetensors", greys = folder / "256.safetensors", out = folder / "out.png",
                 file = folder / "p.gfz";
  train_small(two);
  train_small(greys, {"--levels", "256"});
  Rng rng(1);
  Image grey(17, 23), binary(17, 23), colour(17, 23, {1, 2, 3});
  for (Index y = 0; y < 23; ++y) {
    for (Index x = 0; x < 17; ++x) {
      const auto v = static_cast<std::uint8_t>(rng.below(256));
      grey.at(x, y) = {v, v, v};
      binary.at(x, y) = v < 128 ? kBlack : kWhite;
    }
  }
  for (const auto& [model, picture] : {std::pair{two, binary}, {greys, grey}, {greys, binary}}) {
    write_png(folder / "in.png", picture);
    const auto made = result_of({"compress", model, folder / "in.png", file});
    CHECK(made["images"] == 1);
    CHECK(made["png_bytes"].get<std::size_t>() <= fs::file_size(folder / "in.png"));
    REQUIRE(gf({"decompress", model, file, out}).exit == 0);
    CHECK(read_png(out).pixels() == picture.pixels());
  }
  fs::remove(file);
  write_png(folder / "in.png", colour);
  check_refused({"compress", greys, folder / "in.png", file}, 2,
                "in.png has colours, which would be lost: this model's images are grey", file);
}

TEST_CASE("a model with classes: the file keeps them, and says what they cost") {
  const Scratch folder;
  const fs::path model = folder / "m.safetensors", file = folder / "a.gfz", images = folder / "a.npy";
  REQUIRE(gf({"train", "gated_pixel_cnn", "--classes", "10", "--maps", "4", "--layers", "2", "--head", "4", "--limit",
              "96", "--batch", "16", "--epochs", "1", "--out", model})
              .exit == 0);
  const auto made = result_of({"compress", model, "strokes", file, "--limit", "200"});
  CHECK(made["label_bits"].get<double>() == doctest::Approx(200 * std::log2(10)));
  const double all = made["nll_bits"].get<double>() + made["label_bits"].get<double>();
  CHECK(8.0 * (fs::file_size(file) - made["header_bytes"].get<double>()) == approx(all, 0.002));
  REQUIRE(gf({"decompress", model, file, images}).exit == 0);
  CHECK(read_npy(images).shape() == Shape{200, 1, 28, 28});
  check_refused({"compress", model, images, folder / "b.gfz"}, 2, "has no labels", folder / "b.gfz");
}

TEST_CASE("a net that sees what it predicts claims a likelihood that no file keeps, and is told so") {
  const Scratch folder;
  const fs::path model = folder / "m.safetensors", file = folder / "a.gfz", images = folder / "a.npy";
  train_small(model, {"--masked", "0", "--epochs", "10"});
  const Finished made = gf({"compress", model, "strokes", file, "--limit", "8", "--json"});
  REQUIRE_MESSAGE(made.exit == 0, made.err);
  CHECK(nlohmann::json::parse(made.out)["excess_percent"].get<double>() > 10);
  CHECK(contains(made.err, "this pixel_cnn looks ahead"));
  CHECK(gf({"decompress", model, file, images}).exit == 0);
  CHECK(gf({"compress", model, images, folder / "b.gfz"}).exit == 0);
  CHECK(contents(folder / "b.gfz") == contents(file));
}

TEST_CASE("other weights, damage, a short file, no file: one sentence that names it, and nothing is written") {
  const Scratch folder;
  const fs::path model = folder / "m.safetensors", other = folder / "o.safetensors", half = folder / "h.safetensors",
                 weights = folder / "w.safetensors", file = folder / "a.gfz", out = folder / "a.npy";
  train_small(model);
  train_small(other, {"--seed", "2"});
  REQUIRE(gf({"export", model, "--out", weights}).exit == 0);
  REQUIRE(gf({"export", model, "--out", half, "--half"}).exit == 0);
  REQUIRE(gf({"compress", model, "strokes", file, "--limit", "3"}).exit == 0);
  for (const fs::path& wrong : {other, half}) {
    check_refused({"decompress", wrong, file, out}, 1,
                  file.string() + ": the file was written by pixel_cnn with weights ", out);
  }
  CHECK(gf({"decompress", weights, file, out}).exit == 0);  // the same to the last bit
  fs::remove(out);
  const std::string good = contents(file);
  std::string damaged = good;
  damaged[good.size() / 2] ^= 1;
  for (const std::string& bytes : {damaged, good.substr(0, good.size() - 1), good + "x"}) {
    put(folder / "bad.gfz", bytes);
    check_refused({"decompress", model, folder / "bad.gfz", out}, 1, "bad.gfz: the file is damaged or cut short: its",
                  out);
  }
  put(folder / "bad.gfz", "\x89PNG");
  check_refused({"decompress", model, folder / "bad.gfz", out}, 1, "bad.gfz: the file is no .gfz", out);
  check_refused({"decompress", model, folder / "none.gfz", out}, 1, "cannot read " + (folder / "none.gfz").string(),
                out);
  put(out, "mine");
  CHECK(gf({"decompress", model, folder / "bad.gfz", out}).exit == 1);
  CHECK(contents(out) == "mine");
}

TEST_CASE("misuse, and what cannot be written, are found before the work") {
  const Scratch folder;
  const fs::path model = folder / "m.safetensors", deep = folder / "d.safetensors", file = folder / "a.gfz",
                 no = folder / "no.gfz", out = folder / "no.npy";
  train_small(model);
  REQUIRE(gf({"compress", model, "strokes", file, "--limit", "3"}).exit == 0);
  check_refused({"compress", model, "strokes", folder / "a.zip"}, 2,
                "compress: OUT is " + (folder / "a.zip").string() + " but must end in .gfz\n", folder / "a.zip");
  check_refused({"decompress", model, file, folder / "a.jpg"}, 2,
                "a.jpg but must end in .npy or .png or .idx or ubyte or .idx.gz or ubyte.gz\n", folder / "a.jpg");
  check_refused({"compress", model, "stroke", no}, 2, "'stroke' is no data set, file or folder", no);
  check_refused({"compress", model, "strokes", no, "--split", "tset"}, 2, "'tset' is no split", no);
  check_refused({"compress", model, "strokes"}, 2, "compress: ", no);
  check_refused({"compress", "pretrained:nobody", "strokes", no}, 2, "there is no pretrained model 'nobody'", no);
  check_refused({"compress", folder / "none", "strokes", no}, 1, "there is no checkpoint", no);
  check_refused({"compress", model, "strokes", folder / "none/a.gfz"}, 1, "cannot write ", folder / "none");
  check_refused({"decompress", model, file, folder / "none/a.npy"}, 1, "cannot write ", folder / "none");
  train_small(deep, {"--levels", "300", "--limit", "16"});
  REQUIRE(gf({"compress", deep, "strokes", file, "--limit", "2"}).exit == 0);
  check_refused({"decompress", deep, file, folder / "a.idx"}, 2,
                "which holds 256 levels, but this model's images have 300", folder / "a.idx");
  CHECK(gf({"decompress", deep, file, out}).exit == 0);
}

TEST_CASE("Ctrl-C ends with 130 and leaves no file") {
  const Scratch folder;
  const fs::path model = folder / "m.safetensors", images = folder / "many.npy", file = folder / "a.gfz";
  train_small(model, {"--maps", "32", "--blocks", "6", "--limit", "16"});
  write_npy(images, Tensor::zeros({4000, 28, 28}));
  Process run({GRADFOLD_BINARY_DIR "/gf", "compress", model, images, file});
  run.wait_until_it_handles(SIGINT);
  run.send(SIGINT);
  const Finished stopped = run.wait();
  CHECK(stopped.exit == 130);
  CHECK(contains(stopped.err, "stopped; no file was written\n"));
  CHECK_FALSE(fs::exists(file));
  CHECK_FALSE(fs::exists(file.string() + ".tmp"));
}
