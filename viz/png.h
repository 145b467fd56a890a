#pragma once
#include <filesystem>

#include "tensor/bytes.h"
#include "viz/image.h"

namespace gradfold {

// Written whole or not at all (tensor/atomic_file.h). A picture without colour becomes a grey PNG.
void write_png(const std::filesystem::path& path, const Image& image);

// The bytes of a PNG of two levels, one bit a pixel, packed as hard as libpng can: x [H, W] of 0 (black) and 1 (white).
// The smallest PNG of such a picture, to compare file sizes with. Throws for another number.
Bytes one_bit_png(const Tensor& x);

// Any PNG (grey, palette, RGB, 16 bits); transparency is laid on black. Throws an Error that names the file.
Image read_png(const std::filesystem::path& path);

}  // namespace gradfold
