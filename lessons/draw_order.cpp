#include "lessons/draw_order.h"

#include <numeric>

#include "tensor/elementwise.h"
#include "tensor/indexing.h"

namespace gradfold {
namespace {

// When each place comes: the inverse of the order.
Indices turns(const Indices& places) {
  Indices out(places.shape);
  for (Index k = 0; k < places.numel(); ++k) out[places[k]] = static_cast<std::int32_t>(k);
  return out;
}

Tensor moved(const Tensor& x, const Indices& from) { return index_select(x.flatten(1), 1, from).reshape(x.shape()); }

void check_pixels(const Tensor& x, const Indices& places) {
  check_shape("DrawOrder", "x", x.shape(), {"N", 1, "H", "W"});
  require(x.size(2) * x.size(3) == places.numel(), "DrawOrder", "x is {} but the order is of {} pixels", x.shape(),
          places.numel());
}

}  // namespace

Tensor DrawOrder::arrange(const Tensor& x) const {
  check_pixels(x, places);
  return moved(x, places);
}

Tensor DrawOrder::put_back(const Tensor& x) const {
  check_pixels(x, places);
  return moved(x, turns(places));
}

Tensor DrawOrder::numbers(Index height, Index width) const {
  return put_back((Tensor::arange(height * width) + Real{1}).reshape({1, 1, height, width})).reshape({height, width});
}

Tensor DrawOrder::frames(const Tensor& x, Index steps) const {
  const Index pixels = places.numel();
  const Tensor in_order = arrange(x);
  std::vector<Tensor> out;
  for (Index step = 1; step <= steps; ++step) {
    Tensor frame = in_order.clone().reshape({1, pixels});
    frame.slice(1, pixels * step / steps, pixels).fill(Real(0.4));
    out.push_back(put_back(frame.reshape(x.shape())));
  }
  return concatenate(out, 0);
}

std::vector<DrawOrder> draw_orders(Index height, Index width, Rng rng) {
  Indices rows(Shape{height * width}), columns = rows;
  std::iota(rows.values.begin(), rows.values.end(), 0);
  for (Index k = 0; k < rows.numel(); ++k) columns[k] = static_cast<std::int32_t>(k % height * width + k / height);
  return {{"rows", rows}, {"columns", columns}, {"random", rng.permutation(height * width)}};
}

}  // namespace gradfold
