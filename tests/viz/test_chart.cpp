#include "viz/chart.h"

#include <cmath>
#include <cstdlib>
#include <iostream>
#include <sstream>

#include "tests/doctest.h"
#include "tests/files.h"
#include "viz/gnuplot.h"
#include "viz/png.h"

using namespace gradfold;

namespace {

bool gnuplot_is_here() {
  const bool here = run_gnuplot("print 1\n").error != "gnuplot was not found";
  if (!here) skip("gnuplot is not installed");
  return here;
}

// An empty PATH while it lives, so that no program is found.
class NoPath {
 public:
  NoPath() : path_(std::getenv("PATH")) { setenv("PATH", "", 1); }
  ~NoPath() { setenv("PATH", path_.c_str(), 1); }

 private:
  std::string path_;
};

// What is written to stderr while it lives.
class Stderr {
 public:
  Stderr() : before_(std::cerr.rdbuf(text_.rdbuf())) {}
  ~Stderr() { std::cerr.rdbuf(before_); }
  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  std::streambuf* before_;
};

}  // namespace

TEST_CASE("csv: one row a point, empty where a series lacks a column") {
  Chart chart({});
  chart.line("train", {1, 2}, {0.5, NAN}).band("test", {1}, {3}, {2.5}, {4});
  CHECK(chart.csv() == "series,x,y,low,high\ntrain,1,0.5,,\ntrain,2,,,\ntest,1,3,2.5,4\n");
}

TEST_CASE("stairs are level up to the next x") {
  Chart chart({});
  chart.stairs("share", {1, 2}, {0, 1}).line("other", {1, 2}, {0, 1});
  CHECK(chart.script("png").find("1:2 with steps") != std::string::npos);
  CHECK(chart.csv() == "series,x,y\nshare,1,0\nshare,2,1\nother,1,0\nother,2,1\n");
}

TEST_CASE("csv: text with commas and quotes is quoted") {
  Chart chart({});
  chart.bars("a \"b\"", {"x,y", "plain"}, {1, 2});
  CHECK(chart.csv() == "series,label,height\n\"a \"\"b\"\"\",\"x,y\",1\n\"a \"\"b\"\"\",plain,2\n");
}

TEST_CASE("csv: numbers come back exactly") {
  Chart numbers({});
  numbers.line("", {1}, {0.1 + 0.2});
  CHECK(std::stod(numbers.csv().substr(numbers.csv().rfind(',') + 1)) == 0.1 + 0.2);
}

TEST_CASE("script: text stands between single quotes, whatever is in it") {
  CHECK(gnuplot_quote("it's") == "'it''s'");
  CHECK(gnuplot_quote("two\nlines") == "'two lines'");
  Chart chart({.title = "a'; system 'touch owned'; print '", .log_y = true});
  chart.line("`touch owned`", {1, 2}, {1, 2});
  const std::string script = chart.script("png");
  CHECK(contains(script, "set title 'a''; system ''touch owned''; print '''\n"));
  CHECK(contains(script, "title '`touch owned`'"));
  CHECK(contains(script, "set logscale y\n"));
  CHECK_FALSE(contains(script, "set logscale x\n"));
  CHECK(contains(script, "$d0 << END\n1 1 \n2 2 \nEND\n"));
}

TEST_CASE("arrows: where they start and how far they go, among points") {
  Chart chart({});
  chart.scatter("p", {1}, {2}).arrows("a", {1}, {2}, {0.5}, {-1});
  CHECK(chart.csv() == "series,x,y,dx,dy\np,1,2,,\na,1,2,0.5,-1\n");
  CHECK(contains(chart.script("png"), "$d1 << END\n1 2 0.5 -1 \nEND\n"));
  CHECK(contains(chart.script("png"), "$d1 using 1:2:3:4 with vectors "));
}

TEST_CASE("script: what is not a number is a gap") {
  Chart chart({});
  chart.line("", {1, 2, 3}, {1, INFINITY, NAN});
  CHECK(contains(chart.script("png"), "2 NaN \n3 NaN \n"));
}

TEST_CASE("a logarithmic axis names the values of a few points, the last and the first too") {
  if (!gnuplot_is_here()) return;
  for (const Chart::Values& x : {Chart::Values{1000, 3000}, {300, 3000, 30000, 70000}, {3, 1000}}) {
    const GnuplotResult drawn =
        run_gnuplot(Chart({.log_x = true}).line("", x, Chart::Values(x.size(), 1)).script("svg"));
    REQUIRE_MESSAGE(drawn.ok, drawn.error);
    for (const double value : x) {  // gnuplot's own names begin with a space
      const std::string name = fmt::format("{}</text>", value);
      CHECK_MESSAGE((contains(drawn.output, ">" + name) || contains(drawn.output, "> " + name)), value);
    }
  }
}

