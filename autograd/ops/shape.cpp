#include "autograd/ops/shape.h"

#include "autograd/record.h"
#include "tensor/reduce.h"

namespace gradfold {

// y = x in another shape      dx = dy in x's      saves: nothing
Var reshape(const Var& x, const Shape& shape) {
  return record("reshape", {x}, x.value().reshape(shape),
                [shape = x.shape()](const Tensor& dy) -> Grads { return {dy.reshape(shape)}; });
}
Var flatten(const Var& x, int from_dim) {
  return record("flatten", {x}, x.value().flatten(from_dim),
                [shape = x.shape()](const Tensor& dy) -> Grads { return {dy.reshape(shape)}; });
}
Var squeeze(const Var& x, int dim) {
  return record("squeeze", {x}, x.value().squeeze(dim),
                [shape = x.shape()](const Tensor& dy) -> Grads { return {dy.reshape(shape)}; });
}
Var unsqueeze(const Var& x, int dim) {
  return record("unsqueeze", {x}, x.value().unsqueeze(dim),
                [shape = x.shape()](const Tensor& dy) -> Grads { return {dy.reshape(shape)}; });
}

// y = x with two dimensions swapped      dx = dy with them swapped back      saves: nothing
Var transpose(const Var& x, int a, int b) {
  return record("transpose", {x}, x.value().transpose(a, b),
                [a, b](const Tensor& dy) -> Grads { return {dy.transpose(a, b)}; });
}

// y = x with its dimensions in the order of dims      dx = dy in the inverse order      saves: the inverse
Var permute(const Var& x, std::initializer_list<int> dims) {
  Tensor y = x.value().permute(dims);
  std::vector<int> inverse(dims.size());
  int at = 0;
  for (int d : dims) inverse[static_cast<std::size_t>(x.shape().dim(d, "permute"))] = at++;
  return record("permute", {x}, std::move(y), [inverse](const Tensor& dy) -> Grads { return {dy.permute(inverse)}; });
}

// y = a part of x      dx = dy at that part, 0 elsewhere      saves: which part
Var slice(const Var& x, int dim, Index begin, Index end, Index step) {
  return record_part("slice", x, [=](const Tensor& t) { return t.slice(dim, begin, end, step); });
}
Var select(const Var& x, int dim, Index index) {
  return record_part("select", x, [=](const Tensor& t) { return t.select(dim, index); });
}

// y = x repeated      dx = dy summed over what was repeated      saves: nothing
Var expand(const Var& x, const Shape& shape) {
  return record("expand", {x}, x.value().expand(shape),
                [shape = x.shape()](const Tensor& dy) -> Grads { return {sum_to(dy, shape)}; });
}

// y = x backwards along dim      dx = dy backwards along dim      saves: nothing
Var flip(const Var& x, int dim) {
  return record("flip", {x}, x.value().flip(dim), [dim](const Tensor& dy) -> Grads { return {dy.flip(dim)}; });
}

// y = the parts one after the other      d part = its piece of dy      saves: sizes
Var concatenate(const std::vector<Var>& parts, int dim) {
  std::vector<Tensor> values;
  std::vector<Index> sizes;
  for (const Var& part : parts) {
    values.push_back(part.value());
    sizes.push_back(part.size(dim));
  }
  Tensor y = concatenate(values, dim);
  return record("concatenate", parts, std::move(y), [sizes, dim](const Tensor& dy) -> Grads {
    return split(dy, sizes, dim);
  });
}

std::vector<Var> split(const Var& x, const std::vector<Index>& sizes, int dim) {
  Index total = 0;
  for (Index size : sizes) total += size;
  require(total == x.size(dim), "split", "sizes add up to {} but dimension {} of x {} has {}", total, dim, x.shape(),
          x.size(dim));
  std::vector<Var> parts;
  Index begin = 0;
  for (Index size : sizes) {
    parts.push_back(slice(x, dim, begin, begin + size));
    begin += size;
  }
  return parts;
}

// y = x inside a border of `value`      dx = the inside of dy      saves: where it is
Var pad(const Var& x, const std::vector<PadWidth>& pads, Real value) {
  return record("pad", {x}, pad(x.value(), pads, value), [pads, shape = x.shape()](const Tensor& dy) -> Grads {
    Tensor dx = dy;
    const int first = shape.rank() - static_cast<int>(pads.size());
    for (int d = first; d < shape.rank(); ++d) {
      const Index before = pads[static_cast<std::size_t>(d - first)].before;
      dx = dx.slice(d, before, before + shape[d]);
    }
    return {dx};
  });
}

}  // namespace gradfold
