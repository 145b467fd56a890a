#include "lessons/perplexity_strip.h"

#include <fmt/format.h>

#include "manifold/geodesics.h"
#include "manifold/groups.h"
#include "manifold/neighbors.h"
#include "manifold/tsne.h"
#include "tensor/elementwise.h"

namespace gradfold {
namespace {

constexpr Index kPoints = 300, kDimensions = 10;
constexpr Real kWide = 5;

}  // namespace

KnownPoints two_gaussians(double apart, Rng rng) {
  KnownPoints out{fmt::format("{:.0f} apart", apart), rng.normal({kPoints, kDimensions}), Indices(Shape{kPoints})};
  for (Index i = kPoints / 2; i < kPoints; ++i) {
    out.labels[i] = 1;
    Tensor row = out.x.select(0, i);
    row.copy_from(row * kWide);
    row.set({0}, row.at({0}) + static_cast<Real>(apart));
  }
  return out;
}

KnownPoints one_gaussian(Rng rng) {
  return {"noise", rng.normal({kPoints, kDimensions}), Indices(Shape{kPoints})};
}

MapRow perplexity_row(const KnownPoints& points, const std::vector<double>& perplexities) {
  MapRow row{points.title, {}, class_colors(points.labels)};
  for (const double perplexity : perplexities) {
    const Tensor y = Tsne({.perplexity = perplexity}).fit_transform(points.x);
    row.maps.push_back({fmt::format("perplexity {:g}", perplexity), y, Tensor(), 0});
  }
  return row;
}

Index pieces(const Tensor& y) { return connected_components(neighbor_graph(nearest_neighbors(y, 3))).count(); }

MapShape map_shape(const Tensor& y, const Indices& labels) {
  const Groups of_points = groups(y, labels);
  if (of_points.count() < 2) return {};
  return {of_points.spread[1] / of_points.spread[0], of_points.distance(0, 1) / of_points.spread[0]};
}

}  // namespace gradfold
