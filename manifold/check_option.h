#pragma once
#include <string_view>
#include <utility>

#include "tensor/check.h"

namespace gradfold {

// An option that has no meaning, or that these points do not allow. It has a type of its own because of who is to
// blame: ./gf embed ends with 2 for what its command line asked, with 1 for what is in the data.
struct OptionError : Error {
  explicit OptionError(const Error& error) : Error(error) {}
};

// require(), of an option.
template <class... Args>
void check_option(bool ok, std::string_view who, fmt::format_string<Args...> format, Args&&... args) {
  if (ok) [[likely]] return;
  try {
    require(false, who, format, std::forward<Args>(args)...);
  } catch (const Error& error) {
    throw OptionError(error);
  }
}

}  // namespace gradfold
