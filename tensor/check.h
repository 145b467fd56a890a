#pragma once
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>

#include <fmt/core.h>

#include "tensor/real.h"

namespace gradfold {

class Shape;

// The one exception of the project. what() reads
//   MaskedConv2d: x is [32, 28, 28] but must be [N, 1, H, W]
//     in model.input_conv
//     hint: add the channel dimension, x.reshape({32, 1, 28, 28})
class Error : public std::runtime_error {
 public:
  Error(std::string_view who, std::string_view message, std::string_view hint = {});

  const std::string& message() const { return message_; }  // the first line
  const std::string& path() const { return path_; }        // module path, empty if none
  const std::string& hint() const { return hint_; }
  // The same error with a module's name put in front of its path: Module::operator() adds its own.
  Error inside(std::string_view module) const;

 private:
  struct Parts {
    std::string message, path, hint;
  };
  explicit Error(Parts parts);
  std::string message_, path_, hint_;
};

// Misuse of a command line or a file format asked for by the user: main() exits with 2, not 1.
class UsageError : public Error {
 public:
  using Error::Error;
};

namespace detail {
[[noreturn]] void require_failed(std::string_view who, fmt::string_view format, fmt::format_args args);
}  // namespace detail

// Throws Error{who, message} unless ok. The message says what came and what the rule is; what follows
// "; hint: " in the format becomes the hint line.
template <class... Args>
void require(bool ok, std::string_view who, fmt::format_string<Args...> format, Args&&... args) {
  if (!ok) [[unlikely]] {
    detail::require_failed(who, fmt::string_view(format), fmt::make_format_args(args...));
  }
}

// A size that a shape must have, or a letter that any size matches (docs/names.md): {"N", 1, "H", "W"}. "..."
// stands for any number of dimensions, none as well, in front of sizes or behind: {"...", 784}, {"N", 3, "..."}.
using DimRule = std::variant<Index, std::string_view>;
struct Dim : DimRule {
  Dim(int size) : DimRule(Index{size}) {}
  Dim(Index size) : DimRule(size) {}
  Dim(const char* letter) : DimRule(std::string_view(letter)) {}
};

// Throws "who: name is [32, 28, 28] but must be [N, 1, H, W]", with a hint where a reshape is the cure.
// A letter used twice must mean the same size both times.
void check_shape(std::string_view who, std::string_view name, const Shape& shape, std::initializer_list<Dim> rule);

}  // namespace gradfold
