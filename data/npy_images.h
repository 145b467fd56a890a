#pragma once
#include <filesystem>

#include "tensor/tensor.h"

namespace gradfold {

// Images of a .npy file as [N, C, H, W]: the array is [N, side*side], [N, H, W] or [N, C, H, W]. Bytes
// 0..255 are divided by 255 (bytes 0 and 1 are kept); other types must hold grey levels 0..1.
Tensor read_npy_images(const std::filesystem::path& path);

}  // namespace gradfold
