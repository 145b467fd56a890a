#include "lessons/linear_probe.h"

#include "models/net_classifier.h"
#include "tensor/elementwise.h"
#include "tensor/reduce.h"

namespace gradfold {

double linear_probe(const Tensor& x, const Indices& y, const Tensor& test_x, const Indices& test_y) {
  const Tensor middle = mean(x, {0}, true);
  const Tensor spread = sqrt(mean(square(x - middle), {0}, true) + Real(1e-6));
  LogisticRegression linear({.steps = 200, .lr = 0.05, .penalty = Real(0.01)});
  linear.fit((x - middle) / spread, y, 10);
  return linear.accuracy((test_x - middle) / spread, test_y);
}

std::vector<double> few_label_probes(const Tensor& x, const Indices& y, const Tensor& test_x, const Indices& test_y,
                                     const std::vector<double>& labels) {
  std::vector<double> out;
  for (const double rows : labels) {
    const auto n = static_cast<Index>(rows);
    out.push_back(linear_probe(x.slice(0, 0, n).contiguous(), y.slice(0, n), test_x, test_y));
  }
  return out;
}

}  // namespace gradfold
