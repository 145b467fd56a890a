#pragma once
#include <string>
#include <vector>

#include "lessons/map_panels.h"
#include "tensor/random.h"

// The same points by t-SNE with one perplexity after another, and what of such maps is true (Wattenberg, Viegas &
// Johnson 2016). A map has no unit, so what is measured are ratios within it.
namespace gradfold {

// Points whose truth is known.
struct KnownPoints {
  std::string title;
  Tensor x;        // [N, D]
  Indices labels;  // [N]: 0 or 1, the narrow and the wide one of two; 0 throughout: one ball
};
// Two Gaussians of 150 points each in 10 dimensions, the second five times as wide, their middles so far apart.
KnownPoints two_gaussians(double apart, Rng rng);
// 300 points of one.
KnownPoints one_gaussian(Rng rng);

// What t-SNE draws, a map for each perplexity.
MapRow perplexity_row(const KnownPoints& points, const std::vector<double>& perplexities);

// Into how many points fall if each is joined to its three nearest.
Index pieces(const Tensor& y);

// Of a map, or of the points themselves:
struct MapShape {
  double widths = 0;  // the wide group's over the narrow one's; 0 of one group
  double apart = 0;   // the distance of the middles over the narrow one's width; 0 of one group
};
MapShape map_shape(const Tensor& y, const Indices& labels);

}  // namespace gradfold
