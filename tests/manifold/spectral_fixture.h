#pragma once
#include <cmath>
#include <map>

#include "tensor/elementwise.h"
#include "tensor/indices.h"
#include "tensor/npy.h"
#include "tensor/reduce.h"
#include "tests/doctest.h"

namespace gradfold {

// scikit-learn's values, tests/fixtures/spectral.npz.
inline Tensor stored(const std::string& key) {
  static const auto arrays = read_npz(GRADFOLD_SOURCE_DIR "/tests/fixtures/spectral.npz");
  REQUIRE_MESSAGE(arrays.count(key) == 1,
                  key << " is not in spectral.npz; /usr/bin/python3 tests/fixtures/make_spectral_fixtures.py makes it");
  return arrays.at(key);
}

inline Indices stored_indices(const std::string& key) {
  const Tensor numbers = stored(key);
  Indices out(numbers.shape());
  for (Index i = 0; i < out.numel(); ++i) out[i] = static_cast<std::int32_t>(numbers.data()[i]);
  return out;
}

// Largest |a - b| over the largest |b|.
inline double relative(const Tensor& a, const Tensor& b) {
  REQUIRE(a.shape() == b.shape());
  return max(abs(a - b)).item() / max(abs(b)).item();
}

// The same for coordinates [N, K] whose columns may have either sign.
inline double relative_up_to_signs(const Tensor& a, const Tensor& b) {
  REQUIRE(a.shape() == b.shape());
  Tensor turned = a.clone();
  for (Index c = 0; c < a.size(1); ++c) {
    const Tensor column = a.select(1, c);
    if (sum(column * b.select(1, c)).item() < 0) turned.select(1, c).copy_from(-column);
  }
  return relative(turned, b);
}

inline double correlation(const Tensor& a, const Tensor& b) {
  const Tensor x = a - mean(a), y = b - mean(b);
  return sum(x * y).item() / std::sqrt(sum_of_squares(x) * sum_of_squares(y));
}

}  // namespace gradfold
