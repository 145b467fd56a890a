// Orders to draw pixels in: rearranged and put back, numbered, and an image on its way.
#include "lessons/draw_order.h"

#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

TEST_CASE("draw orders: rows and columns by hand, a shuffled one has every place once; put_back undoes arrange") {
  const std::vector<DrawOrder> orders = draw_orders(2, 3, Rng(1));
  REQUIRE(orders.size() == 3);
  CHECK(orders[0].places.values == std::vector<std::int32_t>{0, 1, 2, 3, 4, 5});
  CHECK(orders[1].places.values == std::vector<std::int32_t>{0, 3, 1, 4, 2, 5});
  CHECK(identical(orders[0].numbers(2, 3), Tensor::from({1, 2, 3, 4, 5, 6}, {2, 3})));
  CHECK(identical(orders[1].numbers(2, 3), Tensor::from({1, 3, 5, 2, 4, 6}, {2, 3})));
  const Tensor x = Rng(2).uniform({4, 1, 2, 3});
  CHECK(orders[1].arrange(x).at({3, 0, 0, 1}) == x.at({3, 0, 1, 0}));  // the second that is drawn lies below the first
  std::vector<std::int32_t> sorted = orders[2].places.values;
  std::sort(sorted.begin(), sorted.end());
  CHECK(sorted == orders[0].places.values);
  for (const DrawOrder& order : orders) CHECK(identical(order.put_back(order.arrange(x)), x));
}

TEST_CASE("draw orders: frames show what is drawn, and 0.4 for the rest; wrong input is named") {
  const DrawOrder columns = draw_orders(2, 2, Rng(1))[1];
  const Tensor frames = columns.frames(Tensor::ones({1, 1, 2, 2}), 2);
  CHECK(identical(frames, Tensor::from({1, Real(0.4), 1, Real(0.4), 1, 1, 1, 1}, {2, 1, 2, 2})));
  CHECK(message_of([&] { columns.arrange(Tensor::ones({1, 1, 2, 3})); }) ==
        "DrawOrder: x is [1, 1, 2, 3] but the order is of 4 pixels");
}
