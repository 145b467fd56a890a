#include "tensor/check.h"

#include <fmt/format.h>
#include <vector>

#include "tensor/shape.h"

namespace gradfold {
namespace {

std::string assemble(const std::string& message, const std::string& path, const std::string& hint) {
  std::string text = message;
  if (!path.empty()) text += "\n  in " + path;
  if (!hint.empty()) text += "\n  hint: " + hint;
  return text;
}

std::string rule_text(std::initializer_list<Dim> rule) {
  std::vector<std::string> parts;
  for (const Dim& d : rule) {
    const Index* size = std::get_if<Index>(&d);
    parts.push_back(size ? fmt::format("{}", *size) : std::string(std::get<std::string_view>(d)));
  }
  return fmt::format("[{}]", fmt::join(parts, ", "));
}

Index fixed_size(const Dim& dim) {
  const Index* size = std::get_if<Index>(&dim);
  return size ? *size : -1;
}

bool is_ellipsis(const Dim& d) {
  const auto* letter = std::get_if<std::string_view>(&d);
  return letter && *letter == "...";
}

bool matches(const Shape& shape, std::initializer_list<Dim> rule) {
  if (rule.size() > 0 && is_ellipsis(*rule.begin())) {  // then sizes only, compared from the back
    const int fixed = static_cast<int>(rule.size()) - 1, leading = shape.rank() - fixed;
    for (int d = 0; leading >= 0 && d < fixed; ++d) {
      if (shape[leading + d] != fixed_size(rule.begin()[d + 1])) return false;
    }
    return leading >= 0;
  }
  const Dim* dims = rule.begin();
  const bool open = rule.size() > 0 && is_ellipsis(*(rule.end() - 1));
  const int named = static_cast<int>(rule.size()) - open;
  if (open ? shape.rank() < named : shape.rank() != named) return false;
  for (int d = 0; d < named; ++d) {
    if (const Index* size = std::get_if<Index>(&dims[d])) {
      if (shape[d] != *size) return false;
      continue;
    }
    for (int earlier = 0; earlier < d; ++earlier) {
      const auto* letter = std::get_if<std::string_view>(&dims[earlier]);
      if (letter && *letter == std::get<std::string_view>(dims[d]) && shape[earlier] != shape[d]) return false;
    }
  }
  return true;
}

// The commonest slip: one dimension of size 1 was left out, an image's channels or the batch.
std::string missing_dimension_hint(std::string_view name, const Shape& shape, std::initializer_list<Dim> rule) {
  const int rank = static_cast<int>(rule.size());
  const bool images = rank == 4, samples = rule_text(rule).starts_with("[N, ");
  for (int d : {1, 0}) {
    if (shape.rank() + 1 != rank || !(d == 1 ? images : images || samples)) continue;
    Shape fixed = shape;
    fixed.insert(d, 1);
    if (!matches(fixed, rule)) continue;
    const std::string sizes = fmt::format("{}", fmt::join(fixed.begin(), fixed.end(), ", "));
    return fmt::format("add the {} dimension, {}.reshape({{{}}})", d == 1 ? "channel" : "batch", name, sizes);
  }
  return "";
}

// The next two: an image where a row of features was meant, and channels that come last.
std::string order_hint(std::string_view name, const Shape& shape, std::initializer_list<Dim> rule) {
  const Dim* dims = rule.begin();
  if (rule.size() == 2 && shape.rank() > 2 && shape[0] > 0 && shape.numel() / shape[0] == fixed_size(dims[1])) {
    return fmt::format("make each sample one row, {}.flatten(1)", name);
  }
  if (rule.size() == 4 && shape.rank() == 4 && shape[3] == fixed_size(dims[1])) {
    return fmt::format("channels come before rows and columns, {}.permute({{0, 3, 1, 2}})", name);
  }
  return "";
}

}  // namespace

Error::Error(std::string_view who, std::string_view message, std::string_view hint)
    : Error(Parts{fmt::format("{}: {}", who, message), "", std::string(hint)}) {}

Error::Error(Parts parts)
    : std::runtime_error(assemble(parts.message, parts.path, parts.hint)), message_(std::move(parts.message)),
      path_(std::move(parts.path)), hint_(std::move(parts.hint)) {}

Error Error::inside(std::string_view module) const {
  std::string path(module);
  if (!path_.empty()) path += "." + path_;
  return Error(Parts{message_, path, hint_});
}

void detail::require_failed(std::string_view who, fmt::string_view format, fmt::format_args args) {
  static constexpr std::string_view kHint = "; hint: ";
  const std::string text = fmt::vformat(format, args);
  const auto at = text.find(kHint);
  if (at == std::string::npos) throw Error(who, text);
  throw Error(who, text.substr(0, at), text.substr(at + kHint.size()));
}

void check_shape(std::string_view who, std::string_view name, const Shape& shape, std::initializer_list<Dim> rule) {
  if (matches(shape, rule)) return;
  throw Error(who, fmt::format("{} is {} but must be {}", name, shape, rule_text(rule)),
              missing_dimension_hint(name, shape, rule) + order_hint(name, shape, rule));
}

}  // namespace gradfold
