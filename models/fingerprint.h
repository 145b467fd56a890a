#pragma once
#include <cstdint>

#include "models/image_model.h"

namespace gradfold {

// A number that two models share only if they are the same: kind, settings, weights bit for bit, and the width of
// Real. FNV-1a (Fowler, Noll, Vo) of 64 bits: against mix-ups, not against forgers.
std::uint64_t fingerprint(const ImageModel& model);

}  // namespace gradfold
