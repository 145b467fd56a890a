#pragma once
#include <filesystem>

#include "data/dataset.h"

namespace gradfold {

// Larochelle's .amat text, as binarized MNIST is published: a line an image, side*side numbers 0..1
// separated by blanks, row by row. A line of side*side + 1 numbers ends in a label. Plain or gzip. Throws
// an Error that names the file, the line and the number for anything else.
Dataset read_amat(const std::filesystem::path& path);

}  // namespace gradfold
