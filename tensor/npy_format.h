#pragma once
#include <string>
#include <string_view>

#include "tensor/bytes.h"
#include "tensor/element_type.h"
#include "tensor/indices.h"
#include "tensor/tensor.h"

// The .npy format in memory, shared by .npy files and the entries of .npz archives: six magic bytes, a
// version, the header's length, the header (a Python dictionary in text), then the elements.
namespace gradfold {

struct NpyArray {
  ElementType type;
  bool big_endian, fortran_order;
  Shape shape;
  ByteView elements;  // shape.numel() of them, inside the bytes that were parsed
};

// Throws "who: name ..." unless the bytes are one whole array.
NpyArray parse_npy(ByteView bytes, std::string_view who, std::string_view name);
Tensor to_tensor(const NpyArray& array);

// What stands before the elements of a little-endian C-order array; type is kF32, kF64 or kI32.
std::string npy_header(ElementType type, const Shape& shape);

}  // namespace gradfold
