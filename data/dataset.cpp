#include "data/dataset.h"

#include <array>
#include <fmt/format.h>
#include <utility>

#include "tensor/indexing.h"

namespace gradfold {
namespace {

constexpr std::array<std::pair<std::string_view, Split>, 5> kSplits = {{{"train", Split::kTrain},
                                                                       {"valid", Split::kValid},
                                                                       {"test", Split::kTest},
                                                                       {"train+valid", Split::kTrainValid},
                                                                       {"all", Split::kAll}}};

Indices joined(const Indices& a, const Indices& b) {
  Indices out(Shape{a.numel() + b.numel()});
  std::copy(b.values.begin(), b.values.end(), std::copy(a.values.begin(), a.values.end(), out.values.begin()));
  return out;
}

}  // namespace

Split parse_split(std::string_view name) {
  for (const auto& [known, split] : kSplits) {
    if (known == name) return split;
  }
  throw UsageError("split",
                   fmt::format("'{}' is no split; there are train, valid, test, train+valid and all", name));
}

std::string_view split_name(Split split) {
  for (const auto& [name, known] : kSplits) {
    if (known == split) return name;
  }
  throw Error("split_name", "this is no split");
}

Dataset slice(const Dataset& x, Index begin, Index end) {
  require(begin >= 0 && begin <= end && end <= x.size(), "slice",
          "images {} to {} were asked for, but {} has {}", begin, end, x.name, x.size());
  Dataset out{x.name, x.images.slice(0, begin, end), {}, {}};
  if (x.has_labels()) out.labels = x.labels.slice(begin, end);
  if (x.factors.defined()) out.factors = x.factors.slice(0, begin, end);
  return out;
}

Dataset select(const Dataset& x, const Indices& index) {
  Dataset out{x.name, index_select(x.images, 0, index), {}, {}};
  if (x.has_labels()) {
    out.labels = Indices(Shape{index.numel()});
    for (Index i = 0; i < index.numel(); ++i) out.labels[i] = x.labels[index[i]];
  }
  if (x.factors.defined()) out.factors = index_select(x.factors, 0, index);
  return out;
}

Dataset concatenate(const Dataset& a, const Dataset& b) {
  Dataset out{a.name, concatenate({a.images, b.images}, 0), {}, {}};
  if (a.has_labels() && b.has_labels()) out.labels = joined(a.labels, b.labels);
  if (a.factors.defined() && b.factors.defined()) out.factors = concatenate({a.factors, b.factors}, 0);
  return out;
}

}  // namespace gradfold
