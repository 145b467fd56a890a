#include "tensor/crc32.h"

#include <zlib.h>

namespace gradfold {

std::uint32_t crc32(ByteView bytes, std::uint32_t before) {
  if (bytes.empty()) return before;  // zlib takes a null pointer for a question
  return static_cast<std::uint32_t>(::crc32_z(before, bytes.data(), bytes.size()));
}

}  // namespace gradfold
