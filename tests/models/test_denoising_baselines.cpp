// What denoisers are measured by (PSNR) and against (a median filter).
#include <cmath>

#include "models/median_filter.h"
#include "models/psnr.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/parallel.h"
#include "tensor/random.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

TEST_CASE("PSNR: an error of 0.1 everywhere is 20 dB, half of it 6.02 dB more, none or next to none 100 dB") {
  const Tensor x = Tensor::full({4, 1, 4, 4}, Real(0.5));
  Tensor y = x.clone();
  y.slice(0, 0, 1).fill(Real(0.6));
  y.slice(0, 1, 2).fill(Real(0.45));
  y.slice(0, 3, 4).set({0, 0, 0, 0}, Real(0.5) + Real(1e-6));
  const Tensor db = psnr(y, x);
  CHECK(db.at({0}) == approx(20, 1e-5));
  CHECK(db.at({1}) == approx(26.0206, 1e-5));
  CHECK(db.at({2}) == 100);
  CHECK(db.at({3}) == 100);
  CHECK(message_of([&] { psnr(x, Tensor::zeros({1, 1, 4, 4})); }) ==
        "psnr: y is [4, 1, 4, 4] but must be [1, 1, 4, 4], as x is");
}

TEST_CASE("a median filter takes the middle of each window, borders going on") {
  const Tensor x = Tensor::from({1, 9, 2,
                                 3, 4, 8,
                                 7, 5, 6}, {1, 1, 3, 3});
  // Top left: 1 1 9 1 1 9 3 3 4 sorted is 1 1 1 1 3 3 4 9 9; the middle: 1..9.
  const Tensor y = median_filter(x);
  CHECK(y.at({0, 0, 0, 0}) == 3);
  CHECK(y.at({0, 0, 1, 1}) == 5);
  CHECK(y.at({0, 0, 2, 2}) == 6);  // 4 8 8 5 6 6 5 6 6
  CHECK(identical(median_filter(x, 1), x));
  CHECK(contains(message_of([&] { median_filter(x, 2); }), "window is 2 but must be odd"));
}

TEST_CASE("a median filter takes single wrong pixels away and keeps an edge, each image and channel for itself") {
  Tensor x = Tensor::zeros({2, 2, 9, 9});
  x.slice(3, 0, 4).fill(1);
  Tensor spotted = x.clone();
  spotted.set({0, 1, 4, 6}, 1);
  spotted.set({1, 0, 2, 1}, 0);
  CHECK(identical(median_filter(spotted), x));
  Rng rng(1);
  const Tensor noise = rng.uniform({5, 1, 12, 7});
  const int before = num_threads();
  set_num_threads(1);
  const Tensor one = median_filter(noise, 5);
  set_num_threads(3);
  CHECK(identical(median_filter(noise, 5), one));
  set_num_threads(before);
}
