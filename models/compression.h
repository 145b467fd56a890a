#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "models/autoregressive.h"

// Lossless compression by a model's conditionals. p(x) = prod p(x_i | earlier pixels) is all that an arithmetic
// coder needs: symbol after symbol the probabilities of what may come, which the decoder works out from what it
// has decoded. So the file is -log2 p(x) bits long, the model's negative log-likelihood, and two bits and a header
// of some 45 bytes.
//
// All images are one message. Some thousand of them advance together, pixel by pixel in the order of
// models/pixel_walk.h; decoding is the very same walk, with the decoder in the encoder's place, so the net is run
// on the same numbers and says the same to the last bit. What it must not depend on, the number of threads, it
// does not; another processor, compiler or library may round otherwise, and a file from there is refused.
namespace gradfold {

struct CompressOptions {
  // The class of each image, [N], or [1] for all: for compress() of a model with classes. The file keeps them, at
  // log2(classes) bits each, so that decompress() needs none.
  Indices labels = {};
  // Called after each pixel with the number done and the number of all, to show it or to stop by throwing. When
  // decompressing, "all" is what the file says.
  std::function<void(Index, Index)> progress = {};
};

// images [N, C, H, W] of levels 0, 1/(levels - 1), ..., 1 -> the bytes of a file (models/compressed_file.h). The
// model is asked in evaluation mode. Throws if the images are not the model's, or its probabilities no numbers.
//
// A model that looks ahead (PixelCNN with masked = 0) is coded by what it says while later pixels are unknown. The
// likelihood that it claims, from images that it sees whole, no coder reaches: the file shows what it is worth.
std::vector<std::uint8_t> compress(AutoregressiveModel& model, const Tensor& images,
                                   const CompressOptions& options = {});

// The images again, level for level. Throws an Error, and never gives other images, if the file is none, is
// damaged or cut short, was written by another model or other weights (it names both), or cannot be decoded
// because the arithmetic here is another. options.labels are not looked at.
Tensor decompress(AutoregressiveModel& model, const std::vector<std::uint8_t>& file,
                  const CompressOptions& options = {});

}  // namespace gradfold
