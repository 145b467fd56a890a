#include "lessons/interpolation.h"

#include <cmath>

#include "lessons/latent_pictures.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/reduce.h"

namespace gradfold {

Tensor straight_way(const Tensor& a, const Tensor& b, Index frames) {
  require(frames >= 2, "straight_way", "frames is {} but must be at least 2, the two ends", frames);
  std::vector<Tensor> out;
  for (Index f = 0; f < frames; ++f) {
    const Real t = static_cast<Real>(f) / static_cast<Real>(frames - 1);
    out.push_back((a * (1 - t) + b * t).unsqueeze(0));
  }
  return concatenate(out, 0);
}

Indices way_along(const Graph& graph, const Tensor& x, Index from, Index to, Index frames) {
  require(frames >= 2, "way_along", "frames is {} but must be at least 2, the two ends", frames);
  const Indices path = shortest_path(graph, from, to);
  std::vector<double> length{0};  // to each node of the path
  for (Index i = 1; i < path.numel(); ++i) {
    const Tensor step = x.select(0, path[i]) - x.select(0, path[i - 1]);
    double square = 0;
    for (const double v : step.to_vector()) square += v * v;
    length.push_back(length.back() + std::sqrt(square));
  }
  Indices out(Shape{frames});
  std::size_t at = 0;
  for (Index f = 0; f < frames; ++f) {
    const double wanted = length.back() * static_cast<double>(f) / static_cast<double>(frames - 1);
    while (at + 1 < length.size() && std::abs(length[at + 1] - wanted) <= std::abs(length[at] - wanted)) ++at;
    out[f] = path[static_cast<Index>(at)];
  }
  return out;
}

Graph image_graph(const Tensor& images, Index k) {
  const Tensor x = images.flatten(1);
  const Graph graph = neighbor_graph(nearest_neighbors(x, k));
  return join_components(graph, connected_components(graph), x);
}

NearAndFar near_and_far(const Tensor& chart, const Tensor& euclid, const Tensor& along, Real far) {
  const Index n = chart.size(0);
  check_shape("near_and_far", "chart", chart.shape(), {"N", 1});
  check_shape("near_and_far", "euclid", euclid.shape(), {n, n});
  check_shape("near_and_far", "along", along.shape(), {n, n});
  Index a = 0, b = -1, c = -1;
  const Tensor off_middle = abs(chart - mean(chart));
  for (Index i = 1; i < n; ++i) {
    if (off_middle.at({i, 0}) < off_middle.at({a, 0})) a = i;
  }
  for (Index i = 0; i < n; ++i) {
    if (along.at({a, i}) > far && (b < 0 || euclid.at({a, i}) < euclid.at({a, b}))) b = i;
  }
  require(b >= 0, "near_and_far", "no point is farther than {} from the middle of the curve", far);
  for (Index i = 0; i < n; ++i) {
    if (euclid.at({a, i}) > 1.1 * euclid.at({a, b}) && (c < 0 || along.at({a, i}) < along.at({a, c}))) c = i;
  }
  require(c >= 0, "near_and_far", "no point looks farther from the middle of the curve than point {}", b);
  return {a, b, c};
}

std::vector<Tensor> three_ways(LatentModel& model, const Graph& graph, const Tensor& x, Index from, Index to,
                               Index frames) {
  const Tensor first = x.slice(0, from, from + 1), last = x.slice(0, to, to + 1);
  return {straight_way(first.select(0, 0), last.select(0, 0), frames),
          interpolations(model, model.encode(first), model.encode(last), frames),
          index_select(x, 0, way_along(graph, x.flatten(1), from, to, frames))};
}

Tensor between(const Tensor& frames) { return frames.slice(0, 1, frames.size(0) - 1).contiguous(); }

Tensor grey_share(const Tensor& images) {
  check_shape("grey_share", "images", images.shape(), {"N", "C", "H", "W"});
  const Tensor x = images.contiguous();
  const Index pixels = x.numel() / std::max<Index>(1, x.size(0));
  Tensor out(Shape{x.size(0)});
  for (Index n = 0; n < x.size(0); ++n) {
    double ink = 0, grey = 0;
    for (Index i = n * pixels; i < (n + 1) * pixels; ++i) {
      ink += x.data()[i] > Real(0.1);
      grey += x.data()[i] > Real(0.1) && x.data()[i] < Real(0.7);
    }
    out.set({n}, ink > 0 ? static_cast<Real>(grey / ink) : 0);
  }
  return out;
}

double wrong_order(const Tensor& distances, const Tensor& truth, Index comparisons, Rng rng) {
  check_shape("wrong_order", "truth", truth.shape(), {"N", truth.size(0)});
  check_shape("wrong_order", "distances", distances.shape(), {truth.size(0), truth.size(0)});
  const auto n = static_cast<double>(truth.size(0));
  const auto point = [&] { return std::min(truth.size(0) - 1, static_cast<Index>(rng.uniform() * n)); };
  Index wrong = 0;
  for (Index c = 0; c < comparisons; ++c) {
    const Index i = point(), j = point(), k = point(), l = point();
    const bool farther = truth.at({i, j}) > truth.at({k, l});
    wrong += (distances.at({i, j}) > distances.at({k, l})) != farther;
  }
  return static_cast<double>(wrong) / static_cast<double>(comparisons);
}

}  // namespace gradfold
