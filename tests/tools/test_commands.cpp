// The commands that train nothing: graph, doctor, course, help.
#include <chrono>
#include <csignal>
#include <filesystem>

#include "tensor/npy.h"
#include "tests/doctest.h"
#include "tests/files.h"
#include "tests/tools/process.h"

using namespace gradfold;
namespace fs = std::filesystem;

TEST_CASE("what cannot be written to the standard output is a failure, with --json and without") {
  if (!fs::exists("/dev/full")) return skip("this system has no /dev/full");
  const Scratch folder;
  write_npy(folder / "images.npy", Tensor::zeros({320, 12, 12}));
  const std::string gf_path = GRADFOLD_BINARY_DIR "/gf", lesson = GRADFOLD_BINARY_DIR "/lessons/lesson_2.3";
  for (const std::string& words :
       {gf_path + " eval pretrained:pixel_cnn --data strokes --limit 5", gf_path + " help",
        lesson + " --json --epochs 1 --data images.npy --out ."}) {
    const ShellResult full = shell(words + " 2>&1 > /dev/full", folder.path());
    CHECK_MESSAGE(full.exit == 1, words);
    CHECK_MESSAGE(contains(full.output, "could not be written to the standard output"), full.output);
  }
}

TEST_CASE("a file's name need not be UTF-8, which JSON is") {
  const Scratch folder;
  write_npy(folder / "d\xff.npy", Tensor::zeros({40, 4, 4}));
  const fs::path model = folder / "m.safetensors", next = folder / "n\xff.safetensors";
  const auto train = [&](const fs::path& out, const Words& more) {
    Words words{"train", "independent_pixels", "--data", folder / "d\xff.npy", "--epochs", "1", "--height", "4",
                "--width", "4", "--out", out, "--json"};
    words.insert(words.end(), more.begin(), more.end());
    const Finished trained = gf(words);
    CHECK_MESSAGE(trained.exit == 0, trained.err);
  };
  train(model, {});
  train(next, {"--init", model});
  train(folder / "o.safetensors", {"--init", next});
}

TEST_CASE("graph draws a model, or the model of a step, as SVG or DOT") {
  Scratch folder;
  const fs::path svg = folder / "g.svg", dot = folder / "g.dot";
  REQUIRE(gf({"graph", "2.3", "--blocks", "1", "--maps", "4", "--out", svg}).exit == 0);
  CHECK(contains(contents(svg), "<svg"));
  CHECK(contains(contents(svg), "conv2d"));
  REQUIRE(gf({"graph", "pixel_cnn", "--blocks", "0", "--out", dot}).exit == 0);
  CHECK(contains(contents(dot), "digraph"));

  const Finished png = gf({"graph", "pixel_cnn", "--out", folder / "g.png"});
  CHECK(png.exit == 2);
  CHECK(contains(png.err, "but must end in .svg or .dot"));
  const Finished step = gf({"graph", "9.9", "--out", svg});
  CHECK(step.exit == 2);
  CHECK(contains(step.err, "graph: step 9.9 trains no model that can be drawn; steps that do: 2.3\n"));
}

TEST_CASE("graph draws a step's own net: as many parameters as the step says that it trains") {
  Scratch folder;
  write_npy(folder / "images.npy", Tensor::zeros({320, 12, 12}));
  const std::string lesson = GRADFOLD_BINARY_DIR "/lessons/lesson_2.3 --epochs 1 --data images.npy --out . 2>/dev/null";
  const ShellResult said = shell(lesson + " | sed -n 's/ parameters, .*//p;/ parameters, /q'", folder.path());
  REQUIRE(said.output.size() > 1);
  const std::string parameters = said.output.substr(0, said.output.find('\n'));
  const Finished drawn = gf({"graph", "2.3", "--out", folder / "g.svg"});
  CHECK(drawn.out.starts_with("pixel_cnn: " + parameters + " parameters; "));
  CHECK(gf({"graph", "2.3", "--maps", "0", "--out", folder / "g.svg"}).exit == 2);
}

TEST_CASE("doctor names threads, vectors, data and what is optional") {
  const Finished doctor = gf({"doctor"});
  CHECK(doctor.exit == 0);
  for (const char* what : {"compiler", "vectors", "threads", "gnuplot", "PyTorch", "mnist", "disk"})
    CHECK(contains(doctor.out, what));
  CHECK((contains(doctor.out, "found in ") || contains(doctor.out, "missing: download it with ./gf data mnist")));
}

