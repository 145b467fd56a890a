#pragma once
#include "tensor/bytes.h"

namespace gradfold {

// CRC-32 as zlib, PNG and gzip take it: finds any damage of up to 32 bits in a row, and other damage but for one time
// in 2^32. `before` is the sum of the bytes in front, so that a long text is summed part by part.
std::uint32_t crc32(ByteView bytes, std::uint32_t before = 0);

}  // namespace gradfold
