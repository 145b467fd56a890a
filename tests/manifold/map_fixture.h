#pragma once
#include <cmath>
#include <map>
#include <vector>

#include "data/strokes.h"
#include "manifold/neighbors.h"
#include "manifold/sparse_rows.h"
#include "tensor/npy.h"
#include "tests/doctest.h"

namespace gradfold {

// scikit-learn's and umap-learn's values, tests/fixtures/maps.npz.
inline Tensor stored_map(const std::string& key) {
  static const auto arrays = read_npz(GRADFOLD_SOURCE_DIR "/tests/fixtures/maps.npz");
  REQUIRE_MESSAGE(arrays.count(key) == 1,
                  key << " is not in maps.npz; /usr/bin/python3 tests/fixtures/make_map_fixtures.py makes it");
  return arrays.at(key);
}

// Stroke digits of 14 x 14 pixels, a row each [N, 196], and their classes.
inline Tensor strokes(Index n, Indices* labels = nullptr) {
  const StrokeDigits digits = stroke_digits(n, Rng(1), {.side = 14});
  if (labels) *labels = digits.labels;
  return digits.images.flatten(1).contiguous();
}

// The whole matrix [N, N].
inline Tensor dense(const SparseRows& rows) {
  Tensor out = Tensor::zeros({rows.size(), rows.size()});
  for (Index i = 0; i < rows.size(); ++i)
    for (Index e = rows.start[i]; e < rows.start[i + 1]; ++e)
      out.data()[i * rows.size() + rows.column[e]] += rows.value[e];
  return out;
}

// Largest |a - b| over the largest |b|.
inline double largest_error(const Tensor& a, const Tensor& b) {
  REQUIRE(a.shape() == b.shape());
  double error = 0, scale = 0;
  const std::vector<Real> x = a.to_vector(), y = b.to_vector();
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!(std::abs(x[i]) <= 1e30)) return HUGE_VAL;  // NaN and infinity
    error = std::max(error, std::abs(static_cast<double>(x[i]) - y[i]));
    scale = std::max(scale, std::abs(static_cast<double>(y[i])));
  }
  return error / scale;
}

inline bool all_finite(const Tensor& x) {
  for (Real v : x.to_vector())
    if (!std::isfinite(v)) return false;
  return true;
}

}  // namespace gradfold
