#include "tensor/element_type.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "tensor/map.h"

namespace gradfold {
namespace {

static_assert(std::endian::native == std::endian::little, "files are read by copying little-endian bytes");

struct Bool {
  std::uint8_t byte;
  explicit operator Real() const { return byte != 0; }
  explicit operator std::int64_t() const { return byte != 0; }
};
struct Half {
  std::uint16_t bits;
  explicit operator Real() const { return static_cast<Real>(from_half(bits)); }
};
// The upper half of a float32.
struct Brain {
  std::uint16_t bits;
  explicit operator Real() const { return static_cast<Real>(std::bit_cast<float>(std::uint32_t{bits} << 16)); }
};

template <class T>
T load(bool big_endian, const std::uint8_t* from) {
  std::array<std::uint8_t, sizeof(T)> bytes;
  std::copy_n(from, sizeof(T), bytes.begin());
  if (big_endian) std::reverse(bytes.begin(), bytes.end());
  return std::bit_cast<T>(bytes);
}

// Calls f with a value of the C++ type that `type` names.
template <class F>
auto with_type(ElementType type, F f) {
  switch (type) {
    case ElementType::kBool: return f(Bool{});
    case ElementType::kU8: return f(std::uint8_t{});
    case ElementType::kI8: return f(std::int8_t{});
    case ElementType::kU16: return f(std::uint16_t{});
    case ElementType::kI16: return f(std::int16_t{});
    case ElementType::kU32: return f(std::uint32_t{});
    case ElementType::kI32: return f(std::int32_t{});
    case ElementType::kU64: return f(std::uint64_t{});
    case ElementType::kI64: return f(std::int64_t{});
    case ElementType::kF16: return f(Half{});
    case ElementType::kBF16: return f(Brain{});
    case ElementType::kF32: return f(float{});
    case ElementType::kF64: return f(double{});
  }
  throw Error("ElementType", "this is no element type");
}

}  // namespace

int size_of(ElementType type) {
  return with_type(type, [](auto zero) { return static_cast<int>(sizeof(zero)); });
}

bool is_integer(ElementType type) { return type <= ElementType::kI64; }

void decode(ElementType type, bool big_endian, const std::uint8_t* from, Index n, Real* to) {
  with_type(type, [=](auto zero) {
    using T = decltype(zero);
    parallel_for(n, kMapGrain, [=](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) to[i] = static_cast<Real>(load<T>(big_endian, from + i * sizeof(T)));
    });
  });
}

std::int64_t decode_integer(ElementType type, bool big_endian, const std::uint8_t* from) {
  require(is_integer(type), "decode_integer", "the element type is not an integer");
  return with_type(type, [=](auto zero) -> std::int64_t {
    using T = decltype(zero);
    if constexpr (std::is_same_v<T, std::uint64_t>) {
      constexpr std::uint64_t kLargest = std::numeric_limits<std::int64_t>::max();
      return static_cast<std::int64_t>(std::min(load<T>(big_endian, from), kLargest));
    } else if constexpr (std::is_integral_v<T> || std::is_same_v<T, Bool>) {
      return static_cast<std::int64_t>(load<T>(big_endian, from));
    } else {
      return 0;
    }
  });
}

double from_half(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  double value = std::ldexp(1024 + fraction, exponent - 25);
  if (exponent == 0) value = std::ldexp(fraction, -24);
  if (exponent == 31) value = fraction ? std::numeric_limits<double>::quiet_NaN() : INFINITY;
  return bits & 0x8000 ? -value : value;
}

std::uint16_t to_half(double value) {
  const std::uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  if (std::isnan(value)) return sign | 0x7e00;
  const double size = std::abs(value);
  if (size >= 65520) return sign | 0x7c00;  // the middle between the largest half and the next power of two
  // Count in units of the last fraction bit. Rounding up to 2048 units, or from a subnormal to 1024, carries
  // into the exponent by itself: the bits of successive halves are successive integers.
  const int exponent = size == 0 ? -14 : std::max(std::ilogb(size), -14);
  const int units = static_cast<int>(std::nearbyint(std::ldexp(size, 10 - exponent)));
  return static_cast<std::uint16_t>(sign | (((exponent + 14) << 10) + units));
}

}  // namespace gradfold
