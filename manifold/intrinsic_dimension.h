#pragma once
#include "manifold/neighbors.h"
#include "tensor/tensor.h"

// How many numbers it takes to say where on the data's surface a point is, from the distances to its nearest neighbours
// alone: in d dimensions a ball of twice the radius holds 2^d times the points. Estimates of one dimension for x
// [N, D], of whose equal rows one counts; of neighbours that are given, a point whose nearest is 0 away is left out.
// Above about 10 dimensions all fall short: with N points no ball is small enough, and most of them reach over
// the edge.
namespace gradfold {

// TwoNN (Facco, d'Errico, Rodriguez & Laio 2017): mu = r2 / r1 of the two nearest has P(mu > m) = m^-d, whatever the
// density. d is the slope through the origin of -ln(1 - F) against ln mu, F the share of points below; the `discard`
// with the largest mu are left out.
double two_nn(const Tensor& x, double discard = 0.1);
double two_nn(const Neighbors& near, double discard = 0.1);  // at least 2 neighbours

// Levina & Bickel (2004): around each point the likeliest dimension is
//   m_k = [1 / (k - 1) sum_j<k ln(T_k / T_j)]^-1,   T_j the distance to the j-th nearest;
// the mean over points, then over k = k1..k2. Too high at small k: the mean of inverses is above the
// inverse of the mean.
double levina_bickel(const Tensor& x, Index k1 = 10, Index k2 = 20);
double levina_bickel(const Neighbors& near, Index k1 = 10, Index k2 = 20);

// MacKay & Ghahramani's (2005) comment on it: the likelihood of all points together, so the mean over points is taken
// of 1 / m_k, and then inverted.
double mackay_ghahramani(const Tensor& x, Index k1 = 10, Index k2 = 20);
double mackay_ghahramani(const Neighbors& near, Index k1 = 10, Index k2 = 20);

}  // namespace gradfold
