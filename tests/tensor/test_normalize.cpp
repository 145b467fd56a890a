#include <cmath>

#include "tensor/elementwise.h"
#include "tensor/kernels/batch_norm.h"
#include "tensor/kernels/layer_norm.h"
#include "tensor/normalize.h"
#include "tensor/parallel.h"
#include "tensor/random.h"
#include "tensor/reduce.h"
#include "tests/doctest.h"

using namespace gradfold;

namespace {

constexpr Real kEps = Real(1e-5);

// allclose, to rounding of sums over many numbers.
bool near(const Tensor& a, const Tensor& b) { return allclose(a, b, 1e-5, 1e-5); }

}  // namespace

TEST_CASE("layer norm kernels against their plain twins, at every length around the vectors") {
  Rng rng(1);
  for (Index count : {1, 2, 7, 15, 16, 17, 31, 33, 64, 100, 257, 5003}) {
    for (Index rows : {1, 3, 40}) {
      for (bool affine : {false, true}) {
        CAPTURE(count);
        CAPTURE(rows);
        const RowsShape shape{rows, count};
        const Tensor x = rng.normal({rows, count}, 3, 2), dy = rng.normal({rows, count}), w = rng.normal({count}),
                     b = rng.normal({count});
        const Real *pw = affine ? w.data() : nullptr, *pb = affine ? b.data() : nullptr;
        struct Out {
          Tensor y, mean, scale, dx, dweight, dbias;
          Out(Index rows, Index count) : y({rows, count}), mean({rows}), scale({rows}), dx(y.shape()), dweight({count}),
                                         dbias({count}) {}
        } fast(rows, count), plain(rows, count);
        layer_norm_forward(x.data(), shape, pw, pb, kEps, fast.y.data(), fast.mean.data(), fast.scale.data());
        layer_norm_forward_ref(x.data(), shape, pw, pb, kEps, plain.y.data(), plain.mean.data(), plain.scale.data());
        CHECK(near(fast.y, plain.y));
        CHECK(near(fast.mean, plain.mean));
        CHECK(near(fast.scale, plain.scale));
        layer_norm_backward(dy.data(), x.data(), shape, pw, fast.mean.data(), fast.scale.data(),
                            {fast.dx.data(), fast.dweight.data(), fast.dbias.data()});
        layer_norm_backward_ref(dy.data(), x.data(), shape, pw, fast.mean.data(), fast.scale.data(),
                                {plain.dx.data(), plain.dweight.data(), plain.dbias.data()});
        if (count > 1) CHECK(near(fast.dx, plain.dx));  // one number alone: 0, times the 316 of 1 / sqrt(eps)
        CHECK(near(fast.dweight, plain.dweight));
        CHECK(near(fast.dbias, plain.dbias));
      }
    }
  }
}

TEST_CASE("batch norm kernels against their plain twins, for vectors and images") {
  Rng rng(2);
  for (Index size : {1, 2, 15, 16, 17, 49, 784}) {
    for (Index channels : {1, 3, 63, 64, 65, 130}) {
      CAPTURE(size);
      CAPTURE(channels);
      const ChannelsShape shape{5, channels, size};
      const Tensor x = rng.normal({5, channels, size}, 3, 2), dy = rng.normal(x.shape());
      const Tensor a = rng.normal({channels}), b = rng.normal({channels}), c = rng.normal({channels});
      Tensor mean({channels}), variance({channels}), plain_mean({channels}), plain_variance({channels});
      channel_moments(x.data(), shape, mean.data(), variance.data());
      channel_moments_ref(x.data(), shape, plain_mean.data(), plain_variance.data());
      CHECK(near(mean, plain_mean));
      CHECK(near(variance, plain_variance));
      Tensor y(x.shape()), plain_y(x.shape());
      channel_affine(x.data(), shape, mean.data(), a.data(), b.data(), y.data());
      channel_affine_ref(x.data(), shape, mean.data(), a.data(), b.data(), plain_y.data());
      CHECK(near(y, plain_y));
      channel_combine(dy.data(), x.data(), shape, mean.data(), a.data(), b.data(), c.data(), y.data());
      channel_combine_ref(dy.data(), x.data(), shape, mean.data(), a.data(), b.data(), c.data(), plain_y.data());
      CHECK(near(y, plain_y));
      Tensor first({channels}), second({channels}), plain_first({channels}), plain_second({channels});
      channel_sums(dy.data(), x.data(), shape, mean.data(), first.data(), second.data());
      channel_sums_ref(dy.data(), x.data(), shape, mean.data(), plain_first.data(), plain_second.data());
      CHECK(near(first, plain_first));
      CHECK(near(second, plain_second));
    }
  }
}

