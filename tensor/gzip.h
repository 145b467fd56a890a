#pragma once
#include "tensor/bytes.h"

namespace gradfold {

// The bytes as a .gz file, at gzip's best level (-9); the same file each time, for it holds neither name nor date.
// tensor/inflate.h reads it.
Bytes gzip(ByteView bytes);

}  // namespace gradfold
