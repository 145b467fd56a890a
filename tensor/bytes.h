#pragma once
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "tensor/shape.h"

// What every reader of a binary file needs: its bytes, numbers inside them, and a shape that has been checked
// before memory is asked for. Nothing read from a file is believed until it fits the file's size.
namespace gradfold {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

// All bytes of a file; throws "who: cannot read PATH: REASON".
Bytes read_file(const std::filesystem::path& path, std::string_view who);

// The little-endian number of type T at `at`; the caller has checked that it is inside.
template <class T>
T load_little(ByteView bytes, std::size_t at) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value |= static_cast<T>(T{bytes[at + i]} << (8 * i));
  return value;
}

// The shape of `sizes`; throws "who: name has ..." if there are more dimensions than a Shape takes, or more
// elements than any file holds (2^48; so no product of sizes overflows).
Shape checked_shape(std::span<const std::uint64_t> sizes, std::string_view who, std::string_view name);

}  // namespace gradfold
