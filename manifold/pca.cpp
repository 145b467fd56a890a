#include "manifold/pca.h"

#include <cmath>

#include "manifold/check_option.h"
#include "manifold/check_points.h"
#include "manifold/column_block.h"
#include "manifold/distances.h"
#include "manifold/eigenpairs.h"
#include "manifold/scatter.h"
#include "tensor/elementwise.h"
#include "tensor/kernels/gemm.h"
#include "tensor/map.h"
#include "tensor/matmul.h"
#include "tensor/parallel.h"
#include "tensor/random.h"
#include "tensor/reduce.h"

namespace gradfold {
namespace {

constexpr Index kPcaRowsTogether = 256;  // rows that stay in a second-level cache while they are centred and multiplied

double trace(const std::vector<double>& a, Index n) {
  double sum = 0;
  for (Index i = 0; i < n; ++i) sum += a[i * n + i];
  return sum;
}

std::vector<double> to_double(const Tensor& x) { return {x.data(), x.data() + x.numel()}; }

Tensor to_tensor(const std::vector<double>& values, const Shape& shape) {
  Tensor out(shape);
  std::copy(values.begin(), values.end(), out.data());
  return out;
}

// x [D, K], orthogonal columns in falling order of length -> unit rows [K, D] with the sign that Eigenpairs fixes. What
// is next to nothing may point anywhere by rounding: it becomes orthogonal to those before it.
Tensor unit_rows(const Tensor& x) {
  Tensor rows = orthonormal_columns(x).transpose(0, 1).contiguous();
  std::vector<double> values = to_double(rows);
  for (Index i = 0; i < rows.size(0); ++i) fix_sign(values.data() + i * rows.size(1), rows.size(1));
  return to_tensor(values, rows.shape());
}

// Sums in Real are off by some 1e-7 of the largest variance, which is a thousandth of one that is 1e-4 of it.
bool uncertain(const Eigenpairs& top) { return top.values.back() < 1e-4 * top.values.front(); }

}  // namespace

Pca& Pca::fit(const Tensor& points) {
  check_points("Pca", "x", points, 2);
  scale_ = scale_up_for_squares(points);
  const Tensor x = scale_ == 1 ? points.contiguous() : points * scale_;
  const Index n = x.size(0), d = x.size(1), most = std::min(n, d);
  const Index k = options_.n_components == 0 ? most : options_.n_components;
  check_option(k >= 1 && k <= most, "Pca", "n_components is {} but x is {}; it must be from 1 to {}, min(N, D)", k,
               x.shape(), most);
  mean = gradfold::mean(x, {0});
  if (options_.svd_solver == PcaOptions::Solver::kRandomized)
    fit_randomized(x, k);
  else if (n >= d)
    fit_covariance(x, k);
  else
    fit_inner_products(x, k);
  mean = mean / scale_;
  return *this;
}

void Pca::fit_covariance(const Tensor& x, Index k) {
  const Index d = x.size(1);
  const Tensor center = mean.reshape({1, d});
  std::vector<double> s = scatter(x, center);
  Eigenpairs top = largest_eigenpairs(s, d, k);
  if (uncertain(top)) {
    s = scatter_in_double(x, center);
    top = largest_eigenpairs(s, d, k);
  }
  components = to_tensor(top.vectors, {k, d});
  keep_variance(top.values, trace(s, d), x.size(0));
}

// x x^T u = s u gives x^T x (x^T u) = s (x^T u): the component is x^T u, made a unit vector.
void Pca::fit_inner_products(const Tensor& x, Index k) {
  const Index n = x.size(0);
  const Tensor centered = x - mean;
  std::vector<double> products = to_double(matmul(centered, centered, {.transpose_b = true}));
  Eigenpairs top = largest_eigenpairs(products, n, k);
  if (uncertain(top)) {
    products = scatter_in_double(centered.transpose(0, 1).contiguous(), Tensor::zeros({1, n}));
    top = largest_eigenpairs(products, n, k);
  }
  components = unit_rows(matmul(centered, to_tensor(top.vectors, {k, n}), {.transpose_a = true, .transpose_b = true}));
  keep_variance(top.values, trace(products, n), n);
}

void Pca::fit_randomized(const Tensor& x, Index k) {
  const Index n = x.size(0), d = x.size(1), columns = std::min(k + options_.n_oversamples, std::min(n, d));
  const Tensor centered = x - mean;
  Rng rng = Rng(options_.random_state).fork("pca");
  Tensor basis = orthonormal_columns(matmul(centered, rng.normal({d, columns})));  // [N, columns]
  for (int i = 0; i < options_.iterated_power; ++i) {
    const Tensor back = orthonormal_columns(matmul(centered, basis, {.transpose_a = true}));
    basis = orthonormal_columns(matmul(centered, back));
  }
  // What x is within the basis [columns, D], and its exact decomposition.
  const Tensor small = matmul(basis, centered, {.transpose_a = true});
  const Eigenpairs top = largest_eigenpairs(to_double(matmul(small, small, {.transpose_b = true})), columns, k);
  components =
      unit_rows(matmul(small, to_tensor(top.vectors, {k, columns}), {.transpose_a = true, .transpose_b = true}));
  keep_variance(top.values, sum_of_squares(centered), n);
}

void Pca::keep_variance(const std::vector<double>& scatter_values, double total, Index n) {
  const Index k = static_cast<Index>(scatter_values.size());
  scaled_variance_ = Tensor({k});
  explained_variance_ratio = Tensor({k});
  for (Index i = 0; i < k; ++i) {
    const double value = std::max(0.0, scatter_values[i]);  // rounding may take a zero below
    scaled_variance_.data()[i] = static_cast<Real>(value / static_cast<double>(n - 1));
    explained_variance_ratio.data()[i] = static_cast<Real>(total > 0 ? value / total : 0);
  }
  explained_variance = scaled_variance_ / scale_ / scale_;
}

Tensor Pca::transform(const Tensor& points) const {
  require(components.defined(), "Pca::transform", "nothing is fitted yet; call fit(x) first");
  const Tensor x = points.contiguous();
  const Index k = components.size(0), d = components.size(1);
  check_shape("Pca::transform", "x", x.shape(), {"N", d});
  const auto inverse_root = [](Real v) { return v > 0 ? 1 / std::sqrt(v) : Real(0); };
  const Tensor scaled =
      options_.whiten ? components * (map(scaled_variance_, inverse_root) * scale_).unsqueeze(1) : components;
  Tensor out({x.size(0), k});
  const Tensor center = mean.reshape({1, d});
  parallel_for(x.size(0), kPcaRowsTogether, [&, to = out.data(), w = scaled.data()](Index begin, Index end) {
    Tensor block({end - begin, d});
    for (Index i = begin; i < end; ++i) centered_row(x, center, {}, i, 0, d, block.data() + (i - begin) * d);
    gemm({.m = end - begin, .n = k, .k = d, .a = block.data(), .lda = d, .b = w, .ldb = d, .c = to + begin * k,
          .ldc = k, .trans_b = true});
  });
  // Whatever is not finite in a row shows in its few numbers here, which are sooner looked through.
  if (first_non_finite(out) >= 0) check_points("Pca::transform", "x", x, 0);
  return out;
}

Tensor Pca::inverse_transform(const Tensor& z) const {
  require(components.defined(), "Pca::inverse_transform", "nothing is fitted yet; call fit(x) first");
  check_shape("Pca::inverse_transform", "z", z.shape(), {"N", components.size(0)});
  check_points("Pca::inverse_transform", "z", z, 0);
  const Tensor scaled = options_.whiten ? components * (sqrt(scaled_variance_) / scale_).unsqueeze(1) : components;
  return linear(z, scaled.transpose(0, 1), mean);
}

Index Pca::components_for(double share) const {
  require(components.defined(), "Pca::components_for", "nothing is fitted yet; call fit(x) first");
  double kept = 0;
  const Index k = explained_variance_ratio.numel();
  for (Index i = 0; i < k; ++i) {
    kept += std::as_const(explained_variance_ratio).data()[i];
    if (kept >= share - 1e-6) return i + 1;
  }
  require(false, "Pca::components_for",
          "the {} components that were fitted keep {:.4f} of the variance, less than {:.4f}; "
          "hint: fit with n_components 0, which is all",
          k, kept, share);
  return k;
}

}  // namespace gradfold
