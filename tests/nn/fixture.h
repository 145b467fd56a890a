#pragma once
#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>
#include <map>
#include <set>

#include "nn/module.h"
#include "tensor/npy.h"

namespace gradfold {

// PyTorch's values, tests/fixtures/nn.npz, and what of them no test has asked for.
class Fixture {
 public:
  Fixture() : stored_(read_npz(GRADFOLD_SOURCE_DIR "/tests/fixtures/nn.npz")) {}

  bool has(const std::string& key) const { return stored_.count(key) == 1; }
  Tensor operator()(const std::string& key) {
    REQUIRE_MESSAGE(has(key), key << " is not in nn.npz; run tests/fixtures/make_nn_fixtures.py");
    return stored_.at(key);
  }
  // Class labels, stored as numbers.
  Indices indices(const std::string& key) {
    const Tensor numbers = (*this)(key);
    Indices out(numbers.shape());
    for (Index i = 0; i < out.numel(); ++i) out[i] = static_cast<std::int32_t>(numbers.data()[i]);
    return out;
  }
  // All entries that begin with `prefix`, without it.
  NamedTensors under(const std::string& prefix) const {
    NamedTensors out;
    for (const auto& [key, value] : stored_) {
      if (key.starts_with(prefix)) out.emplace_back(key.substr(prefix.size()), value);
    }
    return out;
  }

 private:
  std::map<std::string, Tensor> stored_;
};

// Largest |a - b| in units of what rounding in float may do: above 1 is a failure.
inline double disagreement(const Tensor& a, const Tensor& b) {
  REQUIRE(a.shape() == b.shape());
  const std::vector<Real> x = a.to_vector(), y = b.to_vector();
  double largest = 1, worst = 0;
  for (Real v : y) largest = std::max<double>(largest, std::abs(v));
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double error = std::abs(x[i] - y[i]) / (2e-6 * largest + 1e-5 * std::abs(y[i]));
    worst = std::isnan(error) ? HUGE_VAL : std::max(worst, error);
  }
  return worst;
}

}  // namespace gradfold
