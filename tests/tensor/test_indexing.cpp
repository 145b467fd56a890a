#include "tensor/indexing.h"

#include "tensor/elementwise.h"
#include "tensor/kernels/copy.h"
#include "tensor/parallel.h"
#include "tensor/random.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

namespace {

Indices random_indices(Rng& rng, const Shape& shape, Index size) {
  Indices out(shape);
  for (Index i = 0; i < out.numel(); ++i) out[i] = static_cast<std::int32_t>(rng.below(size));
  return out;
}

}  // namespace

TEST_CASE("strided copies against the plain loop") {
  Rng rng(1);
  const Tensor x = rng.normal({3, 5, 33, 70}), big = rng.normal({300, 500});
  const std::vector<Tensor> sources = {
      x, x.transpose(2, 3), x.permute({3, 2, 1, 0}), x.permute({2, 3, 0, 1}), x.permute({0, 2, 3, 1}), x.flip(3),
      x.flip(2).transpose(2, 3), x.slice(3, 1, 70, 3), x.slice(3, 1, 70, 3).transpose(0, 3), x.slice(2, 4, 4),
      rng.normal({5, 1, 70}).expand({3, 5, 33, 70}), rng.normal({33, 1}).expand({3, 5, 33, 70}), rng.normal({}),
      rng.normal({1, 1, 1}), big, big.transpose(0, 1), big.slice(0, 0, 299).transpose(0, 1)};
  for (const Tensor& source : sources) {
    CAPTURE(source.shape().str());
    CAPTURE(source.strides().str());
    Tensor fast(source.shape()), plain(source.shape());
    copy_strided(source.origin(), source.shape(), source.strides(), fast.data(), fast.strides());
    copy_strided_ref(source.origin(), source.shape(), source.strides(), plain.data(), plain.strides());
    CHECK(identical(fast, plain));
    if (source.rank() < 2) continue;
    // Into a view: the last two dimensions swapped, every second column.
    Shape room = source.shape();
    std::swap(room[room.rank() - 1], room[room.rank() - 2]);
    room[room.rank() - 1] *= 2;
    Tensor into = Tensor::zeros(room);
    const Tensor view = into.slice(-1, 0, room[room.rank() - 1], 2).transpose(-1, -2);
    copy_strided(source.origin(), source.shape(), source.strides(), into.data(), view.strides());
    CHECK(identical(view.contiguous(), plain));
  }
}

TEST_CASE("concatenate and split are inverses") {
  Rng rng(2);
  const Tensor x = rng.normal({4, 6, 5});
  for (int dim : {0, 1, 2, -1}) {
    const Index n = x.size(dim);
    const std::vector<Tensor> parts = split(x, {1, 0, n - 1}, dim);
    CHECK(parts.size() == 3);
    CHECK(parts[0].shares_memory_with(x));
    CHECK(parts[1].numel() == 0);
    CHECK(identical(concatenate(parts, dim), x));
  }
  CHECK(identical(concatenate({x.transpose(0, 2), x.transpose(0, 2)}, 1),
                  concatenate({x, x}, 1).transpose(0, 2)));
}

TEST_CASE("pad") {
  const Tensor x = Tensor::from({1, 2, 3, 4}, {2, 2});
  CHECK(identical(pad(x, {{1, 0}, {0, 2}}, 9), Tensor::from({9, 9, 9, 9, 1, 2, 9, 9, 3, 4, 9, 9}, {3, 4})));
  CHECK(identical(pad(x, {{1, 1}}), Tensor::from({0, 1, 2, 0, 0, 3, 4, 0}, {2, 4})));
  CHECK(identical(pad(x, {}), x));
  CHECK(pad(Tensor({0, 2}), {{1, 1}, {0, 0}}, 5).to_vector() == std::vector<Real>{5, 5, 5, 5});
}

TEST_CASE("index_select takes rows and index_add_ gives them back") {
  Rng rng(3);
  const Tensor x = rng.normal({4, 7, 300});
  for (int dim = 0; dim < 3; ++dim) {
    const Indices index = random_indices(rng, {50}, x.size(dim));
    const Tensor rows = index_select(x, dim, index);
    CHECK(identical(index_select(x.transpose(0, 2), 2 - dim, index), rows.transpose(0, 2)));
    Tensor y = Tensor::zeros(x.shape()), plain = Tensor::zeros(x.shape());
    index_add_(y, dim, index, rows);
    for (Index i = 0; i < index.numel(); ++i) {
      CHECK(identical(rows.select(dim, i), x.select(dim, index[i])));
      Tensor place = plain.select(dim, index[i]);
      add_(place, rows.select(dim, i));
    }
    CHECK(identical(y, plain));
  }
  CHECK(index_select(x, 1, Indices(Shape{0})).shape() == Shape{4, 0, 300});
}

