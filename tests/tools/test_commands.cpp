// The commands that train nothing: graph, doctor, course, help.
#include <doctest/doctest.h>

#include <filesystem>

#include "tests/files.h"
#include "tests/tools/process.h"

using namespace gradfold;
namespace fs = std::filesystem;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("graph draws a model, or the model of a step, as SVG or DOT") {
  Scratch folder;
  const fs::path svg = folder / "g.svg", dot = folder / "g.dot";
  REQUIRE(gf({"graph", "2.3", "--blocks", "1", "--maps", "4", "--out", svg}).exit == 0);
  CHECK(has(contents(svg), "<svg"));
  CHECK(has(contents(svg), "conv2d"));
  REQUIRE(gf({"graph", "pixel_cnn", "--blocks", "0", "--out", dot}).exit == 0);
  CHECK(has(contents(dot), "digraph"));

  const Finished png = gf({"graph", "pixel_cnn", "--out", folder / "g.png"});
  CHECK(png.exit == 2);
  CHECK(has(png.err, "but must end in .svg or .dot"));
  const Finished step = gf({"graph", "9.9", "--out", svg});
  CHECK(step.exit == 2);
  CHECK(has(step.err, "graph: step 9.9 trains no model that can be drawn; 2.3 does\n"));
}

TEST_CASE("doctor names threads, vectors and data") {
  const Finished doctor = gf({"doctor"});
  CHECK(doctor.exit == 0);
  for (const char* what : {"compiler", "vectors", "threads", "gnuplot", "mnist", "disk"}) CHECK(has(doctor.out, what));
}

TEST_CASE("every command explains itself, and takes no unknown option") {
  for (const char* command : {"course", "train", "eval", "sample", "graph", "doctor"}) {
    INFO(command);
    const Finished help = gf({command, "--help"});
    CHECK(help.exit == 0);
    CHECK(has(help.out, "--help"));
  }
  CHECK(gf({"train", "pixel_cnn", "--help"}).out.find("--blocks") != std::string::npos);  // the model's own options
  const Finished doctor = gf({"doctor", "--fix"});
  CHECK(doctor.exit == 2);
  CHECK(doctor.err == "doctor: unknown option --fix\n");
  CHECK(gf({"course", "--ful"}).err == "course: unknown option --ful; did you mean --full?\n");
}
