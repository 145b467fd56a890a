#pragma once
#include <map>
#include <set>

#include "nn/module.h"
#include "tensor/npy.h"
#include "tests/disagreement.h"
#include "tests/doctest.h"

namespace gradfold {

// PyTorch's values, tests/fixtures/nn.npz, and which of them a test has left out.
class Fixture {
 public:
  Fixture() : stored_(read_npz(GRADFOLD_SOURCE_DIR "/tests/fixtures/nn.npz")) {}

  bool has(const std::string& key) const { return stored_.count(key) == 1; }
  Tensor operator()(const std::string& key) {
    REQUIRE_MESSAGE(has(key),
                    key << " is not in nn.npz; add it to tests/fixtures/make_nn_fixtures.py and run "
                           "/usr/bin/python3 tests/fixtures/make_nn_fixtures.py (it needs python3-torch)");
    asked_.insert(key);
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
  NamedTensors under(const std::string& prefix) {
    NamedTensors out;
    for (const auto& [key, value] : stored_) {
      if (!key.starts_with(prefix)) continue;
      asked_.insert(key);
      out.emplace_back(key.substr(prefix.size()), value);
    }
    return out;
  }
  // Entries of the cases asked for (what stands before the "/") that were not: a test that compares them has
  // stopped to. One a line.
  std::string unused() const {
    std::set<std::string> cases;
    for (const std::string& key : asked_) cases.insert(key.substr(0, key.find('/')));
    std::string out;
    for (const auto& [key, value] : stored_)
      if (cases.count(key.substr(0, key.find('/'))) && !asked_.count(key)) out += key + "\n";
    return out;
  }

 private:
  std::map<std::string, Tensor> stored_;
  std::set<std::string> asked_;
};

}  // namespace gradfold
