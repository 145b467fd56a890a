#pragma once
#include "viz/image.h"

// The colours of past, present and future in pictures of pixels that have an order.
namespace gradfold {

inline constexpr Color kPastWeak{188, 214, 240}, kPastStrong{10, 50, 120};
inline constexpr Color kFuture{200, 202, 206};
inline constexpr Color kPresent{255, 140, 0};
inline constexpr Color kBetweenPixels{224, 226, 230};

}  // namespace gradfold
