#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "manifold/neighbors.h"
#include "tensor/indices.h"
#include "tensor/tensor.h"
#include "tools/command.h"
#include "viz/progress.h"

// The methods of `gf embed`: one row each in tools/embed_methods.cpp.
namespace gradfold {

// What a method is given, and what it tells besides the map.
struct EmbedJob {
  Tensor x;        // [N, D]
  Indices labels;  // [N], or empty
  std::uint64_t seed = 1;
  nlohmann::ordered_json stages = nlohmann::ordered_json::object();   // seconds by name
  nlohmann::ordered_json results = nlohmann::ordered_json::object();  // a loss, eigenvalues, ...: keys of the object

  // Does a part of the work and notes how long it took: Tensor y = job.stage("fit", [&] { return pca.fit(x); });
  template <class Work>
  auto stage(const std::string& name, Work work) {
    struct Note {
      nlohmann::ordered_json& stages;
      const std::string& name;
      std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
      ~Note() {
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        stages[name] = stages.value(name, 0.0) + took.count();
      }
    } note{stages, name};
    return work();
  }
};

struct EmbedMethod {
  std::string name, help;
  bool needs_labels = false;
  // Adds the method's own options to `app`, under scikit-learn's or umap-learn's names, and gives what computes the map
  // [N, K] once they are parsed.
  std::function<std::function<Tensor(EmbedJob&)>(CLI::App& app)> setup;
};

const std::vector<EmbedMethod>& embed_methods();

// Moves `bar`, which must live as long, as rows are done.
RowProgress rows_on(Progress& bar);

}  // namespace gradfold
