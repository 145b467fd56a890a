// Grids, heat maps, receptive fields, captions and pictures in the terminal.
#include <unistd.h>

#include <cmath>
#include <set>

#include "tests/doctest.h"
#include "tests/files.h"
#include "viz/font.h"
#include "viz/grid.h"
#include "viz/heatmap.h"
#include "viz/pixel_colors.h"
#include "viz/pixel_order.h"
#include "viz/receptive_field.h"
#include "viz/terminal.h"

using namespace gradfold;

namespace {

Index count(const Image& image, Color color) {
  Index n = 0;
  for (Color c : image.pixels()) n += c == color;
  return n;
}

// What receptive_field.h promises about its colours.
bool is_blue(Color c) { return c.b > c.r + 40 && c.b >= c.g; }
bool is_red(Color c) { return c.r > 180 && c.g < 80 && c.b < 80; }
bool is_grey(Color c) { return std::abs(c.r - c.b) < 10 && c.r > 150 && c.r < 250; }

constexpr Index kZoom = 8;
// The colour of map pixel (row, col) in a picture without title, at the cell's middle.
Color cell(const Image& picture, Index row, Index col) {
  return picture.at(4 + col * kZoom + kZoom / 2, 4 + row * kZoom + kZoom / 2);
}

}  // namespace

TEST_CASE("grid: size and place of every image") {
  Tensor images({5, 1, 2, 3});
  for (Index i = 0; i < 5; ++i) images.select(0, i).fill(Real(i + 1) / 5);
  const GridOptions options{.columns = 3, .zoom = 2, .gap = 1, .background = {1, 2, 3}};
  const Image picture = grid(images, options);
  CHECK(picture.width() == 3 * (3 * 2 + 1) + 1);
  CHECK(picture.height() == 2 * (2 * 2 + 1) + 1);
  for (Index i = 0; i < 5; ++i) {
    const Index left = 1 + i % 3 * 7, top = 1 + i / 3 * 5;
    const auto level = std::uint8_t(51 * (i + 1));
    for (Index y = 0; y < 4; ++y) {
      for (Index x = 0; x < 6; ++x) CHECK(picture.at(left + x, top + y) == Color{level, level, level});
    }
    CHECK(picture.at(left - 1, top) == options.background);
    CHECK(picture.at(left, top - 1) == options.background);
  }
  CHECK(picture.at(1 + 2 * 7, 1 + 5) == options.background);  // the sixth place is empty
}

TEST_CASE("grid: columns near a square, colours, ink on paper") {
  CHECK(grid(Tensor::zeros({10, 1, 4, 4}), {.zoom = 1, .gap = 0}).width() == 16);
  Tensor red = Tensor::zeros({1, 3, 1, 1});
  red.set({0, 0, 0, 0}, 1);
  CHECK(grid(red, {.zoom = 1, .gap = 0}).at(0, 0) == Color{255, 0, 0});
  CHECK(grid(Tensor::zeros({1, 1, 1, 1}), {.zoom = 1, .gap = 0, .inverted = true}).at(0, 0) == kWhite);
}

TEST_CASE("grid: a line across each image below a row, and nowhere else") {
  const Tensor images = Tensor::zeros({2, 1, 4, 4});
  const GridOptions plain{.columns = 2, .zoom = 3, .gap = 1};
  GridOptions lined = plain;
  lined.line_below = 2;
  const Image bare = grid(images, plain), picture = grid(images, lined);
  for (Index y = 0; y < bare.height(); ++y) {
    for (Index x = 0; x < bare.width(); ++x) {
      const bool line = y == 1 + 2 * 3 && x != 0 && x != 13 && x != 26;
      CHECK((picture.at(x, y) != bare.at(x, y)) == line);
    }
  }
}

TEST_CASE("grid: captions take a margin of their own and leave the images as they were") {
  const Tensor images = Tensor::ones({4, 1, 8, 8});
  const GridOptions plain{.columns = 2, .zoom = 3, .background = {9, 9, 9}};
  GridOptions named = plain;
  named.column_titles = {"in", "out"}, named.row_titles = {"a", "b"};
  const Image bare = grid(images, plain), captioned = grid(images, named);
  const Index left = captioned.width() - bare.width(), top = captioned.height() - bare.height();
  CHECK(left > text_width("a"));
  CHECK(top > kGlyphHeight);
  CHECK(count(captioned, kBlack) > 40);
  for (Index y = 0; y < bare.height(); ++y) {
    for (Index x = 0; x < bare.width(); ++x) REQUIRE(captioned.at(left + x, top + y) == bare.at(x, y));
  }
}

TEST_CASE("grid: wrong input is named") {
  CHECK(message_of([] {
          grid(Tensor::zeros({28, 28}));
        }).find("grid: images is [28, 28] but must be [N, C, H, W]") == 0);
  CHECK(message_of([] {
          grid(Tensor::zeros({0, 1, 2, 2}));
        }) == "grid: images is [0, 1, 2, 2]: there is nothing to draw");
  CHECK(message_of([] {
          grid(Tensor::zeros({1, 1, 2, 2}), {.zoom = 0});
        }).find("zoom is 0") != std::string::npos);
}