TEST_CASE("numbers far from 0 keep their variance, and equal ones have none") {
  const Tensor x = Rng(3).normal({4, 1000}, 0, 1), far = x + Real(10000);
  const LayerNormResult near_0 = layer_norm(x, {1000}, {}, {}, 0), far_off = layer_norm(far, {1000}, {}, {}, 0);
  CHECK(allclose(far_off.scale, near_0.scale, 1e-4));  // x + 10000 itself is rounded to 1/1000
  CHECK(allclose(channel_moments(far.transpose(0, 1)).variance, channel_moments(x.transpose(0, 1)).variance, 1e-3));
  const Tensor same = Tensor::full({2, 50}, Real(1234.5));
  CHECK(layer_norm(same, {50}, {}, {}, kEps).y.to_vector() == std::vector<Real>(100, 0));
  CHECK(channel_moments(same).variance.to_vector() == std::vector<Real>(50, 0));
}

TEST_CASE("a NaN stays in its row or channel and is not lost") {
  Tensor x = Tensor::zeros({3, 4});
  x.set({1, 2}, std::nan(""));
  CHECK(first_non_finite(layer_norm(x, {4}, {}, {}, kEps).y) == 4);
  const ChannelMoments moments = channel_moments(x);
  CHECK(std::isnan(moments.variance.at({2})));
  CHECK(moments.variance.at({1}) == 0);
}

TEST_CASE("normalization: same bits on any number of threads") {
  const Tensor rows = Rng(4).normal({1000, 300}), images = Rng(5).normal({9, 40, 28, 28}), w = Rng(6).normal({300});
  const auto run = [&] {
    const LayerNormResult r = layer_norm(rows, {300}, w, w, kEps);
    const NormGrads g = layer_norm_backward(rows, rows, {300}, w, r.mean, r.scale, {true, true, true});
    const ChannelMoments of_images = channel_moments(images), of_rows = channel_moments(rows);
    const NormGrads h = batch_norm_backward(images, images, of_images, true, {}, kEps, {true, true, true});
    return std::vector<Tensor>{r.y, g.dx, g.dweight, g.dbias, of_images.variance, of_rows.variance, h.dx, h.dweight,
                               batch_norm(rows, of_rows, w, w, kEps)};
  };
  set_num_threads(1);
  const std::vector<Tensor> one = run();
  for (int threads : {2, 3, 8}) {
    set_num_threads(threads);
    const std::vector<Tensor> many = run();
    for (std::size_t i = 0; i < one.size(); ++i) CHECK(identical(one[i], many[i]));
  }
  set_num_threads(0);
}

TEST_CASE("messages of normalization") {
  const Tensor x = Tensor::zeros({2, 3});
  CHECK_THROWS_WITH(layer_norm(x, {3}, Tensor::ones({3}), {}, kEps),
                    "layer_norm: weight and bias must be given both or neither");
  CHECK_THROWS_WITH(channel_moments(Tensor({3})), "batch_norm: x is [3] but must be [N, C] or [N, C, H, W]");
  CHECK_THROWS_WITH(channel_moments(Tensor({0, 3})),
                    "batch_norm: x is [0, 3]; a channel without numbers has no mean");
}

