#pragma once
#include <string>

#include "tensor/bytes.h"

namespace gradfold {

// What a .gfz file holds: images that were coded by a model, and what it takes to decode them. Whole numbers are
// little-endian; "n" is one of LEB128: seven bits a byte, the lowest first, the top bit set on all but the last.
//   3 bytes  "GFZ"
//   1        version, 1
//   4        CRC-32 of all that follows
//   8        fingerprint of the model that wrote it (models/fingerprint.h)
//   4        CRC-32 of what was coded: labels and levels as 16-bit numbers, in the order of coding
//   n ...    images, channels, height, width, levels, classes (0 if it knows none), bytes of the payload,
//            bytes of the model's name
//            the name, the payload
struct CompressedFile {
  std::string model;
  std::uint64_t fingerprint = 0;
  std::uint32_t content = 0;  // CRC-32 of what was coded
  Shape images;               // [N, C, H, W]
  Index levels = 0, classes = 0;
  Bytes payload;  // one message of the arithmetic coder (models/compression.h)
};

Bytes pack(const CompressedFile& file);

// Throws an Error for bytes that are no such file, of another version, damaged or cut short, and for sizes that no
// image has: a number that is believed cannot ask for more than an image's memory.
CompressedFile unpack(ByteView bytes);

// Throws unless images of this shape, levels and classes can be in such a file.
void check_compressible(std::string_view who, const Shape& images, Index levels, Index classes);

}  // namespace gradfold
