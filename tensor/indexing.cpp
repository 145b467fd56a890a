#include "tensor/indexing.h"

#include <algorithm>

#include "tensor/parallel.h"

namespace gradfold {
namespace {

// x seen as [outer, size, inner] around one dimension.
struct Around {
  Index outer = 1, size, inner = 1;
  Around(const Shape& shape, int dim) : size(shape[dim]) {
    for (int d = 0; d < dim; ++d) outer *= shape[d];
    for (int d = dim + 1; d < shape.rank(); ++d) inner *= shape[d];
  }
};

void check_indices(const char* who, const Indices& index, const Shape& shape, int dim) {
  const auto size = static_cast<std::uint32_t>(shape[dim]);
  const auto bad = std::find_if(index.values.begin(), index.values.end(),
                                [size](std::int32_t i) { return static_cast<std::uint32_t>(i) >= size; });
  if (bad == index.values.end()) return;
  require(false, who, "index {} at position {} is out of range for dimension {} of {}; it must be from 0 to {}", *bad,
          bad - index.values.begin(), dim, shape, shape[dim] - 1);
}

// index must have x's shape but for its size along dim.
void check_gather(const char* who, const Indices& index, const Shape& shape, int dim) {
  Shape rule = shape;
  if (index.shape.rank() == shape.rank()) rule[dim] = index.shape[dim];
  require(index.shape == rule, who, "index is {} but must have the shape of x, {}, except along dimension {}",
          index.shape, shape, dim);
  check_indices(who, index, shape, dim);
}

Index rows_per_chunk(Index row) { return std::max<Index>(1, kMapGrain / std::max<Index>(row, 1)); }

}  // namespace

Tensor concatenate(const std::vector<Tensor>& parts, int dim) {
  require(!parts.empty(), "concatenate", "there are no parts; at least one is needed");
  Shape shape = parts[0].shape();
  dim = shape.dim(dim, "concatenate");
  for (std::size_t i = 1; i < parts.size(); ++i) {
    Shape rule = parts[0].shape();
    if (parts[i].rank() == rule.rank()) rule[dim] = parts[i].shape()[dim];
    require(parts[i].shape() == rule, "concatenate",
            "part {} is {} but part 0 is {}; sizes must be equal except along dimension {}", i, parts[i].shape(),
            parts[0].shape(), dim);
    shape[dim] += rule[dim];
  }
  Tensor out(shape);
  Index at = 0;
  for (const Tensor& part : parts) {
    const Index end = at + part.shape()[dim];
    out.slice(dim, at, end).copy_from(part);
    at = end;
  }
  return out;
}

std::vector<Tensor> split(const Tensor& x, const std::vector<Index>& sizes, int dim) {
  dim = x.shape().dim(dim, "split");
  Index total = 0;
  for (Index size : sizes) total += size;
  require(total == x.shape()[dim], "split", "the sizes add up to {}, but dimension {} of {} has {}", total, dim,
          x.shape(), x.shape()[dim]);
  std::vector<Tensor> parts;
  parts.reserve(sizes.size());
  Index at = 0;
  for (Index size : sizes) {
    parts.push_back(x.slice(dim, at, at + size));
    at += size;
  }
  return parts;
}

Tensor pad(const Tensor& x, const std::vector<PadWidth>& pads, Real value) {
  const int count = static_cast<int>(pads.size()), first = x.rank() - count;
  require(first >= 0, "pad", "{} pairs of widths were given for {}; at most one for each dimension", count, x.shape());
  Shape shape = x.shape();
  for (int d = 0; d < count; ++d) {
    require(pads[d].before >= 0 && pads[d].after >= 0, "pad", "widths {} and {} were given; they must be 0 or more",
            pads[d].before, pads[d].after);
    shape[first + d] += pads[d].before + pads[d].after;
  }
  Tensor out = Tensor::full(shape, value);
  Tensor middle = out;
  for (int d = 0; d < count; ++d) {
    middle = middle.slice(first + d, pads[d].before, pads[d].before + x.shape()[first + d]);
  }
  middle.copy_from(x);
  return out;
}

Tensor index_select(const Tensor& x, int dim, const Indices& index) {
  dim = x.shape().dim(dim, "index_select");
  require(index.shape.rank() == 1, "index_select", "index is {} but must be [K]", index.shape);
  check_indices("index_select", index, x.shape(), dim);
  const Around a(x.shape(), dim);
  const Index rows = index.numel();
  Shape shape = x.shape();
  shape[dim] = rows;
  Tensor out(shape);
  const Tensor in = x.contiguous();
  const Real* from = in.data();
  Real* to = out.data();
  parallel_for(a.outer * rows, rows_per_chunk(a.inner), [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      std::copy_n(from + (i / rows * a.size + index[i % rows]) * a.inner, a.inner, to + i * a.inner);
    }
  });
  return out;
}