// Each would read past the end of an operand, or leave part of one unread.
TEST_CASE("layer_norm refuses operands that do not fit x") {
  const Tensor x = Tensor::zeros({2, 8}), w = Tensor::ones({8}), rows = Tensor::zeros({2});
  const auto forward = [&](const Shape& normalized, const Tensor& weight, const Tensor& bias) {
    layer_norm(x, normalized, weight, bias, kEps);
  };
  CHECK_THROWS_WITH(forward({5}, {}, {}), "layer_norm: x is [2, 8] but its last dimensions must be [5]");
  CHECK_THROWS_WITH(forward({16}, {}, {}), "layer_norm: x is [2, 8] but its last dimensions must be [16]");
  CHECK_THROWS_WITH(forward({2, 2, 8}, {}, {}), "layer_norm: x is [2, 8] but its last dimensions must be [2, 2, 8]");
  CHECK_THROWS_WITH(forward({8}, Tensor::ones({3}), w), "layer_norm: weight is [3] but must be [8]");
  CHECK_THROWS_WITH(forward({8}, w, Tensor::ones({3})), "layer_norm: bias is [3] but must be [8]");
  const auto backward = [&](const Tensor& dy, const Tensor& weight, const Tensor& mean, const Tensor& scale) {
    layer_norm_backward(dy, x, {8}, weight, mean, scale, {true, true, true});
  };
  CHECK_THROWS_WITH(backward(Tensor::ones({2, 4}), w, rows, rows), "layer_norm: dy is [2, 4] but must be [2, 8]");
  CHECK_THROWS_WITH(backward(x, Tensor::ones({1}), rows, rows), "layer_norm: weight is [1] but must be [8]");
  CHECK_THROWS_WITH(backward(x, w, w, rows), "layer_norm: mean is [8] but must be [2]");
  CHECK_THROWS_WITH(backward(x, w, rows, {}), "layer_norm: scale is an undefined tensor but must be [2]");
}

TEST_CASE("batch_norm refuses operands that do not fit x") {
  const Tensor x = Tensor::zeros({2, 8}), w = Tensor::ones({8}), two = Tensor::ones({2}), one = Tensor::ones({1});
  const auto forward = [&](const Tensor& mean, const Tensor& variance, const Tensor& weight, const Tensor& bias) {
    batch_norm(x, {mean, variance}, weight, bias, kEps);
  };
  CHECK_THROWS_WITH(forward(two, w, {}, {}), "batch_norm: mean is [2] but must be [8]");
  CHECK_THROWS_WITH(forward(w, one, {}, {}), "batch_norm: variance is [1] but must be [8]");
  CHECK_THROWS_WITH(forward(w, w, one, w), "batch_norm: weight is [1] but must be [8]");
  CHECK_THROWS_WITH(forward(w, w, w, two), "batch_norm: bias is [2] but must be [8]");
  CHECK_THROWS_WITH(forward(w, w, w, {}), "batch_norm: weight and bias must be given both or neither");
  const auto backward = [&](const Tensor& dy, const Tensor& mean, const Tensor& variance, const Tensor& weight) {
    batch_norm_backward(dy, x, {mean, variance}, /*own=*/true, weight, kEps, {true, true, true});
  };
  CHECK_THROWS_WITH(backward(Tensor::ones({2, 4}), w, w, w), "batch_norm: dy is [2, 4] but must be [2, 8]");
  CHECK_THROWS_WITH(backward(x, two, w, w), "batch_norm: mean is [2] but must be [8]");
  CHECK_THROWS_WITH(backward(x, w, two, w), "batch_norm: variance is [2] but must be [8]");
  CHECK_THROWS_WITH(backward(x, w, w, one), "batch_norm: weight is [1] but must be [8]");
}
