#pragma once
#include "models/autoregressive.h"

namespace gradfold {

// A model with numbers of their own for each place of an image: it knows images of one size.
class FixedSizeModel : public AutoregressiveModel {
 public:
  FixedSizeModel(Index height, Index width, int levels, int channels);

  // Throws unless x is [N, C, height, width], or the first rows of such images, of which a sampler asks.
  void check_images(std::string_view name, const Shape& x) const override;

  const Index height, width;
};

}  // namespace gradfold
