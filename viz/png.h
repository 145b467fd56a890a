#pragma once
#include <filesystem>

#include "viz/image.h"

namespace gradfold {

// Written whole or not at all (tensor/atomic_file.h). A picture without colour becomes a grey PNG.
void write_png(const std::filesystem::path& path, const Image& image);

// Any PNG (grey, palette, RGB, 16 bits); transparency is laid on black. Throws an Error that names the file.
Image read_png(const std::filesystem::path& path);

}  // namespace gradfold