TEST_CASE("gather and scatter_add_ against the definition") {
  Rng rng(4);
  const Tensor x = rng.normal({3, 5, 6});
  for (int dim = 0; dim < 3; ++dim) {
    Shape shape = x.shape();
    shape[dim] = 4;
    const Indices index = random_indices(rng, shape, x.size(dim));
    const Tensor y = gather(x, dim, index);
    Tensor back = Tensor::zeros(x.shape()), plain = Tensor::zeros(x.shape());
    scatter_add_(back, dim, index, y);
    Index at = 0;
    for (Index i = 0; i < shape[0]; ++i) {
      for (Index j = 0; j < shape[1]; ++j) {
        for (Index k = 0; k < shape[2]; ++k, ++at) {
          Index p[3] = {i, j, k};
          p[dim] = index[at];
          CHECK(y.at({i, j, k}) == x.at({p[0], p[1], p[2]}));
          plain.set({p[0], p[1], p[2]}, plain.at({p[0], p[1], p[2]}) + y.at({i, j, k}));
        }
      }
    }
    CHECK(identical(back, plain));
  }
}

TEST_CASE("one_hot") {
  CHECK(identical(one_hot({2, 0}, 3), Tensor::from({0, 0, 1, 1, 0, 0}, {2, 3})));
  CHECK(one_hot(Indices(Shape{0}), 3).shape() == Shape{0, 3});
}

TEST_CASE("indexing has the same bits on any number of threads") {
  Rng rng(5);
  const Tensor x = rng.normal({1000, 257}), dy = rng.normal({5000, 257});
  const Indices index = random_indices(rng, {5000}, 1000);
  set_num_threads(1);
  Tensor expected = Tensor::zeros(x.shape());
  index_add_(expected, 0, index, dy);
  const Tensor turned = x.transpose(0, 1).contiguous();
  for (int threads : {2, 3, 8}) {
    set_num_threads(threads);
    Tensor y = Tensor::zeros(x.shape());
    index_add_(y, 0, index, dy);
    CHECK(identical(y, expected));
    CHECK(identical(x.transpose(0, 1).contiguous(), turned));
  }
  set_num_threads(0);
}

TEST_CASE("messages of indexing") {
  Tensor x({2, 3});
  CHECK_THROWS_WITH(concatenate({}, 0), "concatenate: there are no parts; at least one is needed");
  CHECK_THROWS_WITH(concatenate({x, Tensor({2, 4})}, 0),
        "concatenate: part 1 is [2, 4] but part 0 is [2, 3]; sizes must be equal except along dimension 0");
  CHECK_THROWS_WITH(split(x, {1, 1}, 1), "split: the sizes add up to 2, but dimension 1 of [2, 3] has 3");
  CHECK_THROWS_WITH(pad(x, {{-1, 0}}), "pad: widths -1 and 0 were given; they must be 0 or more");
  CHECK_THROWS_WITH(index_select(x, 1, {0, 3}),
        "index_select: index 3 at position 1 is out of range for dimension 1 of [2, 3]; it must be from 0 to 2");
  CHECK_THROWS_WITH(index_select(x, 0, {-1}),
        "index_select: index -1 at position 0 is out of range for dimension 0 of [2, 3]; it must be from 0 to 1");
  CHECK_THROWS_WITH(index_add_(x, 0, {0, 1, 1}, x),
        "index_add_: dy is [2, 3] but must be [3, 3]: y's shape with 3 rows along dimension 0");
  CHECK_THROWS_WITH(gather(x, 1, {0, 1}),
        "gather: index is [2] but must have the shape of x, [2, 3], except along dimension 1");
  CHECK_THROWS_WITH(one_hot({0, 10}, 10),
        "one_hot: index 10 at position 1 is out of range for dimension 1 of [2, 10]; it must be from 0 to 9");
}
