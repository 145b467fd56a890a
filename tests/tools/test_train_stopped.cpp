// A training that ends early, by a signal, a NaN or a full disk: what it keeps, and that it goes on as if it had not.
#include <chrono>
#include <csignal>
#include <random>
#include <thread>
#include <tuple>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/checkpoint.h"
#include "tensor/safetensors.h"
#include "tests/doctest.h"
#include "tests/files.h"
#include "tests/tools/process.h"
#include "tests/tools/small_training.h"

using namespace gradfold;
namespace fs = std::filesystem;

namespace {

// Weights, optimizer and averages of two checkpoints are equal bit for bit.
void check_identical(const fs::path& a, const fs::path& b) {
  const auto first = read_safetensors(a).tensors, second = read_safetensors(b).tensors;
  REQUIRE(first.size() == second.size());
  CHECK(first.size() > 10);
  for (const auto& [name, value] : first) {
    INFO(name);
    CHECK(identical(value, second.at(name)));
  }
}

// Waits until the run at `path` has taken a step; false after 20 seconds.
bool wait_for_a_step(const fs::path& path) {
  for (int i = 0; i < 2000; ++i) {
    if (fs::exists(path) && read_progress(path).step > 0) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

}  // namespace

TEST_CASE("--resume of a finished run says so and leaves the file alone; only --epochs changes what a run is") {
  Scratch folder;
  const fs::path out = folder / "model.safetensors";
  REQUIRE(gf(small_training(out)).exit == 0);
  const std::string before = contents(out);
  const Words resume{"train", "pixel_cnn", "--out", out, "--resume"};
  const auto with = [&](Words more) {
    more.insert(more.begin(), resume.begin(), resume.end());
    return gf(more);
  };
  for (const Words& same : {Words{}, Words{"--epochs", "2"}, Words{"--threads", "1", "--save-every", "3"}}) {
    const Finished finished = with(same);
    CHECK(finished.exit == 0);
    CHECK(finished.out == out.string() + ": already at epoch 2 of 2; --epochs N trains on\n");
  }
  const auto json = nlohmann::json::parse(with({"--json"}).out);
  CHECK(json["epoch"] == 2);
  CHECK(json["parameters"].get<Index>() > 0);

  const Finished fewer = with({"--epochs", "1"});
  CHECK(fewer.exit == 2);
  CHECK(contains(fewer.err, "train: --epochs 1 is fewer than the 2 that " + out.string() + " has done"));
  for (const auto& [option, value, saved] : {std::tuple{"--lr", "0.1", "0.001"}, {"--schedule", "cosine", "constant"},
                                             {"--clip", "3", "0"}, {"--ema", "0.5", "0"}, {"--limit", "32", "96"},
                                             {"--shift", "2", "0"}, {"--teacher", "pretrained:pixel_cnn", "none"}}) {
    const Finished other = with({option, value, "--epochs", "3"});
    CHECK(other.exit == 2);
    CHECK_MESSAGE(other.err == fmt::format("train: {} {} differs from the run's {}; leave it out, or start another "
                                           "run with another --out\n", option, value, saved), other.err);
  }
  CHECK(contents(out) == before);
  CHECK(with({"--epochs", "3"}).exit == 0);
  CHECK(read_progress(out).epoch == 3);
}

TEST_CASE("killed at a random moment and resumed: the weights of the run that was left alone") {
  Scratch folder;
  const fs::path whole = folder / "whole.safetensors", killed = folder / "killed.safetensors";
  const Words more{"--save-every", "1", "--epochs", "4", "--ema", "0.9", "--schedule", "cosine", "--shift", "1"};
  const auto start = std::chrono::steady_clock::now();
  REQUIRE(gf(small_training(whole, more)).exit == 0);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::mt19937 random{std::random_device{}()};
  Index killed_at = 0;
  int by_signal = 0;
  // At least three times, and on until one has come in the middle of training.
  for (int kill = 0; kill < 3 || (killed_at == 0 && kill < 50); ++kill) {
    const bool there = fs::exists(killed);
    Process run([&] {
      Words words = small_training(killed, more);
      if (there) words = {"train", "pixel_cnn", "--out", killed, "--resume"};  // with the settings it began with
      words.insert(words.begin(), GRADFOLD_BINARY_DIR "/gf");
      return words;
    }());
    const std::chrono::duration<double> moment{
        std::uniform_real_distribution<>(0.02, took.count() * 0.5)(random)};
    std::this_thread::sleep_for(moment);
    run.send(SIGKILL);
    by_signal += run.wait().exit == 128 + SIGKILL;
    if (fs::exists(killed)) killed_at = read_progress(killed).step;
    MESSAGE("killed after " << moment.count() << " s, step " << killed_at);
  }
  CHECK(by_signal > 0);
  CHECK(killed_at > 0);
  const Finished resumed = gf({"train", "pixel_cnn", "--out", killed, "--resume"});
  REQUIRE_MESSAGE(resumed.exit == 0, resumed.err);
  check_identical(whole, killed);
}

TEST_CASE("the same bits with 1, 2, 3 and 8 threads") {
  Scratch folder;
  const fs::path one = folder / "1.safetensors";
  REQUIRE(gf(small_training(one, {"--threads", "1", "--maps", "16"})).exit == 0);
  for (const char* threads : {"2", "3", "8"}) {
    const fs::path other = folder / (std::string(threads) + ".safetensors");
    REQUIRE(gf(small_training(other, {"--threads", threads, "--maps", "16"})).exit == 0);
    INFO(std::string(threads));
    check_identical(one, other);
  }
}

TEST_CASE("Ctrl-C keeps the checkpoint, exits with 130, and the run goes on from there") {
  Scratch folder;
  const fs::path out = folder / "model.safetensors", whole = folder / "whole.safetensors";
  Words words = small_training(out, {"--epochs", "100000", "--save-every", "1"});
  words.insert(words.begin(), GRADFOLD_BINARY_DIR "/gf");
  Process run(words);
  REQUIRE(wait_for_a_step(out));
  run.send(SIGINT);
  const Finished stopped = run.wait();
  CHECK(stopped.exit == 130);
  CHECK(contains(stopped.out, "--resume goes on from there"));
  const TrainingProgress progress = read_progress(out);
  CHECK(progress.step > 0);
  const std::string epochs = std::to_string(progress.epoch + 1);
  CHECK(gf(small_training(out, {"--resume", "--epochs", epochs})).exit == 0);
  CHECK(gf(small_training(whole, {"--epochs", epochs})).exit == 0);
  check_identical(out, whole);
}

TEST_CASE("a NaN loss ends the run; the last good checkpoint stays") {
  Scratch folder;
  const fs::path out = folder / "model.safetensors";
  const Finished wild = gf(small_training(out, {"--lr", "1e9"}));
  CHECK(wild.exit == 1);
  CHECK(contains(wild.err, "hint: lower the learning rate"));
  CHECK(contains(wild.err, fmt::format("{0} holds the last good state, after step 0; --init {0} and another --out "
                                       "start a run from it with other settings", out.string())));
  CHECK(gf({"eval", out.string(), "--limit", "10"}).exit == 0);
  // One step an epoch: the loss is still finite when the weights no longer are.
  const Finished early = gf(small_training(folder / "early.safetensors", {"--lr", "1e9", "--batch", "96"}));
  CHECK(early.exit == 1);
  CHECK(gf({"eval", folder / "early.safetensors", "--limit", "10"}).exit == 0);
}

TEST_CASE("training that diverges without a NaN is named after the epoch") {
  Scratch folder;
  const Finished wild = gf(small_training(folder / "model.safetensors", {"--lr", "30", "--clip", "1"}));
  CHECK_MESSAGE(contains(wild.out, "training diverges: held-out images cost "), wild.out, wild.err);
  CHECK_FALSE(contains(gf(small_training(folder / "tame.safetensors")).out, "diverges"));
}

TEST_CASE("what cannot be written is found before training starts") {
  Scratch folder;
  const Finished no_folder = gf(small_training(folder / "none/model.safetensors"));
  CHECK(no_folder.exit == 1);
  CHECK(contains(no_folder.err, "cannot write "));
  CHECK(contains(no_folder.err, "hint: check that the folder exists and may be written"));
  CHECK_FALSE(contains(no_folder.err, "epoch 1"));

  const Finished full = gf(small_training(folder / "model.safetensors"), {.file_limit = 4000});
  CHECK(full.exit == 1);
  CHECK(contains(full.err, "cannot write "));
  CHECK_FALSE(contains(full.err, "epoch 1"));
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("a disk that fills up during training leaves the last checkpoint") {
  Scratch folder;
  const fs::path out = folder / "model.safetensors";
  REQUIRE(gf(small_training(out)).exit == 0);
  const auto size = static_cast<long>(fs::file_size(out));
  // The log in the checkpoint makes it grow with each epoch.
  const Finished full = gf(small_training(out, {"--resume", "--epochs", "50"}), {.file_limit = size + 400});
  CHECK(full.exit == 1);
  CHECK(contains(full.err, "cannot write "));
  CHECK(contains(full.err, "holds the last good state"));
  CHECK(read_progress(out).epoch >= 2);
  CHECK(gf({"eval", out.string(), "--limit", "10"}).exit == 0);
}