TEST_CASE("side_by_side adds widths and gaps") {
  const Image all = side_by_side({Image(3, 5, kBlack), Image(4, 2, kBlack)}, 2);
  CHECK(all.width() == 9);
  CHECK(all.height() == 5);
  CHECK(all.at(3, 0) == kWhite);
  CHECK(all.at(5, 1) == kBlack);
  CHECK(all.at(5, 2) == kWhite);
}

TEST_CASE("heat colours grow lighter from 0 to 1") {
  double last = -1;
  for (int i = 0; i <= 40; ++i) {
    const Color c = heat_color(i / 40.0);
    const double lightness = 0.2126 * c.r + 0.7152 * c.g + 0.0722 * c.b;
    CHECK(lightness > last);
    last = lightness;
  }
  CHECK(heat_color(-5) == heat_color(0));
  CHECK(heat_color(5) == heat_color(1));
}

TEST_CASE("heatmap: linear and logarithmic scales put values where they belong") {
  const Tensor x = Tensor::from({Real(1), Real(10), Real(100)}, {1, 3});
  const HeatmapOptions plain{.zoom = 2, .scale = false};
  HeatmapOptions log = plain;
  log.log = true;
  CHECK(heatmap(x, plain).width() == 6);
  CHECK(heatmap(x, plain).at(0, 0) == heat_color(0));
  CHECK(heatmap(x, plain).at(5, 1) == heat_color(1));
  CHECK(heatmap(x, plain).at(2, 0) == heat_color(9.0 / 99));
  CHECK(heatmap(x, log).at(2, 0) == heat_color(0.5));
  CHECK(heatmap(x, {.zoom = 1, .low = 10, .high = 10.5, .scale = false}).at(0, 0) == heat_color(0));
}

TEST_CASE("heatmap: what has no place on the scale is grey, and a flat matrix is drawn") {
  const Tensor x = Tensor::from({Real(0), Real(1), Real(2), Real(NAN)}, {2, 2});
  const Image image = heatmap(x, {.zoom = 1, .log = true, .scale = false});
  CHECK(image.at(0, 0) == image.at(1, 1));
  CHECK(is_grey(image.at(0, 0)));
  CHECK(heatmap(Tensor::zeros({3, 3})).width() > 36);
  CHECK(heatmap(Tensor::zeros({3, 3}), {.log = true}).height() >= 36);
  CHECK(message_of([] { heatmap(Tensor::zeros({3})); }).find("heatmap: matrix is [3] but must be [H, W]") == 0);
  CHECK(message_of([&] { heatmap(x, {.low = 0, .log = true}); }) ==
        "heatmap: low is 0 but a logarithmic scale begins above 0");
}

TEST_CASE("receptive field: past, blind spot, future, leak and the pixel have their own colours") {
  Tensor map = Tensor::zeros({5, 5});
  map.set({1, 2}, 1);            // past, strongly
  map.set({1, 1}, Real(0.001));  // past, weakly
  map.set({2, 1}, 1);            // same row, to the left
  const Image good = receptive_field(map, 2, 2);
  CHECK(is_blue(cell(good, 1, 2)));
  CHECK(is_blue(cell(good, 1, 1)));
  CHECK(cell(good, 1, 1).r > cell(good, 1, 2).r);  // weaker is paler
  CHECK(is_blue(cell(good, 2, 1)));
  CHECK(cell(good, 0, 4) == kWhite);
  CHECK(is_grey(cell(good, 2, 3)));
  CHECK(is_grey(cell(good, 4, 0)));
  CHECK(good.at(4 + 2 * kZoom, 4 + 2 * kZoom) == Color{255, 140, 0});

  map.set({3, 0}, Real(1e-7));  // the weakest leak is a leak
  CHECK(is_red(cell(receptive_field(map, 2, 2), 3, 0)));
}

TEST_CASE("receptive field: the pixel itself is a leak unless it may see itself; NaN counts as seen") {
  Tensor map = Tensor::zeros({3, 3});
  map.set({1, 1}, 1);
  CHECK(is_red(cell(receptive_field(map, 1, 1), 1, 1)));
  CHECK(is_blue(cell(receptive_field(map, 1, 1, {.self_allowed = true}), 1, 1)));
  map.set({2, 2}, Real(NAN));
  CHECK(is_red(cell(receptive_field(map, 1, 1), 2, 2)));
}

TEST_CASE("receptive fields: several maps in one picture, wrong input named") {
  const Tensor map = Tensor::zeros({4, 4});
  const Image one = receptive_field(map, 1, 1, {.legend = false});
  const Image two = receptive_fields({map, map}, {"layer 1", "layer 2"}, 1, 1, {.legend = false});
  CHECK(two.width() > 2 * (4 * kZoom));
  CHECK(two.height() > one.height());
  CHECK(message_of([&] { receptive_field(map, 4, 0); }) ==
        "receptive_fields: the pixel is (4, 0) but the map is [4, 4]");
  CHECK(message_of([&] {
          receptive_fields({map}, {"a", "b"}, 0, 0);
        }) == "receptive_fields: titles are 2 but maps are 1; give one for each, or none");
}