TEST_CASE("every command explains itself, and takes no unknown option") {
  for (const char* command :
       {"course", "train", "eval", "sample", "export", "compress", "decompress", "graph", "doctor"}) {
    INFO(command);
    const Finished help = gf({command, "--help"});
    CHECK(help.exit == 0);
    CHECK(contains(help.out, "--help"));
  }
  const std::string model_help = gf({"train", "pixel_cnn", "--help"}).out;  // with the model's own options
  CHECK(contains(model_help, "Settings of pixel_cnn:"));
  for (const char* help :
       {"--blocks N ", "residual blocks; a pixel sees", "--masked N ", "0: ordinary convolutions"}) {
    CHECK_MESSAGE(contains(model_help, help), help);
  }
  CHECK(model_help.find("usage: ./gf train MODEL --out FILE [OPTIONS]\n") != model_help.npos);
  CHECK(contains(model_help, "--epochs N"));
  CHECK(contains(model_help, "passes over the training images [10]"));
  CHECK(gf({"help", "train", "diffusion"}).exit == 2);
  CHECK(contains(gf({"help", "train", "pixel_cn"}).err, "there is no model 'pixel_cn'; did you mean pixel_cnn?"));
  const Finished doctor = gf({"doctor", "--fix"});
  CHECK(doctor.exit == 2);
  CHECK(doctor.err == "doctor: unknown option --fix\n  hint: --help shows what there is\n");
  CHECK(gf({"course", "--ful"}).err == "course: unknown option --ful; did you mean --full?\n");
}

TEST_CASE("help NAME explains a command and does not run it; the command comes first") {
  for (const char* command : {"course", "train", "doctor"}) {
    INFO(command);
    const Finished help = gf({"help", command});
    CHECK(help.exit == 0);
    CHECK(help.out == gf({command, "--help"}).out);
  }
  CHECK(contains(gf({"help", "train", "pixel_cnn"}).out, "Settings of pixel_cnn:"));
  CHECK(gf({"help"}).out == gf({"--help"}).out);
  CHECK(gf({}).out == gf({"--help"}).out);
  const Finished typo = gf({"tset", "doctor"});
  CHECK(typo.exit == 2);
  CHECK(contains(typo.err, "gf: unknown command 'tset'"));
  CHECK(typo.out == "");
  CHECK(gf({"help", "courses"}).exit == 2);
  CHECK(gf({"--quick", "doctor"}).exit == 2);
}

TEST_CASE(
    "Ctrl-C ends a lesson within a second: it says so, ends with 130, and leaves what was there") {
  Scratch out;
  fs::create_directories(out / "2.3");
  put(out / "2.3/result.json", "{}");
  Process lesson({GRADFOLD_BINARY_DIR "/lessons/lesson_2.3", "--epochs", "100", "--out", out.path()});
  lesson.wait_until_it_handles(SIGINT);  // then it draws its data, or trains
  const auto asked = std::chrono::steady_clock::now();
  lesson.send(SIGINT);
  const Finished stopped = lesson.wait();
  CHECK(stopped.exit == 130);
  CHECK(std::chrono::steady_clock::now() - asked < std::chrono::seconds(1));
  CHECK(contains(stopped.err, "\nlesson 2.3: stopped before it finished; no results were written\n"));
  CHECK(contents(out / "2.3/result.json") == "{}");  // the earlier run's
  Process fresh({GRADFOLD_BINARY_DIR "/lessons/lesson_2.3", "--epochs", "100", "--out", out / "new"});
  fresh.wait_until_it_handles(SIGINT);
  fresh.send(SIGINT);
  CHECK(fresh.wait().exit == 130);
  CHECK_FALSE(fs::exists(out / "new"));
}

TEST_CASE("Ctrl-C ends drawing samples: nothing is written") {
  Scratch folder;
  const fs::path model = folder / "m.safetensors";
  REQUIRE(gf({"train", "pixel_cnn", "--out", model, "--limit", "32", "--epochs", "1", "--maps", "8",
              "--blocks", "2"})
              .exit == 0);
  Process sample({GRADFOLD_BINARY_DIR "/gf", "sample", model, "--sampler", "naive", "--n", "2000", "--out",
                  folder / "s.png"});
  sample.wait_until_it_handles(SIGINT);
  sample.send(SIGINT);
  const Finished stopped = sample.wait();
  CHECK(stopped.exit == 130);
  CHECK(contains(stopped.err, "stopped; nothing was written\n"));
  CHECK_FALSE(fs::exists(folder / "s.png"));
}
