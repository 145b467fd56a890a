#pragma once
#include <cstdint>
#include <string_view>

#include "tensor/real.h"

// The number types that files hold. Tensors hold Real alone, so types exist at the border only.
namespace gradfold {

enum class ElementType { kBool, kU8, kI8, kU16, kI16, kU32, kI32, kU64, kI64, kF16, kBF16, kF32, kF64 };

inline constexpr ElementType kRealType = sizeof(Real) == 8 ? ElementType::kF64 : ElementType::kF32;

int size_of(ElementType type);  // bytes
bool is_integer(ElementType type);  // bool counts as one

// n stored elements (of any alignment) as Real, rounded to nearest.
void decode(ElementType type, bool big_endian, const std::uint8_t* from, Index n, Real* to);
// One stored integer; an unsigned one beyond int64 becomes the largest int64.
std::int64_t decode_integer(ElementType type, bool big_endian, const std::uint8_t* from);

// IEEE 754 half precision: 5 bits of exponent, 10 of fraction.
double from_half(std::uint16_t bits);
// Rounded to the nearest, ties to even; beyond 65504 becomes infinity.
std::uint16_t to_half(double value);

}  // namespace gradfold
