#include "lessons/pixel_tests.h"

#include <algorithm>

#include "autograd/dependency_map.h"
#include "data/strokes.h"
#include "lessons/auroc.h"
#include "lessons/lesson.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/reduce.h"
#include "viz/grid.h"
#include "viz/receptive_field.h"

namespace gradfold {

Tensor shuffle_pixels(const Tensor& images, bool one_order, Rng& rng) {
  check_shape("shuffle_pixels", "images", images.shape(), {"N", "C", "H", "W"});
  Indices order = rng.permutation(images.size(2) * images.size(3));
  std::vector<Tensor> out;
  for (Index i = 0; i < images.size(0); ++i) {
    if (!one_order && i > 0) order = rng.permutation(order.numel());
    out.push_back(index_select(images.slice(0, i, i + 1).flatten(2), 2, order));
  }
  return concatenate(out, 0).reshape(images.shape());
}

std::vector<std::pair<std::string, Tensor>> digits_and_not(const Tensor& digits, Rng& rng) {
  check_shape("digits_and_not", "digits", digits.shape(), {"N", 1, "H", "W"});
  const Index n = digits.size(0), height = digits.size(2), width = digits.size(3);
  const Tensor next = concatenate({digits.slice(0, 1, n), digits.slice(0, 0, 1)}, 0);
  const Tensor halves = concatenate({digits.slice(2, 0, height / 2), next.slice(2, height / 2, height)}, 2);
  const StrokeOptions thin = {.side = std::max(height, width), .slant = {-45, -30}, .thickness = {1.2, 1.8}};
  const Tensor other = binarize(stroke_digits(n, rng.fork("another hand"), thin).images);
  Tensor small = Tensor::zeros(digits.shape());
  const Index top = height / 4, left = width / 4;
  small.slice(2, top, top + height / 2).slice(3, left, left + width / 2).copy_from(binarize(shrink(digits, 2)));
  return {{"held out", digits},
          {"upside down", digits.flip(2).contiguous()},
          {"mirrored", digits.flip(3).contiguous()},
          {"another hand", other.slice(2, 0, height).slice(3, 0, width).contiguous()},
          {"two halves", halves},
          {"one shuffle", shuffle_pixels(digits, true, rng)},
          {"same ink", shuffle_pixels(digits, false, rng)},
          {"half size", small},
          {"blank", Tensor::zeros({8, 1, height, width})}};
}

Image JudgedKinds::picture() const {
  std::vector<std::string> titles;
  for (const std::string& name : names) titles.push_back(fmt::format("{} {:.0f}", name, nats.at(name)));
  return grid(some, {.columns = 8, .zoom = 2, .row_titles = titles});
}

JudgedKinds judge_kinds(LikelihoodModel& model, const std::vector<std::pair<std::string, Tensor>>& kinds) {
  JudgedKinds out;
  std::vector<Tensor> some;
  Tensor of_first;
  for (const auto& [name, x] : kinds) {
    const Tensor log_p = model.log_prob(x);
    if (!of_first.defined()) of_first = log_p;
    out.names.push_back(name);
    out.nats[name] = -mean(log_p).item();
    out.auroc[name] = auroc(of_first, log_p);
    some.push_back(x.slice(0, 0, 8));
  }
  out.some = concatenate(some, 0);
  return out;
}

Image PixelsSeen::picture(const std::vector<std::string>& titles) const {
  return receptive_fields(fields, titles, row, col, {.zoom = 6});
}

PixelsSeen pixels_seen(const std::vector<AutoregressiveModel*>& models, const Shape& image, Index row, Index col,
                       Rng& rng, int draws) {
  PixelsSeen out{.row = row, .col = col};
  for (AutoregressiveModel* model : models) {
    const auto net = [&](const Var& x) { return (*model)(x); };
    out.fields.push_back(receptive_field(net, image, row, col, rng, draws));
    out.count.push_back(static_cast<Index>(sum(greater(out.fields.back(), Tensor::scalar(0))).item()));
  }
  return out;
}

Index rows_off_cone(const Tensor& field, Index row, Index col, Index left, Index right) {
  check_shape("rows_off_cone", "field", field.shape(), {"H", "W"});
  Index off = 0;
  for (Index up = 1; up <= row; ++up) {
    bool differs = false;
    for (Index c = 0; c < field.size(1); ++c) {
      const bool in_cone = c >= col - left - up && c <= col + right + up;
      differs = differs || (field.at({row - up, c}) != 0) != in_cone;
    }
    off += differs;
  }
  return off;
}

std::vector<double> influence_by_rows(AutoregressiveModel& model, const Tensor& images, Rng& rng) {
  check_shape("influence_by_rows", "images", images.shape(), {"N", "C", "H", "W"});
  const Index row = images.size(2) * 3 / 4, width = images.size(3);
  std::vector<double> share(static_cast<std::size_t>(row + 1), 0);
  double total = 0;
  for (Index col = width / 4; col <= width * 3 / 4; col += 2) {
    const Tensor field = receptive_field([&](const Var& x) { return model(x); }, images, row, col, rng);
    for (Index up = 0; up <= row; ++up) share[static_cast<std::size_t>(up)] += sum(field.select(0, row - up)).item();
    total += sum(field).item();
  }
  for (double& s : share) s /= total;
  while (share.size() > 1 && share.back() == 0) share.pop_back();  // beyond what the net sees
  return share;
}

}  // namespace gradfold
