#pragma once
#include <filesystem>

#include "tensor/indices.h"
#include "tensor/tensor.h"

// The IDX format of MNIST: two zero bytes, one byte for the element type (8: unsigned byte), one for the
// number of dimensions, the sizes as big-endian 32-bit numbers, then the bytes. Plain or gzip-compressed,
// told apart by content, not by name. A file that is truncated, too long, of another type or corrupt
// throws an Error that names it, what was expected and what was found.
namespace gradfold {

// Rows [begin, end) of a file; end = -1 is its last.
struct RowRange {
  Index begin = 0, end = -1;
};

// Sizes of the file's dimensions; nothing after the header is unpacked.
Shape read_idx_shape(const std::filesystem::path& path);

// [N, rows, columns] (or [N, channels, rows, columns]) as [N, C, H, W], grey levels 0..1. Bytes are
// divided by 255, unless none of the file is above 1: then they are 0 and 1 already.
Tensor read_idx_images(const std::filesystem::path& path, RowRange rows = {});

// x [N, C, H, W] of grey levels 0..1 as bytes 0..255, each the nearest: [N, rows, columns], or with channels if C is not
// 1. Packed if the name ends in .gz. Read again, images of 2 or 256 levels are the same (unless no byte is above 1: a
// file of black images alone looks like one of 0 and 1). Whole or not at all.
void write_idx_images(const std::filesystem::path& path, const Tensor& x);

// [N] labels 0..255.
Indices read_idx_labels(const std::filesystem::path& path, RowRange rows = {});

}  // namespace gradfold
