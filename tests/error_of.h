#pragma once
#include <string>

#include "tensor/check.h"

namespace gradfold {

// What the Error that f throws says, or "no error".
template <class F>
std::string error_of(F&& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace gradfold
