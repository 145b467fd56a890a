#pragma once
#include "tensor/bytes.h"
#include "tensor/tensor.h"

namespace gradfold {

// Numbers 0 and 1 as bits, eight to a byte, the first in the highest; each row of the last dimension is filled up with
// zeros to whole bytes. Throws for another number.
Bytes pack_bits(const Tensor& x);

// A .gz file of these bytes, packed as hard as zlib can (level 9): what a general packer makes of them, with no time and
// no name inside, so that equal bytes give equal files.
Bytes gzip(ByteView bytes);

}  // namespace gradfold
