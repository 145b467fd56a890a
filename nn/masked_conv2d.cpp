#include "nn/masked_conv2d.h"

#include <algorithm>

#include "autograd/ops/arithmetic.h"
#include "autograd/ops/conv.h"
#include "tensor/elementwise.h"

namespace gradfold {
namespace {

void check_options(Index in, Index out, Size2 kernel, Index groups) {
  require(kernel.h % 2 == 1 && kernel.w % 2 == 1, "MaskedConv2d",
          "the kernel is {} x {} but both sides must be odd, so that it has a centre", kernel.h, kernel.w);
  require(groups > 0 && in % groups == 0 && out % groups == 0, "MaskedConv2d",
          "{} -> {} channels cannot be split into {} equal groups; hint: for RGB use multiples of 3", in, out, groups);
}

// Before the centre in raster order, at the centre if any group may be seen there, and never after.
std::vector<Tap> visible_taps(MaskType type, Size2 kernel, Index groups) {
  std::vector<Tap> taps;
  const Index centre = kernel.h / 2 * kernel.w + kernel.w / 2;
  const Index count = centre + (type == MaskType::kB || groups > 1 ? 1 : 0);
  for (Index t = 0; t < count; ++t) taps.push_back({static_cast<int>(t / kernel.w), static_cast<int>(t % kernel.w)});
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
  Tensor mask = Tensor::zeros({out, in, kernel.h, kernel.w});
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
      mask(causal_mask(type, in, out, kernel, options.groups)), taps(visible_taps(type, kernel, options.groups)),
      weight(param("weight", mask.shape(), default_init(mask, out))),
      bias(options.bias ? param("bias", {out}, default_init(mask, out)) : Var()) {}

Var MaskedConv2d::forward(const Var& x) {
  check_shape("MaskedConv2d", "x", x.shape(), {"N", in, "H", "W"});
  // With one group every tap is whole or skipped; with more, the centre tap is seen in part.
  const Var seen = options.groups == 1 ? weight : weight * Var(mask);
  return conv2d(x, seen, bias, {.padding = {kernel.h / 2, kernel.w / 2}, .taps = taps});
}

void MaskedConv2d::on_values_set() { weight.mutable_value() = weight.value() * mask; }

}  // namespace gradfold
