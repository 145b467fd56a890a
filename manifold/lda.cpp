#include "manifold/lda.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "manifold/check_option.h"
#include "manifold/check_points.h"
#include "manifold/distances.h"
#include "manifold/eigenpairs.h"
#include "manifold/scatter.h"
#include "tensor/elementwise.h"
#include "tensor/matmul.h"
#include "tensor/reduce.h"

namespace gradfold {
namespace {

// Of a correlation matrix: an eigenvalue below this is a direction without variance (rounding leaves about 1e-7).
constexpr double kNoVariance = 1e-6;
// Of the largest eigenvalue between classes: below this the classes' means do not differ.
constexpr double kNoDifference = 1e-8;

// The labels that occur, rising.
Indices distinct(const Indices& labels) {
  Indices out = labels;
  std::sort(out.values.begin(), out.values.end());
  out.values.erase(std::unique(out.values.begin(), out.values.end()), out.values.end());
  out.shape = {out.numel()};
  return out;
}

// Which of `classes` each label is.
Indices ranks(const Indices& labels, const Indices& classes) {
  Indices out(labels.shape);
  for (Index i = 0; i < labels.numel(); ++i) {
    const auto found = std::lower_bound(classes.values.begin(), classes.values.end(), labels[i]);
    out[i] = static_cast<std::int32_t>(found - classes.values.begin());
  }
  return out;
}

struct ClassMeans {
  Tensor means;               // [C, D]
  std::vector<double> count;  // [C]
};

ClassMeans class_means(const Tensor& x, const Indices& rank, Index classes) {
  const Index d = x.size(1);
  std::vector<double> sums(classes * d, 0.0), count(classes, 0.0);
  for (Index i = 0; i < x.size(0); ++i) {
    double* sum = &sums[rank[i] * d];
    for (Index j = 0; j < d; ++j) sum[j] += x.data()[i * d + j];
    ++count[rank[i]];
  }
  Tensor means({classes, d});
  for (Index i = 0; i < classes * d; ++i) means.data()[i] = static_cast<Real>(sums[i] / count[i / d]);
  return {means, count};
}

// (1 - shrinkage) S + shrinkage tr(S) / D I
void shrink(std::vector<double>& s, Index d, double shrinkage) {
  double trace = 0;
  for (Index i = 0; i < d; ++i) trace += s[i * d + i];
  for (double& value : s) value *= 1 - shrinkage;
  for (Index i = 0; i < d; ++i) s[i * d + i] += shrinkage * trace / static_cast<double>(d);
}

// Rows w with w S w^T = I, [rank, D]. Features are scaled to variance 1 first, so that "no variance" does not depend on
// their units.
std::vector<double> whitening(std::vector<double> s, Index d) {
  std::vector<double> scale(d);
  for (Index i = 0; i < d; ++i) scale[i] = s[i * d + i] > 0 ? 1 / std::sqrt(s[i * d + i]) : 0;
  for (Index i = 0; i < d; ++i)
    for (Index j = 0; j < d; ++j) s[i * d + j] *= scale[i] * scale[j];
  const Eigenpairs pairs = largest_eigenpairs(s, d, d);
  std::vector<double> rows;
  for (Index k = 0; k < d && pairs.values[k] > kNoVariance; ++k)
    for (Index j = 0; j < d; ++j) rows.push_back(pairs.vector(k)[j] * scale[j] / std::sqrt(pairs.values[k]));
  return rows;
}

// The means of the classes around the mean of all points, in the whitened space: rows sqrt(n_c) W (m_c - m), [C, rank].
std::vector<double> whitened_means(const ClassMeans& of, const Tensor& mean, const std::vector<double>& white) {
  const Index c = static_cast<Index>(of.count.size()), d = mean.numel(), rank = static_cast<Index>(white.size()) / d;
  std::vector<double> out(c * rank);
  for (Index i = 0; i < c; ++i)
    for (Index r = 0; r < rank; ++r) {
      double sum = 0;
      for (Index j = 0; j < d; ++j) {
        const double gap = double(of.means.data()[i * d + j]) - std::as_const(mean).data()[j];
        sum += white[r * d + j] * gap;
      }
      out[i * rank + r] = std::sqrt(of.count[i]) * sum;
    }
  return out;
}

}  // namespace

Lda& Lda::fit(const Tensor& points, const Indices& labels) {
  check_points("Lda", "x", points, 2);
  const Real scale = scale_up_for_squares(points);  // all is in this unit, until the end
  const Tensor x = scale == 1 ? points.contiguous() : points * scale;
  const Index n = x.size(0), d = x.size(1);
  require(labels.numel() == n, "Lda", "there are {} labels for {} points; each point needs one", labels.numel(), n);
  classes = distinct(labels);
  const Index c = classes.numel();
  require(c >= 2, "Lda", "all labels are {}; it takes two classes to tell apart", labels[0]);
  require(n > c, "Lda", "there are {} points in {} classes; it takes more points than classes", n, c);
  check_option(options_.shrinkage >= 0 && options_.shrinkage <= 1, "Lda", "shrinkage is {} but must be from 0 to 1",
               options_.shrinkage);
  const Indices rank = ranks(labels, classes);
  const ClassMeans of = class_means(x, rank, c);
  mean = gradfold::mean(x, {0});

  std::vector<double> within = scatter_in_double(x, of.means, rank);  // 1
  for (double& value : within) value /= static_cast<double>(n - c);
  shrink(within, d, options_.shrinkage);
  const std::vector<double> white = whitening(std::move(within), d);  // 2
  const Index directions = static_cast<Index>(white.size()) / d;
  require(directions > 0, "Lda", "x does not vary within the classes; hint: give each class points that differ");

  const std::vector<double> means = whitened_means(of, mean, white);  // 3
  std::vector<double> between(directions * directions, 0.0);
  for (Index k = 0; k < c; ++k)
    for (Index i = 0; i < directions; ++i)
      for (Index j = 0; j < directions; ++j)
        between[i * directions + j] += means[k * directions + i] * means[k * directions + j];
  const Eigenpairs axes = largest_eigenpairs(between, directions, std::min(c - 1, directions));
  Index kept = 0;
  double total = 0;
  for (const double value : axes.values) {
    total += std::max(0.0, value);
    kept += value > kNoDifference * axes.values[0] && value > 0;
  }
  const Index k = options_.n_components == 0 ? kept : options_.n_components;
  require(kept > 0, "Lda", "all classes have the same mean; there is no direction that tells them apart");
  check_option(k >= 1 && k <= kept, "Lda",
               "n_components is {} but {} classes of {} features have {} discriminants; it must be from 1 to {}", k, c,
               d, kept, kept);

  all_scalings_ = Tensor({d, kept});
  for (Index a = 0; a < kept; ++a) {
    std::vector<double> direction(d, 0.0);
    for (Index r = 0; r < directions; ++r)
      for (Index j = 0; j < d; ++j) direction[j] += axes.vector(a)[r] * white[r * d + j];
    fix_sign(direction.data(), d);
    for (Index j = 0; j < d; ++j) all_scalings_.data()[j * kept + a] = static_cast<Real>(direction[j]);
  }
  all_scalings_ = all_scalings_ * scale, mean = mean / scale;
  scalings = all_scalings_.slice(1, 0, k).contiguous();
  explained_variance_ratio = Tensor({k});
  for (Index a = 0; a < k; ++a) explained_variance_ratio.data()[a] = static_cast<Real>(axes.values[a] / total);
  priors = Tensor({c});
  for (Index i = 0; i < c; ++i) priors.data()[i] = static_cast<Real>(of.count[i] / static_cast<double>(n));
  class_means_ = project(of.means / scale, all_scalings_);  // 4
  return *this;
}

Tensor Lda::project(const Tensor& x, const Tensor& onto) const {
  require(scalings.defined(), "Lda", "nothing is fitted yet; call fit(x, labels) first");
  check_shape("Lda", "x", x.shape(), {"N", mean.numel()});
  check_points("Lda", "x", x, 0);
  const Tensor z = matmul(x - mean, onto);
  const Index far = first_non_finite(z);
  if (far >= 0)
    require(false, "Lda", "row {} of x is farther from the mean than a float can say; hint: fit points of its size, or "
            "leave it out", far / z.size(1));
  return z;
}

Tensor Lda::transform(const Tensor& x) const { return project(x, scalings); }

// ln prior - |z - z_c|^2 / 2, without |z|^2 / 2, which all share and which far away would leave no digits to the rest,
// and less that of the likeliest class: so it is a float wherever z lies.
Tensor Lda::log_posterior(const Tensor& x) const {
  const Tensor z = project(x, all_scalings_);
  Tensor out({z.size(0), classes.numel()});
  const Index n = z.size(0), c = classes.numel(), k = z.size(1);
  std::vector<double> row(c);
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < c; ++j) {
      row[j] = std::log(double(priors.data()[j]));
      for (Index a = 0; a < k; ++a) {
        const double at = std::as_const(z).data()[i * k + a], center = class_means_.data()[j * k + a];
        row[j] += (at - center / 2) * center;
      }
    }
    const double largest = *std::max_element(row.begin(), row.end());
    for (Index j = 0; j < c; ++j) out.data()[i * c + j] = static_cast<Real>(row[j] - largest);
  }
  return out;
}

Indices Lda::predict(const Tensor& x) const {
  Indices out = argmax(log_posterior(x), 1);
  for (std::int32_t& value : out.values) value = classes[value];
  return out;
}

Tensor Lda::predict_proba(const Tensor& x) const { return softmax(log_posterior(x), 1); }

}  // namespace gradfold
