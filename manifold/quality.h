#pragma once
#include "manifold/geodesics.h"
#include "manifold/neighbors.h"
#include "tensor/indices.h"
#include "tensor/tensor.h"

// How far a map y [N, d] can be trusted as a picture of x [N, D]. Distances are taken a block of rows at a time: 70,000
// points fit. Points that are equally far count in the order of their rows.
namespace gradfold {

// Of neighbours on the map: are they neighbours in the data? (Venna & Kaski 2001)
//
//   T(k) = 1 - 2 / (N k (2N - 3k - 1)) sum_i sum_j (rank of j seen from i in x - k)
//
// over the j that are among the k nearest of i on the map and not in the data. 1: all are; about 0.5: a map drawn at
// random. 1 <= k < N / 2.
double trustworthiness(const Tensor& x, const Tensor& y, Index k = 12);
// Of neighbours in the data: are they neighbours on the map? The same with x and y exchanged.
double continuity(const Tensor& x, const Tensor& y, Index k = 12);

// Both, in not much more time than one of them takes: the neighbours in the data are looked for once.
struct MapTrust {
  double trustworthiness = 0, continuity = 0;
};
MapTrust map_trust(const Tensor& x, const Tensor& y, Index k = 12, const RowProgress& progress = {});

// Share of points whose label most of their k nearest have too (of equals, the smallest label). Each point is judged by
// the others: none is left out, none sees itself.
double knn_accuracy(const Tensor& y, const Indices& labels, Index k = 10);
// The same of new points y [M, d], each judged by its k nearest among the known ones [N, d].
double knn_accuracy(const Tensor& y, const Indices& labels, const Tensor& known, const Indices& known_labels,
                    Index k = 10);

// How distances on a map agree with those it should show, over all pairs of points.
struct DistanceAgreement {
  double pearson = 0;   // linear correlation
  double spearman = 0;  // of ranks: whether the order of distances is right
  double residual_variance() const { return 1 - pearson * pearson; }
};
// distances [N, N] (the upper triangle is read) against those between rows of y [N, d].
DistanceAgreement distance_agreement(const Tensor& distances, const Tensor& y);
// Path lengths against distances on the map, between `most` points spread evenly over the rows.
DistanceAgreement geodesic_agreement(const Graph& graph, const Tensor& y, Index most = 1000);
// 1 - R^2 alone: one pass without ranks, for all pairs of a few thousand points.
double residual_variance(const Tensor& distances, const Tensor& y);

}  // namespace gradfold
