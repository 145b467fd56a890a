#include "models/factor_measures.h"

#include <algorithm>
#include <cmath>

#include "tensor/reduce.h"

namespace gradfold {
namespace {

double entropy_of(const std::vector<double>& p) {
  double h = 0;
  for (const double v : p) h -= v > 0 ? v * std::log(v) : 0;
  return h;
}

// H(a) + H(b) - H(a, b), by counting.
double information_of(const Indices& a, const Indices& b, Index bins_a, Index bins_b) {
  const double each = 1 / static_cast<double>(a.numel());
  std::vector<double> pa(static_cast<std::size_t>(bins_a)), pb(static_cast<std::size_t>(bins_b)),
      both(static_cast<std::size_t>(bins_a * bins_b));
  for (Index i = 0; i < a.numel(); ++i) {
    pa[static_cast<std::size_t>(a[i])] += each;
    pb[static_cast<std::size_t>(b[i])] += each;
    both[static_cast<std::size_t>(a[i] * bins_b + b[i])] += each;
  }
  return std::max(0.0, entropy_of(pa) + entropy_of(pb) - entropy_of(both));
}

void check_pair(std::string_view who, const Tensor& codes, const Tensor& factors) {
  check_shape(who, "codes", codes.shape(), {"N", "D"});
  check_shape(who, "factors", factors.shape(), {codes.size(0), "K"});
  require(codes.size(0) > 1, who, "there is {} sample; there must be two or more", codes.size(0));
}

struct MeanAndDeviation {
  double mean, deviation;
};
MeanAndDeviation spread_of(const Tensor& column, const std::vector<Index>& rows) {
  double sum = 0, squares = 0;
  for (const Index row : rows) sum += column.at({row});
  const double n = static_cast<double>(rows.size()), mean = sum / n;
  for (const Index row : rows) squares += (column.at({row}) - mean) * (column.at({row}) - mean);
  return {mean, std::sqrt(squares / n)};
}

}  // namespace

double correlation(const Tensor& a, const Tensor& b) {
  return correlation_within(a, b, Indices(Shape{a.numel()}), 1);
}

double correlation_within(const Tensor& a, const Tensor& b, const Indices& group, Index groups) {
  check_shape("correlation", "a", a.shape(), {"N"});
  check_shape("correlation", "b", b.shape(), {a.numel()});
  require(group.numel() == a.numel(), "correlation", "there are {} groups for {} samples; give one for each",
          group.numel(), a.numel());
  struct Sums {
    double n = 0, a = 0, b = 0;
  };
  std::vector<Sums> sums(static_cast<std::size_t>(groups));
  const auto of = [&](Index i) -> Sums& {
    require(group[i] >= 0 && group[i] < groups, "correlation", "group {} of sample {} must be one of 0..{}", group[i],
            i, groups - 1);
    return sums[static_cast<std::size_t>(group[i])];
  };
  for (Index i = 0; i < a.numel(); ++i) of(i).n += 1, of(i).a += a.at({i}), of(i).b += b.at({i});
  double ab = 0, aa = 0, bb = 0, all_a = 0, all_b = 0;
  for (Index i = 0; i < a.numel(); ++i) {
    const double da = a.at({i}) - of(i).a / of(i).n, db = b.at({i}) - of(i).b / of(i).n;
    ab += da * db, aa += da * da, bb += db * db;
    all_a += static_cast<double>(a.at({i})) * a.at({i}), all_b += static_cast<double>(b.at({i})) * b.at({i});
  }
  // What is left by rounding is no variation.
  const bool constant = aa <= 1e-12 * all_a || bb <= 1e-12 * all_b;
  return constant ? 0 : ab / std::sqrt(aa * bb);
}

Tensor correlations(const Tensor& a, const Tensor& b) {
  check_pair("correlations", a, b);
  return correlations_within(a, b, Indices(Shape{a.size(0)}), 1);
}

Tensor correlations_within(const Tensor& a, const Tensor& b, const Indices& group, Index groups) {
  check_pair("correlations", a, b);
  Tensor out({a.size(1), b.size(1)});
  for (Index i = 0; i < a.size(1); ++i)
    for (Index j = 0; j < b.size(1); ++j)
      out.set({i, j}, static_cast<Real>(correlation_within(a.select(1, i), b.select(1, j), group, groups)));
  return out;
}

Indices in_bins(const Tensor& values, Index bins) {
  check_shape("in_bins", "values", values.shape(), {"N"});
  require(bins > 0, "in_bins", "bins is {} but must be positive", bins);
  const Real low = min(values).item(), range = max(values).item() - low;
  Indices out(Shape{values.numel()});
  for (Index i = 0; i < values.numel(); ++i) {
    const Real place = range > 0 ? (values.at({i}) - low) / range : 0;
    out[i] = static_cast<std::int32_t>(std::min(bins - 1, static_cast<Index>(place * static_cast<Real>(bins))));
  }
  return out;
}

InformationGap information_gap(const Tensor& codes, const Tensor& factors, Index code_bins, Index factor_bins) {
  check_pair("information_gap", codes, factors);
  const Index d = codes.size(1), k = factors.size(1);
  InformationGap out{.gap = 0, .information = Tensor({d, k}), .entropy = Tensor({k})};
  for (Index f = 0; f < k; ++f) {
    const Indices factor = in_bins(factors.select(1, f), factor_bins);
    const double entropy = information_of(factor, factor, factor_bins, factor_bins);
    std::vector<double> informed;
    for (Index j = 0; j < d; ++j) {
      informed.push_back(information_of(in_bins(codes.select(1, j), code_bins), factor, code_bins, factor_bins));
      out.information.set({j, f}, static_cast<Real>(informed.back()));
    }
    std::sort(informed.rbegin(), informed.rend());
    out.entropy.set({f}, static_cast<Real>(entropy));
    const double second = d > 1 ? informed[1] : 0;
    if (entropy > 0) out.gap += (informed[0] - second) / entropy / static_cast<double>(k);
  }
  return out;
}

FactorVote factor_vote(const Tensor& codes, const Tensor& factors, Rng rng, const VoteOptions& options) {
  check_pair("factor_vote", codes, factors);
  const Index n = codes.size(0), d = codes.size(1), k = factors.size(1);
  std::vector<Index> all(static_cast<std::size_t>(n));
  for (Index i = 0; i < n; ++i) all[static_cast<std::size_t>(i)] = i;
  std::vector<double> deviation;
  for (Index j = 0; j < d; ++j) deviation.push_back(spread_of(codes.select(1, j), all).deviation);
  const double widest = *std::max_element(deviation.begin(), deviation.end());
  require(widest > 0, "factor_vote", "no code varies, so none can vote; hint: is it an encoder's mean?");

  std::vector<std::vector<std::vector<Index>>> rows_in(static_cast<std::size_t>(k));  // [factor][bin] -> images
  std::vector<Indices> bin_of;
  for (Index f = 0; f < k; ++f) {
    bin_of.push_back(in_bins(factors.select(1, f), options.factor_bins));
    auto& bins = rows_in[static_cast<std::size_t>(f)];
    bins.resize(static_cast<std::size_t>(options.factor_bins));
    for (Index i = 0; i < n; ++i) bins[static_cast<std::size_t>(bin_of.back()[i])].push_back(i);
  }
  const auto vote = [&](Index f) {
    const auto bin = static_cast<std::size_t>(bin_of[static_cast<std::size_t>(f)][rng.below(n)]);
    const std::vector<Index>& from = rows_in[static_cast<std::size_t>(f)][bin];
    std::vector<Index> rows;
    for (Index i = 0; i < options.images; ++i)
      rows.push_back(from[static_cast<std::size_t>(rng.below(static_cast<Index>(from.size())))]);
    Index least = -1;
    double narrowest = 0;
    for (Index j = 0; j < d; ++j) {
      const double whole = deviation[static_cast<std::size_t>(j)];
      if (whole < options.collapsed * widest) continue;
      const double narrow = spread_of(codes.select(1, j), rows).deviation / whole;
      if (least < 0 || narrow < narrowest) least = j, narrowest = narrow;
    }
    return least;
  };
  FactorVote out{.score = 0, .votes = Tensor::zeros({d, k})};
  for (Index i = 0; i < options.votes; ++i) {
    const Index f = rng.below(k), code = vote(f);
    out.votes.data()[code * k + f] += 1 / static_cast<Real>(options.votes);
  }
  const Indices means = argmax(out.votes, 1);
  for (Index i = 0; i < options.votes; ++i) {
    const Index f = rng.below(k);
    if (means[vote(f)] == f) out.score += 1 / static_cast<double>(options.votes);
  }
  return out;
}

}  // namespace gradfold
