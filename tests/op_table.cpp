#include "tests/op_table.h"

#include "autograd/ops.h"

namespace gradfold {
namespace {

using In = const std::vector<Var>&;
using Rows = std::vector<OpRow>;

OpRow row(std::string label, std::function<Var(In)> f, std::vector<Shape> shapes, Domain domain = {},
          std::vector<std::vector<Shape>> edges = {}) {
  return {std::move(label), std::move(f), std::move(shapes), std::move(domain), std::move(edges)};
}

OpRow unary(std::string label, std::function<Var(const Var&)> f, Domain domain = {}) {
  return row(std::move(label), [f = std::move(f)](In v) { return f(v[0]); }, {{3, 4}}, std::move(domain),
             {{{}}, {{1}}, {{2, 1, 3}}, {{0, 3}}});
}

OpRow binary(std::string label, std::function<Var(const Var&, const Var&)> f, Domain domain = {}) {
  return row(std::move(label), [f = std::move(f)](In v) { return f(v[0], v[1]); }, {{3, 4}, {3, 4}}, std::move(domain),
             {{{3, 4}, {4}}, {{3, 1}, {1, 4}}, {{2, 1, 3}, {4, 1}}, {{}, {2, 3}}, {{2, 3}, {}}, {{1}, {1}},
              {{0, 3}, {1, 3}}, {{2, 3, 2, 2}, {3, 1, 1}}});
}

// 1, 0, 1, 0, ... in the shape that both broadcast to.
Tensor every_other(const Var& a, const Var& b) {
  Tensor out(broadcast(a.shape(), b.shape(), "every_other"));
  for (Index i = 0; i < out.numel(); ++i) out.data()[i] = static_cast<Real>(1 - i % 2);
  return out;
}

constexpr Real kTenth = Real(0.1);
const Domain kPositive{.low = 0.4, .high = 2.5};
const Domain kKinkAt0{.kinks = {0}};
const Domain kDistinct{.distinct = true};

Rows arithmetic() {
  return {
      binary("add", [](const Var& a, const Var& b) { return a + b; }),
      binary("sub", [](const Var& a, const Var& b) { return a - b; }),
      binary("mul", [](const Var& a, const Var& b) { return a * b; }),
      binary("div", [](const Var& a, const Var& b) { return a / b; }, kPositive),
      unary("mul same operand twice", [](const Var& a) { return a * a; }),
      unary("div same operand twice", [](const Var& a) { return a / (a + Real(5)); }),
      unary("add_scalar", [](const Var& a) { return a + Real(1.5); }),
      unary("add_scalar left", [](const Var& a) { return Real(1.5) + a; }),
      unary("add_scalar subtracted", [](const Var& a) { return a - Real(1.5); }),
      unary("rsub_scalar", [](const Var& a) { return Real(1.5) - a; }),
      unary("mul_scalar", [](const Var& a) { return a * Real(1.5); }),
      unary("mul_scalar left", [](const Var& a) { return Real(1.5) * a; }),
      unary("div_scalar", [](const Var& a) { return a / Real(1.5); }),
      unary("rdiv_scalar", [](const Var& a) { return Real(1.5) / a; }, kPositive),
      unary("neg", [](const Var& a) { return -a; }),
      binary("maximum", [](const Var& a, const Var& b) { return maximum(a, b); }, kDistinct),
      binary("minimum", [](const Var& a, const Var& b) { return minimum(a, b); }, kDistinct),
      binary("where", [](const Var& a, const Var& b) { return where(every_other(a, b), a, b); }),
  };
}

Rows pointwise() {
  return {
      unary("abs", [](const Var& x) { return abs(x); }, kKinkAt0),
      unary("square", [](const Var& x) { return square(x); }),
      unary("sqrt", [](const Var& x) { return sqrt(x); }, kPositive),
      unary("pow", [](const Var& x) { return pow(x, Real(2.5)); }, kPositive),
      unary("pow cube of any sign", [](const Var& x) { return pow(x, 3); }),
      unary("pow zero", [](const Var& x) { return pow(x, 0); }),
      unary("pow inverse", [](const Var& x) { return pow(x, -1); }, kPositive),
      unary("clamp", [](const Var& x) { return clamp(x, -1, 1); }, {.kinks = {-1, 1}}),
      unary("exp", [](const Var& x) { return exp(x); }),
      unary("log", [](const Var& x) { return log(x); }, kPositive),
      unary("sin", [](const Var& x) { return sin(x); }),
      unary("cos", [](const Var& x) { return cos(x); }),
      unary("erf", [](const Var& x) { return erf(x); }),
  };
}

Rows activations() {
  return {
      unary("relu", [](const Var& x) { return relu(x); }, kKinkAt0),
      unary("leaky_relu", [](const Var& x) { return leaky_relu(x, kTenth); }, kKinkAt0),
      unary("elu", [](const Var& x) { return elu(x, Real(0.7)); }, kKinkAt0),
      row("concat_elu", [](In v) { return concat_elu(v[0]); }, {{2, 3, 2, 2}}, kKinkAt0, {{{1, 2}}, {{0, 3, 2}}}),
      unary("gelu", [](const Var& x) { return gelu(x); }),
      unary("silu", [](const Var& x) { return silu(x); }),
      unary("tanh", [](const Var& x) { return tanh(x); }),
      unary("sigmoid", [](const Var& x) { return sigmoid(x); }),
      unary("softplus", [](const Var& x) { return softplus(x); }),
      unary("log_sigmoid", [](const Var& x) { return log_sigmoid(x); }),
  };
}

using Reduction = Var (*)(const Var&, const Dims&, bool);

// One reduction over everything, over one dimension, over two kept ones, and counting from the back.
void add_reduction(Rows& rows, const std::string& op, Reduction reduce, const Domain& domain) {
  rows.push_back(row(op, [reduce](In v) { return reduce(v[0], {}, false); }, {{2, 3, 4}}, domain, {{{}}, {{1, 1}}}));
  rows.push_back(row(op + " one dimension", [reduce](In v) { return reduce(v[0], {1}, false); }, {{2, 3, 4}}, domain,
                  {{{0, 3, 2}}, {{2, 1, 3}}}));
  rows.push_back(row(op + " two kept", [reduce](In v) { return reduce(v[0], {0, 2}, true); }, {{2, 3, 4}}, domain,
                  {{{3, 0, 2}}, {{1, 3, 1}}}));
  rows.push_back(
      row(op + " from the back", [reduce](In v) { return reduce(v[0], {-1}, false); }, {{2, 3, 4}}, domain));
}

Rows reductions() {
  Rows rows;
  add_reduction(rows, "sum", sum, {});
  add_reduction(rows, "mean", mean, {});
  add_reduction(rows, "max", max, kDistinct);
  add_reduction(rows, "min", min, kDistinct);
  const Rows more = {
      row("var", [](In v) { return var(v[0]); }, {{2, 3, 4}}, {}, {{{2}}}),
      row("var of a layer", [](In v) { return var(v[0], {-1}, true, 0); }, {{2, 3, 4}}, {}, {{{3, 1}}, {{0, 3}}}),
      row("var of channels", [](In v) { return var(v[0], {0, 2}, false, 0); }, {{2, 3, 4}}),
      row("logsumexp", [](In v) { return logsumexp(v[0], 1); }, {{3, 4}}, {}, {{{2, 1}}, {{0, 3}}, {{2, 3, 2}}}),
      row("logsumexp kept", [](In v) { return logsumexp(v[0], 0, true); }, {{3, 4}}),
      row("softmax", [](In v) { return softmax(v[0], 1); }, {{3, 4}}, {}, {{{2, 1}}, {{0, 3}}}),
      row("softmax inner dimension", [](In v) { return softmax(v[0], -2); }, {{2, 3, 4}}),
      row("log_softmax", [](In v) { return log_softmax(v[0], 1); }, {{3, 4}}, {}, {{{2, 1}}, {{0, 3}}}),
      row("log_softmax inner dimension", [](In v) { return log_softmax(v[0], -2); }, {{2, 3, 4}}),
  };
  rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}

Rows products() {
  return {
      row("matmul", [](In v) { return matmul(v[0], v[1]); }, {{3, 4}, {4, 2}}, {},
       {{{1, 1}, {1, 1}}, {{1, 5}, {5, 1}}, {{0, 3}, {3, 2}}, {{2, 0}, {0, 3}}}),
      row("matmul a transposed", [](In v) { return matmul(v[0], v[1], {.transpose_a = true}); }, {{4, 3}, {4, 2}}),
      row("matmul b transposed", [](In v) { return matmul(v[0], v[1], {.transpose_b = true}); }, {{3, 4}, {2, 4}}),
      row("matmul both transposed", [](In v) { return matmul(v[0], v[1], {true, true}); }, {{4, 3}, {2, 4}}),
      row("matmul batched", [](In v) { return matmul(v[0], v[1]); }, {{2, 3, 4}, {2, 4, 2}}, {},
       {{{1, 1, 1}, {1, 1, 1}}, {{0, 2, 3}, {0, 3, 2}}}),
      row("matmul batched a transposed", [](In v) { return matmul(v[0], v[1], {.transpose_a = true}); },
       {{2, 4, 3}, {2, 4, 2}}),
      row("matmul batched b transposed", [](In v) { return matmul(v[0], v[1], {.transpose_b = true}); },
       {{2, 3, 4}, {2, 2, 4}}),
      row("matmul batched both transposed", [](In v) { return matmul(v[0], v[1], {true, true}); },
       {{2, 4, 3}, {2, 2, 4}}),
      row("linear", [](In v) { return linear(v[0], v[1], v[2]); }, {{3, 4}, {2, 4}, {2}}, {},
       {{{1, 1}, {1, 1}, {1}}, {{0, 4}, {2, 4}, {2}}}),
      row("linear without bias", [](In v) { return linear(v[0], v[1]); }, {{3, 4}, {2, 4}}),
      row("linear of a sequence", [](In v) { return linear(v[0], v[1], v[2]); }, {{2, 3, 4}, {2, 4}, {2}}, {},
       {{{4}, {2, 4}, {2}}}),
  };
}

// The positions of a 3 x 3 mask-B kernel that come before its centre, and the centre.
const std::vector<Tap> kMaskB = {{0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}};

// With small weights the biases, which stay away from 0, decide which maps the relus inside let through.
Var small_bottleneck(In v, const std::vector<Tap>& taps) {
  constexpr Real kSmall = Real(0.002);
  return bottleneck(v[0], {kSmall * v[1], v[2]}, {kSmall * v[3], v[4]}, {v[5], v[6]}, taps);
}

Rows convolutions() {
  return {
      row("conv2d", [](In v) { return conv2d(v[0], v[1], v[2]); }, {{2, 2, 4, 4}, {3, 2, 3, 3}, {3}}, {},
       {{{1, 1, 1, 1}, {1, 1, 1, 1}, {1}}, {{0, 2, 4, 4}, {3, 2, 3, 3}, {3}}}),
      row("conv2d without bias", [](In v) { return conv2d(v[0], v[1]); }, {{1, 2, 3, 3}, {2, 2, 2, 2}}),
      row("conv2d padding", [](In v) { return conv2d(v[0], v[1], v[2], {.padding = 1}); },
       {{2, 2, 3, 4}, {3, 2, 3, 3}, {3}}),
      row("conv2d stride", [](In v) { return conv2d(v[0], v[1], v[2], {.stride = 2, .padding = 1}); },
       {{2, 2, 4, 5}, {2, 2, 3, 3}, {2}}),
      row("conv2d not square", [](In v) { return conv2d(v[0], v[1], v[2], {.stride = {2, 1}, .padding = {0, 2}}); },
       {{1, 2, 5, 4}, {2, 2, 2, 4}, {2}}),
      row("conv2d crop",
          [](In v) { return conv2d(v[0], v[1], v[2], {.stride = {1, 2}, .padding = 1, .crop = 1}); },
       {{2, 2, 4, 4}, {3, 2, 2, 2}, {3}}),
      row("conv2d 1x1", [](In v) { return conv2d(v[0], v[1], v[2]); }, {{2, 3, 3, 2}, {2, 3, 1, 1}, {2}}),
      row("conv2d taps", [](In v) { return conv2d(v[0], v[1], v[2], {.padding = 1, .taps = kMaskB}); },
       {{2, 2, 3, 4}, {3, 2, 3, 3}, {3}}),
      row("conv2d relu", [](In v) { return conv2d(v[0], v[1], v[2], {.padding = 1, .relu = true}); },
       {{2, 2, 3, 4}, {3, 2, 3, 3}, {3}}),
      row("bottleneck", [](In v) { return small_bottleneck(v, {}); },
       {{2, 4, 3, 4}, {3, 4, 1, 1}, {3}, {3, 3, 3, 3}, {3}, {4, 3, 1, 1}, {4}}, kKinkAt0,
       {{{1, 1, 1, 1}, {1, 1, 1, 1}, {1}, {1, 1, 1, 1}, {1}, {1, 1, 1, 1}, {1}},
        {{0, 4, 3, 4}, {3, 4, 1, 1}, {3}, {3, 3, 3, 3}, {3}, {4, 3, 1, 1}, {4}}}),
      row("bottleneck taps", [](In v) { return small_bottleneck(v, kMaskB); },
       {{2, 4, 3, 4}, {3, 4, 1, 1}, {3}, {3, 3, 3, 3}, {3}, {4, 3, 1, 1}, {4}}, kKinkAt0),
      row("gate", [](In v) { return gate(v[0]); }, {{2, 4, 3, 3}}, {}, {{{1, 2}}, {{0, 2, 3}}}),
      row("lstm_scan", [](In v) { return lstm_scan(v[0], v[1], v[2], v[3], LstmScan::rows(3, 4, 3)); },
       {{2, 12, 8}, {8, 2, 3}, {2}, {2}}, {}, {{{0, 12, 4}, {4, 1, 3}, {1}, {1}}}),
      row("lstm_scan diagonals",
       [](In v) { return lstm_scan(v[0], v[1], v[2], v[3], LstmScan::diagonals(3, 4, /*mirrored=*/false)); },
       {{3, 12, 12}, {12, 3, 2}, {3}, {3}}),
      row("lstm_scan mirrored",
       [](In v) { return lstm_scan(v[0], v[1], v[2], v[3], LstmScan::diagonals(3, 4, /*mirrored=*/true)); },
       {{1, 12, 4}, {4, 1, 2}, {1}, {1}}),
      row("lstm_scan sequences", [](In v) { return lstm_scan(v[0], v[1], v[2], v[3], LstmScan::sequences(3, 4)); },
       {{1, 12, 8}, {8, 2, 1}, {3, 2}, {3, 2}}),
      row("conv_transpose2d", [](In v) { return conv_transpose2d(v[0], v[1], v[2]); },
       {{2, 2, 3, 3}, {2, 3, 2, 2}, {3}}, {}, {{{1, 1, 1, 1}, {1, 1, 1, 1}, {1}}}),
      row("conv_transpose2d stride",
       [](In v) { return conv_transpose2d(v[0], v[1], v[2], {.stride = 2, .padding = 1}, /*output_padding=*/1); },
       {{1, 2, 3, 2}, {2, 2, 3, 3}, {2}}),
      row("conv_transpose2d not square",
       [](In v) { return conv_transpose2d(v[0], v[1], {}, {.stride = {1, 3}, .padding = {1, 0}}, {0, 2}); },
       {{1, 2, 3, 2}, {2, 2, 3, 2}}),
  };
}

Var normalized(In v, const Shape& shape) {
  return layer_norm(v[0], shape, v.size() > 1 ? v[1] : Var(), v.size() > 1 ? v[2] : Var(), kTenth);
}

// Means and variances of three channels.
const ChannelMoments& fixed_moments() {
  static const ChannelMoments moments{Tensor::from({Real(0.5), -1, 0}), Tensor::from({Real(0.25), 1, 4})};
  return moments;
}

Rows normalizations() {
  return {
      row("layer_norm", [](In v) { return normalized(v, {4}); }, {{3, 4}, {4}, {4}}, {},
       {{{4}, {4}, {4}}, {{0, 4}, {4}, {4}}, {{2, 3, 4}, {4}, {4}}}),
      row("layer_norm of images", [](In v) { return normalized(v, {2, 2, 3}); }, {{2, 2, 2, 3}, {2, 2, 3}, {2, 2, 3}}),
      row("layer_norm plain", [](In v) { return normalized(v, {19}); }, {{2, 19}}),
      row("batch_norm", [](In v) { return batch_norm(v[0], v[1], v[2], kTenth); }, {{5, 3}, {3}, {3}}, {},
       {{{1, 3}, {3}, {3}}, {{4, 1}, {1}, {1}}}),
      row("batch_norm of images", [](In v) { return batch_norm(v[0], v[1], v[2], kTenth); }, {{2, 3, 2, 3}, {3}, {3}},
       {}, {{{2, 1, 4, 5}, {1}, {1}}}),
      row("batch_norm plain", [](In v) { return batch_norm(v[0], {}, {}, kTenth); }, {{2, 3, 2, 2}}),
      row("batch_norm_fixed", [](In v) { return batch_norm_fixed(v[0], fixed_moments(), v[1], v[2], kTenth); },
       {{5, 3}, {3}, {3}}, {}, {{{0, 3}, {3}, {3}}}),
      row("batch_norm_fixed of images",
          [](In v) { return batch_norm_fixed(v[0], fixed_moments(), v[1], v[2], kTenth); },
       {{2, 3, 2, 3}, {3}, {3}}, {}, {{{0, 3, 2, 2}, {3}, {3}}}),
      row("batch_norm_fixed plain", [](In v) { return batch_norm_fixed(v[0], fixed_moments(), {}, {}, kTenth); },
       {{2, 3, 2, 2}}),
  };
}

Rows shapes() {
  return {
      row("reshape", [](In v) { return reshape(v[0], {4, -1}); }, {{2, 3, 2}}),
      row("flatten", [](In v) { return flatten(v[0], 1); }, {{2, 3, 2}}),
      row("transpose", [](In v) { return transpose(v[0], 0, -1); }, {{2, 3, 2}}, {}, {{{1, 1}}, {{0, 3}}}),
      row("permute", [](In v) { return permute(v[0], {2, 0, 1}); }, {{2, 3, 4}}),
      row("slice", [](In v) { return slice(v[0], 1, 1, 4); }, {{2, 5}}),
      row("slice step", [](In v) { return slice(v[0], -1, 0, 5, 2); }, {{2, 5}}),
      row("slice pieces of one",
       [](In v) {
         const std::vector<Var> parts = split(v[0], {2, 1, 3}, 1);
         return parts[0] * sum(parts[1]) + sum(parts[2], {1}, true);
       },
       {{2, 6}}),
      row("slice overlapping", [](In v) { return slice(v[0], 0, 0, 3) * slice(v[0], 0, 1, 4); }, {{4}}),
      row("select", [](In v) { return select(v[0], 1, 2); }, {{2, 3, 2}}),
      row("squeeze", [](In v) { return squeeze(v[0], 1); }, {{2, 1, 3}}),
      row("unsqueeze", [](In v) { return unsqueeze(v[0], -1); }, {{2, 3}}),
      row("expand", [](In v) { return expand(v[0], {2, 3, 4}); }, {{3, 1}}, {}, {{{4}}, {{}}}),
      row("flip", [](In v) { return flip(v[0], 1); }, {{2, 3}}),
      row("concatenate", [](In v) { return concatenate({v[0], v[1], v[0]}, 1); }, {{2, 3}, {2, 2}}, {},
       {{{2, 3}, {2, 0}}}),
      row("pad", [](In v) { return pad(v[0], {{1, 2}, {0, 1}}, Real(0.5)); }, {{2, 2, 3}}),
  };
}

Indices indices(const Shape& shape, std::vector<std::int32_t> values) {
  Indices out(shape);
  out.values = std::move(values);
  return out;
}

Rows indexing() {
  return {
      row("index_select", [](In v) { return index_select(v[0], 0, {3, 1, 3, 0}); }, {{4, 3}}),
      row("index_select inner dimension", [](In v) { return index_select(v[0], 1, {1, 1}); }, {{2, 3, 2}}),
      row("gather", [](In v) { return gather(v[0], 1, indices({2, 1}, {2, 0})); }, {{2, 3}}),
      row("gather rows", [](In v) { return gather(v[0], 0, indices({2, 3}, {1, 1, 0, 1, 2, 0})); }, {{3, 3}}),
  };
}

}  // namespace

const std::vector<OpRow>& op_table() {
  static const Rows table = [] {
    Rows all;
    for (const Rows& family : {arithmetic(), pointwise(), activations(), reductions(), products(), convolutions(),
                               normalizations(), shapes(), indexing()}) {
      all.insert(all.end(), family.begin(), family.end());
    }
    return all;
  }();
  return table;
}

}  // namespace gradfold
