#pragma once
#include <cstdint>
#include <functional>

#include "manifold/sparse_rows.h"
#include "manifold/umap_curve.h"
#include "tensor/tensor.h"

// How UMAP draws its graph: points that an edge joins attract each other, and a few drawn at random repel.
namespace gradfold {

struct UmapLayoutOptions {
  UmapCurve curve = {};
  Index n_epochs = 200;
  double learning_rate = 1;     // falls linearly to 0
  Index negative_sample_rate = 5;
  double repulsion_strength = 1;
  std::uint64_t seed = 0;
  // The others are fixed (new points drawn into a finished map) or are these points themselves.
  bool others_move = true;
  std::function<void(Index epoch)> progress = {};
};

// Stochastic gradient descent on y [C, N], C = 1, 2 or 3, where row i of the graph holds i's edges to columns of
// others [C, M]; with others_move, others is ignored and y takes its place.
//
// An edge of weight w is drawn every w_max / w epochs, with negative_sample_rate points to repel from, as in
// umap-learn. There the edges go one by one and each moves both its ends at once, so the result depends on who comes
// first, and threads race. Here an epoch goes in rounds: in round r every point takes the r-th of its edges that are
// due and makes its own moves; an edge between moving points stands in both rows, so it still moves both ends, and
// twice. What matters is that pulls and pushes take turns: when a point made all its moves of an epoch at once, sheets
// were torn and the loss (manifold/umap_loss.h) was 1 to 3 % higher. A round goes in two waves, half the points each:
// those of a wave do not wait for one another, 16 share a vector, and they see where the wave before has moved. Each
// point has its own random numbers: the same bits for any number of threads.
void umap_layout(const SparseRows& graph, Tensor& y, const Tensor& others, const UmapLayoutOptions& options);

}  // namespace gradfold
