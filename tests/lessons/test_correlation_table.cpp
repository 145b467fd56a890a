// What goes with what, as lines and as a picture.
#include "lessons/correlation_table.h"

#include <cmath>

#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

TEST_CASE("correlations in lines: a column for each measure, a row for each code that has an order") {
  const Tensor correlations =
      Tensor::from({NAN, NAN, NAN, Real(0.914), Real(-0.004), Real(-1), 0, Real(0.5), 1}, {3, 3});
  const std::vector<CorrelationRow> rows = correlation_rows({"category", "code 1", "the second"}, correlations);
  REQUIRE(rows.size() == 2);
  CHECK(rows[1].name == "the second");
  CHECK(rows[1].with == std::array<double, 3>{0, 0.5, 1});
  CHECK(correlation_lines(rows) == std::vector<std::string>{"            slant  thickness   size",
                                                            "code 1       0.91       0.00  -1.00",
                                                            "the second   0.00       0.50   1.00"});
  CHECK(contains(message_of([&] { correlation_rows({"one"}, correlations); }), "correlations is [3, 3] but must be"));
}

TEST_CASE("correlations in a picture: white is 0, orange 1 and blue -1, each in its place") {
  const std::vector<CorrelationRow> rows = {{"a", {1, 0, -1}}, {"b", {-0.5, 1, 0}}};
  const Image picture = correlation_table(rows);
  // The cells' bottom right corners, where no number stands; 2 pixels between cells and around them.
  const Index width = 124, height = 26;
  const auto corner = [&](Index row, Index column) {
    return picture.at(picture.width() - 3 - (2 - column) * (width + 2),
                      picture.height() - 3 - (1 - row) * (height + 2));
  };
  const Color orange = corner(0, 0), blue = corner(0, 2), pale = corner(1, 0);
  CHECK(orange.r > orange.b + 100);
  CHECK(blue.b > blue.r + 100);
  CHECK(corner(0, 1) == kWhite);
  CHECK(corner(1, 1) == orange);
  CHECK(corner(1, 2) == kWhite);
  CHECK(pale.b > pale.r + 50);
  CHECK(pale.b - pale.r < blue.b - blue.r);
  CHECK(contains(message_of([] { correlation_table({}); }), "there is nothing to draw"));
}
