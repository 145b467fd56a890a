#include "autograd/gradient_check.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "autograd/mode.h"

namespace gradfold {
namespace {

// At most `most` of 0..n-1, evenly spread, first and last among them.
std::vector<Index> spread(Index n, Index most) {
  std::vector<Index> out;
  const Index count = std::min(n, most);
  for (Index i = 0; i < count; ++i) out.push_back(count == 1 ? 0 : i * (n - 1) / (count - 1));
  return out;
}

using Numbers = std::vector<double>;

Numbers evaluate(const std::function<Var()>& f) {
  NoGrad guard;
  const std::vector<Real> values = f().value().to_vector();
  return Numbers(values.begin(), values.end());
}

// d f / d one element of a leaf, for all outputs: (8 (f(+h) - f(-h)) - (f(+2h) - f(-2h))) / 12 h.
Numbers differences(const std::function<Var()>& f, Var leaf, Index element, double h) {
  Real& x = leaf.mutable_value().data()[element];
  const Real before = x;
  const auto at = [&](double shift) {
    x = static_cast<Real>(before + shift);
    Numbers y = evaluate(f);
    x = before;
    return y;
  };
  const Numbers p1 = at(h), m1 = at(-h), p2 = at(2 * h), m2 = at(-2 * h);
  Numbers slope(p1.size());
  for (std::size_t o = 0; o < slope.size(); ++o) slope[o] = (8 * (p1[o] - m1[o]) - (p2[o] - m2[o])) / (12 * h);
  return slope;
}

// One run of the check: what it looks at and what it has found so far.
class Check {
 public:
  Check(const std::string& name, const std::function<Var()>& f, const std::vector<Var>& leaves,
        const GradientCheckOptions& options, const std::vector<std::string>& leaf_names)
      : name_(name), f_(f), leaves_(leaves), options_(options), leaf_names_(leaf_names) {}

  GradientCheck run() {
    shape_ = evaluate_shape();
    for (std::size_t i = 0; i < leaves_.size(); ++i) measure(i);
    Rng rng(options_.seed);
    for (Index o : spread(shape_.numel(), options_.max_outputs)) {
      Tensor one_hot = Tensor::zeros(shape_);
      one_hot.data()[o] = 1;
      compare(one_hot, fmt::format("output {}", index_at(o, shape_)));
    }
    compare(rng.normal(shape_), "a random cotangent");
    return result_;
  }

 private:
  Shape evaluate_shape() const {
    NoGrad guard;
    return f_().shape();
  }

  // Column by column of leaf i's Jacobian, by differences.
  void measure(std::size_t i) {
    Columns columns;
    columns.elements = spread(leaves_[i].numel(), options_.max_elements);
    for (Index e : columns.elements) {
      columns.slopes.push_back(differences(f_, leaves_[i], e, options_.step));
      for (double s : columns.slopes.back()) columns.scale = std::max(columns.scale, std::abs(s));
    }
    columns_.push_back(std::move(columns));
  }

  // backward() with this cotangent against the cotangent times the measured Jacobian.
  void compare(const Tensor& cotangent, const std::string& through) {
    const Var y = f_();
    if (!y.requires_grad()) return fail(fmt::format("{}: the result depends on none of the inputs", name_));
    const std::vector<Tensor> received = gradients(y, leaves_, cotangent);
    double weight = 0;
    for (Real c : cotangent.to_vector()) weight = std::max<double>(weight, std::abs(c));
    for (std::size_t i = 0; i < leaves_.size(); ++i) {
      const Tensor grad = received[i].contiguous();
      for (std::size_t k = 0; k < columns_[i].elements.size(); ++k) {
        double expected = 0;
        for (Index o = 0; o < cotangent.numel(); ++o) {
          expected += cotangent.data()[o] * columns_[i].slopes[k][static_cast<std::size_t>(o)];
        }
        judge(i, columns_[i].elements[k], grad.data()[columns_[i].elements[k]], expected,
              std::max(columns_[i].scale * weight, 1e-3), through);
      }
    }
  }

  void judge(std::size_t i, Index element, double received, double expected, double scale, const std::string& through) {
    const double error = std::abs(received - expected) / std::max(std::abs(expected), scale);
    result_.worst = std::max(result_.worst, std::isfinite(error) ? error : HUGE_VAL);
    if (error <= options_.rtol) return;
    fail(fmt::format("{}: gradient of {} at element {}, through {}: received {:.10g} but differences give {:.10g}, "
                     "off by {:.2e} of the largest derivative there; at most {:.0e} is allowed; repeat with seed {}",
                     name_, leaf_name(i), index_at(element, leaves_[i].shape()), through, received, expected, error,
                     options_.rtol, options_.seed));
  }

  void fail(std::string message) {
    if (!result_.ok) return;
    result_.ok = false;
    result_.message = std::move(message);
  }

  std::string leaf_name(std::size_t i) const {
    return i < leaf_names_.size() ? leaf_names_[i] : fmt::format("input {}", i);
  }

  struct Columns {
    std::vector<Index> elements;
    std::vector<Numbers> slopes;
    double scale = 0;
  };
  const std::string& name_;
  const std::function<Var()>& f_;
  const std::vector<Var>& leaves_;
  const GradientCheckOptions& options_;
  const std::vector<std::string>& leaf_names_;
  Shape shape_;
  std::vector<Columns> columns_;
  GradientCheck result_;
};

}  // namespace

GradientCheck check_gradients(const std::string& name, const std::function<Var()>& f, const std::vector<Var>& leaves,
                              GradientCheckOptions options, const std::vector<std::string>& leaf_names) {
  for (const Var& leaf : leaves) {
    require(leaf.requires_grad() && leaf.is_leaf(), "check_gradients",
            "{}: an input is a constant or a result; all must be leaves made with requires_grad = true", name);
  }
  return Check(name, f, leaves, options, leaf_names).run();
}

GradientCheck check_gradients(const std::string& name, const std::function<Var(const std::vector<Var>&)>& f,
                              const std::vector<Tensor>& inputs, GradientCheckOptions options) {
  std::vector<Var> leaves;
  for (const Tensor& input : inputs) leaves.emplace_back(input.clone(), true);
  return check_gradients(name, [&] { return f(leaves); }, leaves, options);
}

std::vector<Tensor> draw_inputs(const std::vector<Shape>& shapes, const Domain& domain, Rng& rng) {
  Index total = 0, next = 0;
  for (const Shape& shape : shapes) total += shape.numel();
  const Indices order = rng.permutation(total);
  std::vector<Tensor> inputs;
  for (const Shape& shape : shapes) {
    Tensor x(shape);
    for (Index i = 0; i < x.numel(); ++i, ++next) {
      const double unit = domain.distinct ? (order[next] + 0.25 + 0.5 * rng.uniform()) / static_cast<double>(total)
                                          : rng.uniform();
      double value = domain.low + (domain.high - domain.low) * unit;
      for (double kink : domain.kinks) {
        if (std::abs(value - kink) < domain.margin) value = kink + (value < kink ? -domain.margin : domain.margin);
      }
      x.data()[i] = static_cast<Real>(value);
    }
    inputs.push_back(std::move(x));
  }
  return inputs;
}

}  // namespace gradfold
