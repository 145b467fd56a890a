#pragma once
#include <optional>

#include "models/pixel_cnn_pp.h"
#include "models/pixel_net.h"
#include "nn/cached_gated_residual.h"
#include "nn/cached_masked_conv.h"

namespace gradfold {

// PixelCnnPp one pixel at a time. The stream u knows the rows above and nothing else, so it runs over a whole
// row when that is begun; ul runs at each pixel. At half the resolution both do so for every second row and
// column alone, which is when the stride between them has something new to give (Ramachandran et al. 2017,
// arXiv 1704.06001).
class CachedPixelCnnPp : public PixelNet {
 public:
  CachedPixelCnnPp(const PixelCnnPp& model, Index n, Index width);

  void set(Index y, Index x, const Tensor& pixel) override;
  // The streams do not look at the pixel that they predict: asked again, they say the same. The head of a softmax over
  // several channels looks at those known by now, and runs anew.
  Tensor logits(Index y, Index x) override;

 private:
  struct Block {
    Block(const PixelStreamsBlock& block, Index n, Index width, Index maps);
    CachedGatedResidual u, ul;
    PixelMaps above;  // the row that u gave
  };
  struct Resolution {
    std::vector<Block> down, up;
    // To the next coarser one and back; none at the coarsest.
    std::optional<CachedShiftedConv> half_u, half_ul;
    std::optional<CachedShiftedConvTranspose> double_u, double_ul;
  };
  // PixelCnnPp::down_and_up for a row of u, [N, W, maps], and for a pixel of ul, [N, maps].
  Tensor row(std::size_t resolution, Index y, Tensor maps);
  Tensor pixel(std::size_t resolution, Index y, Index x, Tensor maps);

  const Tensor one_;           // [N, 1], the channel that tells the image from the padding
  const Tensor blank_row_, blank_;  // what is shifted in: [N, W, maps] and [N, maps]
  CachedShiftedConv above_, above_row_, left_, output_;
  std::vector<Resolution> resolutions_;
  std::optional<CachedMaskedConv> between_, head_;
  Tensor pixel_;                  // [N, C] of -1 .. 1, the one that was set last
  Index row_ = -1, column_ = -1;  // the pixel whose numbers these are
  Tensor numbers_;                // what output_ gave
};

}  // namespace gradfold
