#include "viz/progress.h"

#include <algorithm>
#include <sstream>

#include "tests/doctest.h"

using namespace gradfold;

namespace {

// Progress with a clock of the test's own.
struct Watched {
  double now = 100;
  std::ostringstream out;
  Progress progress;
  Watched(Index total, int width, std::string title = "epoch 1/2")
      : progress({.title = std::move(title), .total = total, .out = &out, .width = width, .clock = [this] {
                    return now;
                  }}) {}
  void step(double seconds, Index n, std::string note = {}) {
    now += seconds;
    progress.step(n, std::move(note));
  }
  std::string last_drawing() const { return out.str().substr(out.str().rfind('\r') + 1); }
};

}  // namespace

TEST_CASE("on a terminal one line is redrawn with bar, rate, loss and time left") {
  Watched w(1000, 100);
  w.step(1, 100, "loss 81.30");
  CHECK(w.out.str() ==
        "\repoch 1/2  10% [##......................]  100/1000  100 images/s  loss 81.30  0:09 left");
  w.step(1, 400);
  CHECK(w.last_drawing().find(
            "epoch 1/2  50% [############............]  500/1000  250 images/s  loss 81.30  0:02 left") == 0);
  CHECK(w.out.str().find('\n') == std::string::npos);
  w.step(2, 500, "loss 80.00");
  w.progress.finish();
  CHECK(w.last_drawing().find(
            "epoch 1/2 100% [########################]  1000/1000  250 images/s  loss 80.00  in 0:04") == 0);
  CHECK(w.out.str().back() == '\n');
}

TEST_CASE("a shorter line blanks what the longer one left") {
  Watched w(100, 90);
  w.step(1, 10, "a rather long note");
  const std::size_t longer = w.last_drawing().size();
  w.step(1, 10, "short");
  CHECK(w.last_drawing().size() >= longer);
  CHECK(w.last_drawing().back() == ' ');
}

TEST_CASE("every width is kept to: the bar shrinks, then goes, then the end of the line") {
  for (int width : {4, 12, 30, 50, 70, 80, 120}) {
    CAPTURE(width);
    Watched w(1000, width, "시대 1");
    w.step(1, 100, "loss 81.30");
    int columns = 0;
    for (unsigned char c : w.last_drawing()) columns += (c & 0xC0) == 0x80 ? 0 : c >= 0xE0 ? 2 : 1;
    CHECK(columns < width);
    CHECK((w.out.str().find('[') != std::string::npos) == (width >= 70));
  }
}

TEST_CASE("on a terminal it is drawn ten times a second at most") {
  Watched w(10000, 80);
  for (int i = 0; i < 1000; ++i) w.step(0.001, 1);
  const std::string text = w.out.str();
  CHECK(std::count(text.begin(), text.end(), '\r') <= 10);
  CHECK(std::count(text.begin(), text.end(), '\r') >= 8);
}

TEST_CASE("in a log: a plain line every ten seconds and one at the end") {
  Watched w(1000, 0);
  for (int i = 0; i < 25; ++i) w.step(1, 40, "loss 1.5");
  w.progress.finish();
  CHECK(w.out.str() ==
        "epoch 1/2  40%  400/1000  40 images/s  loss 1.5  0:15 left\n"
        "epoch 1/2  80%  800/1000  40 images/s  loss 1.5  0:05 left\n"
        "epoch 1/2 100%  1000/1000  40 images/s  loss 1.5  in 0:25\n");
}

TEST_CASE("without a total there is a count and a rate") {
  Watched w(0, 0, "reading");
  w.step(20, 100000);
  CHECK(w.out.str() == "reading  100000 images  5000 images/s\n");
}

TEST_CASE("the destructor ends the line; after finish() nothing more is written") {
  std::ostringstream out;
  {
    Progress progress({.title = "a", .total = 2, .out = &out, .width = 60, .clock = [] { return 1.0; }});
    progress.step(2);
  }
  CHECK(out.str().back() == '\n');
  Watched w(10, 80);
  w.step(1, 10);
  w.progress.finish();
  const std::string text = w.out.str();
  w.step(1, 1);
  w.progress.finish();
  CHECK(w.out.str() == text);
}

TEST_CASE("durations") {
  CHECK(duration_text(0) == "0:00");
  CHECK(duration_text(75.4) == "1:15");
  CHECK(duration_text(59.6) == "1:00");
  CHECK(duration_text(3700) == "1:01:40");
}