// Cut along outer and inner only, so that repeated rows are added by one thread, in order.
void index_add_(Tensor& y, int dim, const Indices& index, const Tensor& dy) {
  dim = y.shape().dim(dim, "index_add_");
  require(index.shape.rank() == 1, "index_add_", "index is {} but must be [K]", index.shape);
  Shape rule = y.shape();
  rule[dim] = index.numel();
  require(dy.shape() == rule, "index_add_", "dy is {} but must be {}: y's shape with {} rows along dimension {}",
          dy.shape(), rule, index.numel(), dim);
  check_indices("index_add_", index, y.shape(), dim);
  const Around a(y.shape(), dim);
  const Index rows = index.numel();
  const Tensor in = dy.contiguous();
  const Real* from = in.data();
  Real* to = y.data();
  constexpr Index kTile = 256;
  const Index tiles = (a.inner + kTile - 1) / kTile;
  parallel_for(a.outer * tiles, rows_per_chunk(rows * std::min(a.inner, kTile)), [&](Index begin, Index end) {
    for (Index job = begin; job < end; ++job) {
      const Index o = job / tiles, tile = job % tiles * kTile, width = std::min(kTile, a.inner - tile);
      for (Index r = 0; r < rows; ++r) {
        const Real* src = from + (o * rows + r) * a.inner + tile;
        Real* dst = to + (o * a.size + index[r]) * a.inner + tile;
        for (Index j = 0; j < width; ++j) dst[j] += src[j];
      }
    }
  });
}

Tensor gather(const Tensor& x, int dim, const Indices& index) {
  dim = x.shape().dim(dim, "gather");
  check_gather("gather", index, x.shape(), dim);
  const Around a(x.shape(), dim);
  const Index rows = index.shape[dim];
  Tensor out(index.shape);
  const Tensor in = x.contiguous();
  const Real* from = in.data();
  Real* to = out.data();
  parallel_for(a.outer * rows, rows_per_chunk(a.inner), [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const Real* src = from + i / rows * a.size * a.inner;
      for (Index j = 0; j < a.inner; ++j) to[i * a.inner + j] = src[index[i * a.inner + j] * a.inner + j];
    }
  });
  return out;
}

void scatter_add_(Tensor& y, int dim, const Indices& index, const Tensor& dy) {
  dim = y.shape().dim(dim, "scatter_add_");
  check_gather("scatter_add_", index, y.shape(), dim);
  require(dy.shape() == index.shape, "scatter_add_", "dy is {} but must have the shape of index, {}", dy.shape(),
          index.shape);
  const Around a(y.shape(), dim);
  const Index rows = index.shape[dim];
  const Tensor in = dy.contiguous();
  const Real* from = in.data();
  Real* to = y.data();
  parallel_for(a.outer, rows_per_chunk(rows * a.inner), [&](Index begin, Index end) {
    for (Index i = begin * rows; i < end * rows; ++i) {
      Real* dst = to + i / rows * a.size * a.inner;
      for (Index j = 0; j < a.inner; ++j) dst[index[i * a.inner + j] * a.inner + j] += from[i * a.inner + j];
    }
  });
}

Tensor one_hot(const Indices& labels, Index classes) {
  require(labels.shape.rank() == 1, "one_hot", "labels are {} but must be [N]", labels.shape);
  Tensor out = Tensor::zeros({labels.numel(), classes});
  check_indices("one_hot", labels, out.shape(), 1);
  for (Index i = 0; i < labels.numel(); ++i) out.data()[i * classes + labels[i]] = 1;
  return out;
}

}  // namespace gradfold
