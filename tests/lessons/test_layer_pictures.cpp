// Masks, and what layer after layer sees through them.
#include "lessons/layer_pictures.h"

#include "tests/doctest.h"
#include "viz/grid.h"

using namespace gradfold;

namespace {

// White pixels of a grid, without the titles above and to the left of it.
Index white_in_grid(const Image& picture) {
  const Color gap = GridOptions().background;
  const Index right = picture.width() - 1, bottom = picture.height() - 1;
  Index left = 0, top = 0, n = 0;
  while (picture.at(left, bottom) != gap) ++left;
  while (picture.at(right, top) != gap) ++top;
  for (Index y = top; y <= bottom; ++y)
    for (Index x = left; x <= right; ++x) n += picture.at(x, y) == kWhite;
  return n;
}

}  // namespace

TEST_CASE("masks by colour: as many white squares as weights that may be") {
  // Of 25 weights 12 lie on earlier pixels; the middle one counts for type B in grey, and where a colour that is drawn
  // earlier (A), or the same colour too (B), is seen.
  const Index grey = 12 + 13, of_a = 6 * 12 + 3 * 13, of_b = 3 * 12 + 6 * 13;
  CHECK(white_in_grid(masks_by_color()) == (grey + of_a + of_b) * 12 * 12);
}

TEST_CASE("sight by layer: a panel for the first layer, for each block and for the whole net") {
  Rng rng(1);
  const auto area = [&](Index blocks) {
    PixelCnn model({.maps = 4, .blocks = blocks}, rng);
    const Image picture = sight_by_layer(model, {1, 1, 28, 28}, rng);
    return picture.width() * picture.height();
  };
  CHECK(area(8) > area(4) * 3 / 2);
}