TEST_CASE("text in a chart runs nothing and does not break it") {
  if (!gnuplot_is_here()) return;
  const Scratch folder;
  const std::string mark = (folder / "owned").string(),
                    attack = "`touch " + mark + "` '; system('touch " + mark + "') # \\ \" %s";
  Chart chart({.title = attack, .x = attack, .y = attack});
  chart.scatter(attack, {1, 2}, {1, 2});
  CHECK(chart.save(folder / "a.png"));
  Chart bars({});
  bars.bars(attack, {attack, "b"}, {1, 2});
  CHECK(bars.save(folder / "b.png"));
  CHECK_FALSE(std::filesystem::exists(mark));
}

TEST_CASE("every kind of chart is drawn, as PNG of the wanted size and as SVG") {
  if (!gnuplot_is_here()) return;
  const Scratch folder;
  const Chart::Values x = {1, 2, 3, 4}, y = {2, 1, 4, 3}, z = {1, 3, 2, 4};
  std::vector<Chart> charts(6, Chart({.title = "t", .x = "x", .y = "y", .width = 400, .height = 300}));
  charts[0].line("a", x, y).line("b", y).band("c", x, y, z, y).scatter("d", y, x);
  charts[1].scatter_colored("", x, y, z);
  charts[2].scatter_3d("", x, y, z, x);
  charts[3].bars("a", {"1", "2", "3", "4"}, x).bars("b", {"1", "2", "3", "4"}, y);
  charts[4].line("one point", {1}, {1});
  charts[5].scatter("points", x, y).arrows("", x, y, {1, 0, -1, 0}, {0, 1, 0, -1});
  for (std::size_t i = 0; i < charts.size(); ++i) {
    CAPTURE(i);
    REQUIRE(charts[i].save(folder / "c.png"));
    const Image picture = read_png(folder / "c.png");
    CHECK(picture.width() == 400);
    CHECK(picture.height() == 300);
    REQUIRE(charts[i].save(folder / "c.svg"));
    CHECK(contains(contents(folder / "c.svg"), "</svg>"));
    CHECK(contents(folder / "c.csv") == charts[i].csv());
  }
}

TEST_CASE("without gnuplot the run goes on: one line says so, the numbers stay") {
  const Scratch folder;
  const NoPath no_path;
  const Stderr said;
  Chart chart({});
  chart.line("a", {1}, {2});
  CHECK_FALSE(chart.save(folder / "loss.png"));
  CHECK(said.text() == "chart: gnuplot was not found, so " + (folder / "loss.png").string() +
                           " was not drawn; its numbers are in " + (folder / "loss.csv").string() + "\n");
  CHECK(contents(folder / "loss.csv") == "series,x,y\na,1,2\n");
  CHECK_FALSE(std::filesystem::exists(folder / "loss.png"));
}

TEST_CASE("when gnuplot fails its reason is told in one line") {
  if (!gnuplot_is_here()) return;
  CHECK(contains(run_gnuplot("nonsense\n").error, "gnuplot failed: "));
  const Scratch folder;
  const Stderr said;
  Chart chart({});
  chart.line("", {NAN, NAN}, {NAN, NAN});
  CHECK_FALSE(chart.save(folder / "a.png"));
  const std::string text = said.text();
  CHECK(contains(text, "chart: gnuplot failed: "));
  CHECK(text.find('\n') == text.size() - 1);
}

TEST_CASE("chart errors: series that do not fit, endings, unwritable places") {
  CHECK(message_of([] {
          Chart({}).line("a", {1, 2}, {1});
        }) == "Chart: series \"a\" has 2 of x but 1 of y; they must be as many");
  CHECK(message_of([] { Chart({}).line("a", {}, {}); }) == "Chart: series \"a\" has no points");
  CHECK(message_of([] { Chart({}).line("a", {1}, {1}).bars("b", {"x"}, {1}); }) ==
        "Chart: series \"b\" does not share axes with \"a\"; draw two charts");
  CHECK(message_of([] { Chart({}).bars("a", {"x"}, {1}).bars("b", {"y"}, {1}); }) ==
        "Chart: series \"b\" does not share axes with \"a\"; draw two charts");
  CHECK(message_of([] { Chart({}).line("a", {1}, {1}).save("loss.jpg"); }) ==
        "Chart: loss.jpg must end in .png or .svg");
  CHECK(message_of([] { Chart({}).save("loss.png"); }) ==
        "Chart: loss.png would be empty; add a series before save()");
  const Scratch folder;
  CHECK(message_of([&] { Chart({}).line("a", {1}, {1}).save(folder / "no" / "a.png"); }).find("cannot write") ==
        0);
}
