#include "models/hungarian.h"

#include <algorithm>
#include <limits>

#include "tensor/elementwise.h"

namespace gradfold {
namespace {

constexpr Index kNone = -1;

// Rows join one at a time. Potentials u, v keep reduced = cost - u - v from going below 0 and at 0 for matched pairs; a
// new row takes the shortest path of reduced costs, through columns that others hold, to one that is free.
struct Assignment {
  explicit Assignment(const Tensor& cost)
      : cost(cost), columns(cost.size(1)), u(static_cast<std::size_t>(cost.size(0))), v(at_columns(0.0)),
        row_of(at_columns(kNone)) {}
  const Tensor cost;
  const Index columns;
  std::vector<double> u, v;
  std::vector<Index> row_of;

  template <class T>
  std::vector<T> at_columns(T value) const {
    return std::vector<T>(static_cast<std::size_t>(cost.size(1)), value);
  }

  void add(Index new_row) {
    std::vector<double> distance = at_columns(std::numeric_limits<double>::infinity());
    std::vector<Index> before = at_columns(kNone);  // the column before this one on the path
    std::vector<bool> done = at_columns(false);
    Index row = new_row, from = kNone;
    double reached = 0;
    for (;;) {
      Index next = kNone;
      for (Index j = 0; j < columns; ++j) {
        const auto at = static_cast<std::size_t>(j);
        if (done[at]) continue;
        const double through =
            reached + cost.data()[row * columns + j] - u[static_cast<std::size_t>(row)] - v[at];
        if (through < distance[at]) distance[at] = through, before[at] = from;
        if (next == kNone || distance[at] < distance[static_cast<std::size_t>(next)]) next = j;
      }
      reached = distance[static_cast<std::size_t>(next)];
      done[static_cast<std::size_t>(next)] = true;
      from = next;
      row = row_of[static_cast<std::size_t>(next)];
      if (row == kNone) break;
    }
    u[static_cast<std::size_t>(new_row)] += reached;
    for (std::size_t j = 0; j < done.size(); ++j) {
      if (!done[j] || row_of[j] == kNone) continue;
      u[static_cast<std::size_t>(row_of[j])] += reached - distance[j];
      v[j] -= reached - distance[j];
    }
    for (Index j = from; j != kNone;) {  // each column on the path passes to the row before it
      const Index previous = before[static_cast<std::size_t>(j)];
      row_of[static_cast<std::size_t>(j)] = previous == kNone ? new_row : row_of[static_cast<std::size_t>(previous)];
      j = previous;
    }
  }
};

}  // namespace

std::vector<Index> cheapest_assignment(const Tensor& cost) {
  require(cost.rank() == 2 && cost.size(0) <= cost.size(1), "cheapest_assignment",
          "cost is {} but must be [N, M] with N <= M; hint: transpose it", cost.shape());
  Assignment assignment(cost.contiguous());
  for (Index row = 0; row < cost.size(0); ++row) assignment.add(row);
  std::vector<Index> out(static_cast<std::size_t>(cost.size(0)));
  for (Index j = 0; j < cost.size(1); ++j) {
    const Index row = assignment.row_of[static_cast<std::size_t>(j)];
    if (row != kNone) out[static_cast<std::size_t>(row)] = j;
  }
  return out;
}

CodePurity code_purity(const Indices& code, const Indices& label, Index codes, Index classes) {
  require(code.numel() == label.numel() && code.numel() > 0, "code_purity",
          "there are {} codes and {} labels; there must be one of each for every sample", code.numel(), label.numel());
  Tensor together = Tensor::zeros({codes, classes});  // how many samples have this code and this label
  for (Index i = 0; i < code.numel(); ++i) {
    require(code[i] >= 0 && code[i] < codes && label[i] >= 0 && label[i] < classes, "code_purity",
            "sample {} has code {} and label {}, which must be below {} and {}", i, code[i], label[i], codes, classes);
    together.data()[code[i] * classes + label[i]] += 1;
  }
  const bool more_codes = codes > classes;
  const Tensor cost = -(more_codes ? together.transpose(0, 1).contiguous() : together);
  const std::vector<Index> partner = cheapest_assignment(cost);
  CodePurity out{.label_of = std::vector<Index>(static_cast<std::size_t>(codes), kNone), .error = 0,
                 .majority_error = 0};
  double hits = 0, majority = 0;
  for (std::size_t i = 0; i < partner.size(); ++i) {
    const auto own = static_cast<Index>(i), other = partner[i];
    const Index k = more_codes ? other : own, c = more_codes ? own : other;
    out.label_of[static_cast<std::size_t>(k)] = c;
    hits += together.at({k, c});
  }
  for (Index k = 0; k < codes; ++k) {
    const Real* row = together.data() + k * classes;
    majority += *std::max_element(row, row + classes);
  }
  const double n = static_cast<double>(code.numel());
  out.error = 1 - hits / n;
  out.majority_error = 1 - majority / n;
  return out;
}

}  // namespace gradfold
