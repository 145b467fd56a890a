#pragma once
#include <map>

#include "nn/module.h"
#include "tensor/npy.h"
#include "tests/disagreement.h"
#include "tests/doctest.h"

namespace gradfold {

// PyTorch's values, tests/fixtures/nn.npz, and what of them no test has asked for.
class Fixture {
 public:
  Fixture() : stored_(read_npz(GRADFOLD_SOURCE_DIR "/tests/fixtures/nn.npz")) {}

  bool has(const std::string& key) const { return stored_.count(key) == 1; }
  Tensor operator()(const std::string& key) {
    REQUIRE_MESSAGE(has(key),
                    key << " is not in nn.npz; add it to tests/fixtures/make_nn_fixtures.py and run that");
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

}  // namespace gradfold