TEST_CASE("pixel order: earlier pixels are blue and paler the later, the current one orange, the rest grey") {
  const Tensor columns = Tensor::from({1, 3, 5, 2, 4, 6}, {2, 3});
  const auto cell = [](const Image& picture, Index row, Index col) { return picture.at(col * 8 + 4, row * 8 + 4); };
  const Image picture = pixel_order(columns, {.current = 4, .zoom = 8});  // too small for numbers
  CHECK(picture.width() == 3 * 8 + 1);
  for (const auto& [row, col] : {std::pair{0, 0}, {1, 0}, {0, 1}}) CHECK(is_blue(cell(picture, row, col)));
  CHECK(cell(picture, 0, 0).r < cell(picture, 1, 0).r);
  CHECK(cell(picture, 1, 0).r < cell(picture, 0, 1).r);
  CHECK(cell(picture, 1, 1) == kPresent);
  CHECK(cell(picture, 0, 2) == kFuture);
  CHECK(cell(picture, 1, 2) == kFuture);
  CHECK(cell(pixel_order(columns, {.zoom = 8}), 1, 2) == kPastWeak);  // all are drawn
}

TEST_CASE("pixel order: numbers stand where there is room, a title above; wrong input is named") {
  const Tensor rows = Tensor::from({1, 2, 3, 4}, {2, 2});
  const Image plain = pixel_order(rows, {.current = 1}), titled = pixel_order(rows, {.current = 1, .title = "rows"});
  CHECK(count(plain, kBlack) > 4 * 20);  // four digits, twice the font's size
  CHECK(count(pixel_order(rows, {.current = 1, .zoom = 8}), kBlack) == 0);
  CHECK(titled.height() > plain.height());
  CHECK(contains(message_of([] { pixel_order(Tensor::zeros({3})); }), "number is [3] but must be [H, W]"));
  CHECK(message_of([&] { pixel_order(rows, {.current = 5}); }) ==
        "pixel_order: current is 5 but must be 0 .. 4, a pixel's number");
}

TEST_CASE("captions: every letter is drawn and differs from the others, a letter of three bytes is one box") {
  std::set<std::vector<std::uint8_t>> seen;
  std::string letters = "0123456789 .,:+-=/()[]<>%?!'_#*|";
  for (char c = 'a'; c <= 'z'; ++c) letters += {c, static_cast<char>(c - 'a' + 'A')};
  for (char c : letters + '@') {  // @ is the box
    Image image(kGlyphWidth, kGlyphHeight + kGlyphDrop);
    draw_text(image, 0, 0, std::string(1, c));
    std::vector<std::uint8_t> ink;
    for (Index i = 0; i < image.width() * image.height(); ++i) {
      ink.push_back(image.at(i % kGlyphWidth, i / kGlyphWidth) == kBlack);
    }
    CHECK_MESSAGE(seen.insert(ink).second, c);
  }
  CHECK(text_width("abc") == 3 * kGlyphWidth - 1);
  CHECK(text_width("가나") == text_width("ab"));
  CHECK(text_width("") == 0);
}

TEST_CASE("terminal picture: two rows a line, in half blocks or greys") {
  const Tensor x = Tensor::from({1, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0, 0}, {3, 4});
  CHECK(terminal_picture(x) == "▀▄█ \n ▀  \n");
  const std::string grey = terminal_picture(x, true);
  CHECK(grey.find("\x1b[38;5;255;48;5;232m▀") == 0);
  CHECK(grey.substr(grey.size() - 5) == "\x1b[0m\n");
  CHECK(message_of([] {
          terminal_picture(Tensor::zeros({4}));
        }).find("terminal_picture: x is [4] but must be [H, W]") == 0);
}

TEST_CASE("terminal row: as many images side by side as fit, a column between two") {
  const Tensor x = Tensor::from({1, 0, 1, 0, /**/ 1, 1, 0, 1, /**/ 0, 1, 1, 1}, {3, 1, 2, 2});
  CHECK(terminal_row(x, 80) == "█  ▀█ ▄█\n");
  CHECK(terminal_row(x, 7) == "█  ▀█\n");
  CHECK(terminal_row(x, 5) == "█  ▀█\n");
  CHECK(terminal_row(x, 2) == "█ \n");
  CHECK(terminal_row(x, 1) == "");
  CHECK(terminal_row(x.slice(0, 0, 1), 80, true).find("\x1b[38;5;255;48;5;255m▀") == 0);
  CHECK(message_of([&] { terminal_row(x.flatten(1), 80); }).find("terminal_row: images is [3, 4]") == 0);
}

TEST_CASE("a pipe is no terminal and has no width") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  CHECK(terminal_width(ends[1]) == 0);
  close(ends[0]), close(ends[1]);
}
