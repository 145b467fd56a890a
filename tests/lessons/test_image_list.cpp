// Tiny images with what tables say of them.
#include "lessons/image_list.h"

#include "tests/doctest.h"

using namespace gradfold;

TEST_CASE("the images stand one below the other, the empty one dark and the full one light; more tables, more text") {
  std::vector<double> even(65'536, 1.0 / 65'536);
  const Image one = image_list({0, 65'535}, {even}), three = image_list({0, 65'535}, {even, even, even});
  CHECK(one.height() >= 2 * 4 * 10);
  CHECK(three.height() == one.height());
  CHECK(three.width() > one.width());
  const Index left = one.width() - 20;  // inside the images, which are right of their titles
  CHECK(one.at(left, 20) == kBlack);
  CHECK(one.at(left, one.height() - 20) == kWhite);
}
