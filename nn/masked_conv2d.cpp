#include "nn/masked_conv2d.h"

#include <algorithm>

#include "autograd/ops/arithmetic.h"
#include "autograd/ops/conv.h"
#include "tensor/elementwise.h"
#include "tensor/reduce.h"

namespace gradfold {
namespace {

void check_options(Index in, Index out, Size2 kernel, Index groups) {
  require(kernel.h % 2 == 1 && kernel.w % 2 == 1, "MaskedConv2d",
          "the kernel is {} x {} but both sides must be odd, so that it has a centre", kernel.h, kernel.w);
  require(groups > 0 && in % groups == 0 && out % groups == 0, "MaskedConv2d",
          "{} -> {} channels cannot be split into {} equal groups; hint: for RGB use multiples of 3", in, out,
          groups);
}

// Kernel positions at which some output sees some input. conv2d skips the others.
std::vector<Tap> visible_taps(const Tensor& mask) {
  const Tensor seen = max(mask, {0, 1});
  std::vector<Tap> taps;
  for (int row = 0; row < seen.size(0); ++row) {
    for (int col = 0; col < seen.size(1); ++col) {
      if (seen.at({row, col}) != 0) taps.push_back({row, col});
    }
  }
  require(!taps.empty(), "MaskedConv2d",
          "a 1 x 1 kernel under mask A sees nothing; hint: use a larger kernel, or mask B");
  return taps;
}

// 1/sqrt(what an output of the last group sees): PyTorch's default with the masked entries left out.
Init default_init(const Tensor& mask, Index out) {
  Index seen = 0;
  for (Real v : mask.select(0, out - 1).to_vector()) seen += v != 0;
  return init::torch_default({out, std::max<Index>(seen, 1)});
}

}  // namespace

Tensor causal_mask(MaskType type, Index in, Index out, Size2 kernel, Index groups) {
  check_options(in, out, kernel, groups);
  if (type == MaskType::kNone) return Tensor::ones({out, in, kernel.h, kernel.w});
  Tensor mask = Tensor::zeros({out, in, kernel.h, kernel.w});
  if (type == MaskType::kVerticalA || type == MaskType::kVerticalB) {
    mask.slice(2, 0, kernel.h / 2 + (type == MaskType::kVerticalB)).fill(1);
    return mask;
  }
  const Index centre = kernel.h / 2 * kernel.w + kernel.w / 2;
  Real* m = mask.data();
  for (Index o = 0; o < out; ++o) {
    for (Index i = 0; i < in; ++i, m += kernel.h * kernel.w) {
      for (Index t = 0; t < centre; ++t) m[t] = 1;
      const Index from = i * groups / in, to = o * groups / out;
      m[centre] = type == MaskType::kA ? from < to : from <= to;
    }
  }
  return mask;
}

MaskedConv2d::MaskedConv2d(MaskType type, Index in, Index out, Size2 kernel, MaskedConvOptions options)
    : type(type), in(in), out(out), kernel(kernel), options(options),
      mask(causal_mask(type, in, out, kernel, options.groups)), taps(visible_taps(mask)),
      weight(param("weight", mask.shape(), default_init(mask, out))),
      bias(options.bias ? param("bias", {out}, default_init(mask, out)) : Var()),
      taps_are_whole_(identical(max(mask, {0, 1}), min(mask, {0, 1}))) {}

Var MaskedConv2d::forward(const Var& x) {
  check_shape("MaskedConv2d", "x", x.shape(), {"N", in, "H", "W"});
  return conv2d(x, seen_weight(), bias,
                {.padding = {kernel.h / 2, kernel.w / 2}, .taps = taps, .relu = options.relu});
}

Var MaskedConv2d::seen_weight() const { return taps_are_whole_ ? weight : weight * Var(mask); }

void MaskedConv2d::on_values_set() { weight.mutable_value() = weight.value() * mask; }

}  // namespace gradfold
