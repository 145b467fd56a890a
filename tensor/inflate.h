#pragma once
#include <string_view>

#include "tensor/bytes.h"

namespace gradfold {

enum class Packing {
  kGzip,     // .gz, with a checksum; several members in a row count as one
  kDeflate,  // the bare stream inside a .zip
};

struct Inflated {
  Bytes bytes;
  bool complete;  // the end of the stream was reached (and gzip's checksum held)
};

// Unpacks at most `limit` bytes. Memory grows with what really comes out, never with what a header claims.
// Throws "who: name ..." for corrupt or truncated data.
Inflated inflate(ByteView packed, Packing packing, std::size_t limit, std::string_view who,
                 std::string_view name);

// Begins as a gzip file does.
bool is_gzip(ByteView bytes);

}  // namespace gradfold
