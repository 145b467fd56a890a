#include <unistd.h>

#include <cmath>
#include <new>
#include <string>

#include "tensor/tensor.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

namespace {
Tensor counting(const Shape& shape) { return Tensor::arange(shape.numel()).reshape(shape); }
}  // namespace

TEST_CASE("a view shares memory and a clone does not") {
  Tensor x = counting({2, 3});
  Tensor t = x.transpose(0, 1), c = x.clone();
  x.set({0, 2}, 50);
  CHECK(t.shape() == Shape{3, 2});
  CHECK(t.at({2, 0}) == 50);
  CHECK(c.at({0, 2}) == 2);
  CHECK(t.shares_memory_with(x));
  CHECK_FALSE(c.shares_memory_with(x));
}

TEST_CASE("views address the elements that NumPy's would") {
  const Tensor x = counting({2, 3, 4});
  CHECK(x.permute({2, 0, 1}).at({3, 1, 2}) == x.at({1, 2, 3}));
  CHECK(x.slice(2, 1, 4, 2).to_vector() == std::vector<Real>{1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23});
  CHECK(x.select(1, 2).to_vector() == std::vector<Real>{8, 9, 10, 11, 20, 21, 22, 23});
  CHECK(x.flip(2).select(0, 0).select(0, 0).to_vector() == std::vector<Real>{3, 2, 1, 0});
  CHECK(x.reshape({4, -1}).shape() == Shape{4, 6});
  CHECK(x.transpose(0, 2).reshape({24}).at({1}) == x.at({1, 0, 0}));
  CHECK(x.flatten(1).shape() == Shape{2, 12});
  CHECK(Tensor::from({1, 2}).unsqueeze(1).expand({2, 3}).to_vector() == std::vector<Real>{1, 1, 1, 2, 2, 2});
  CHECK(x.unsqueeze(-1).squeeze(3).shape() == x.shape());
  CHECK(x.slice(1, 1, 1).numel() == 0);
}

TEST_CASE("contiguity is about strides, not about history") {
  const Tensor x = counting({1, 4, 3});
  CHECK(x.transpose(0, 1).is_contiguous());
  CHECK_FALSE(x.transpose(1, 2).is_contiguous());
  CHECK(x.slice(1, 1, 3).is_contiguous());
  CHECK(x.transpose(1, 2).contiguous().at({0, 2, 1}) == x.at({0, 1, 2}));
  CHECK(message_of([&] { (void)x.transpose(1, 2).data(); }).find("hint: call contiguous() first") != std::string::npos);
}

TEST_CASE("copy_from broadcasts, and fill writes through a view") {
  Tensor x = Tensor::zeros({2, 3});
  x.copy_from(Tensor::from({1, 2, 3}));
  x.select(1, 1).fill(9);
  CHECK(x.to_vector() == std::vector<Real>{1, 9, 3, 1, 9, 3});
}

TEST_CASE("wrong shapes and indices are named") {
  const Tensor x = counting({2, 3});
  CHECK(message_of([&] { x.reshape({4, 2}); }) == "reshape: [2, 3] holds 6 numbers, which do not fit into [4, 2]");
  CHECK(message_of([&] { x.at({0, 3}); }) ==
        "at: index 3 is out of range for dimension 1 of [2, 3]; it must be from 0 to 2");
  CHECK(message_of([&] { x.transpose(0, 2); }) ==
        "transpose: dimension 2 does not exist in [2, 3]; it must be from -2 to 1");
  CHECK(message_of([&] { x.item(); }) == "item: this tensor is [2, 3] and does not hold exactly one number");
  CHECK(message_of([&] { Tensor::from({1, 2, 3}, {2, 2}); }).find("3 values cannot fill") != std::string::npos);
  CHECK(message_of([] { broadcast({2, 3}, {4}, "add"); }).find("add: [2, 3] and [4] cannot be combined") == 0);
}

TEST_CASE("sizes that make no sense are refused before memory is touched") {
  CHECK(message_of([] { Tensor({2, -3}); }) == "Tensor: shape [2, -3] has a negative size; all must be 0 or more");
  const Index huge = Index{1} << 40;
  CHECK(message_of([&] { Tensor({huge, huge}); }) ==
        "Tensor: shape [1099511627776, 1099511627776] holds 1.2e+24 numbers, more than any memory");
  CHECK(message_of([] { counting({2, 3}).reshape({-2, -3}); }) ==
        "reshape: [-2, -3] has the size -2; sizes are 0 or more, or one -1 for what is left");
}

TEST_CASE("an undefined tensor is refused, not followed into memory that it does not have") {
  Tensor none, x = counting({});
  CHECK(message_of([&] { none.fill(1); }).find("fill: this tensor is undefined") == 0);
  CHECK(message_of([&] { none.copy_from(x); }).find("copy_from: one of the two tensors is undefined") == 0);
  CHECK(message_of([&] { x.copy_from(none); }).find("copy_from: one of the two tensors is undefined") == 0);
  CHECK(message_of([&] { none.at({}); }) == "at: this tensor is undefined; it must hold numbers");
  CHECK(message_of([&] { none.set({}, 1); }) == "at: this tensor is undefined; it must hold numbers");
  CHECK_FALSE(allclose(none, x));
  CHECK(allclose(none, Tensor()));
}

TEST_CASE("check_shape says what came, what must come and how to mend it") {
  CHECK_NOTHROW(check_shape("Conv2d", "x", {8, 1, 28, 28}, {"N", 1, "H", "W"}));
  CHECK(message_of([] { check_shape("Conv2d", "x", {32, 28, 28}, {"N", 1, "H", "W"}); }) ==
        "Conv2d: x is [32, 28, 28] but must be [N, 1, H, W]\n"
        "  hint: add the channel dimension, x.reshape({32, 1, 28, 28})");
  CHECK(message_of([] { check_shape("mlp", "x", {7}, {"N", 7}); }) ==
        "mlp: x is [7] but must be [N, 7]\n  hint: add the batch dimension, x.reshape({1, 7})");
  CHECK(message_of([] { check_shape("eye", "x", {3, 4}, {"N", "N"}); }) == "eye: x is [3, 4] but must be [N, N]");
  for (const Shape& fits : {Shape{7}, Shape{3, 7}, Shape{2, 3, 7}}) {
    CHECK_NOTHROW(check_shape("Linear", "x", fits, {"...", 7}));
  }
  CHECK(message_of([] { check_shape("Linear", "x", {2, 3, 8}, {"...", 7}); }) ==
        "Linear: x is [2, 3, 8] but must be [..., 7]");
  CHECK(message_of([] { check_shape("Linear", "x", {}, {"...", 7}); }) == "Linear: x is [] but must be [..., 7]");
  for (const Shape& fits : {Shape{2, 3}, Shape{2, 3, 4, 4}})
    CHECK_NOTHROW(check_shape("PReLU", "x", fits, {"N", 3, "..."}));
  for (const Shape& fails : {Shape{3}, Shape{2, 4, 3}})
    CHECK(contains(message_of([&] { check_shape("PReLU", "x", fails, {"N", 3, "..."}); }), "must be [N, 3, ...]"));
  // Which dimension of a plain matrix is missing cannot be told.
  CHECK(message_of([] { check_shape("heatmap", "matrix", {28}, {"H", "W"}); }) ==
        "heatmap: matrix is [28] but must be [H, W]");
}

TEST_CASE("an error carries the path of modules that it passed through") {
  const Error e = Error("Linear", "x is [3]", "add a batch").inside("out").inside("model");
  CHECK(std::string(e.what()) == "Linear: x is [3]\n  in model.out\n  hint: add a batch");
}

// An address sanitizer's bookkeeping would touch gigabytes.
#if !defined(__SANITIZE_ADDRESS__)
TEST_CASE("more memory than the machine has, in several pieces, is refused and not lent") {
  const double bytes = double(sysconf(_SC_PHYS_PAGES)) * double(sysconf(_SC_PAGESIZE));
  const Shape most_of_it{static_cast<Index>(0.6 * bytes / sizeof(Real))};
  {
    const Tensor first(most_of_it);  // lent by the system, and never touched
    CHECK_THROWS_AS(Tensor{most_of_it}, std::bad_alloc);
  }
  trim_pool();
}
#endif

TEST_CASE("the pool hands the same memory out again and keeps count") {
  trim_pool();
  const Real* first;
  {
    Tensor x({1000});
    first = x.data();
  }
  Tensor y({1000});
  const PoolStats before = pool_stats();
  { Tensor z({1 << 20}); }
#if !defined(__SANITIZE_ADDRESS__)
  CHECK(y.data() == first);
  CHECK(pool_stats().cached > before.cached);
#endif
  CHECK(pool_stats().in_use == before.in_use);
  trim_pool();
  CHECK(pool_stats().cached == 0);
}

TEST_CASE("memory is aligned for the widest vectors") {
  for (Index n : {1, 3, 17, 1000, 100000}) CHECK(reinterpret_cast<std::uintptr_t>(Tensor({n}).data()) % 64 == 0);
}

TEST_CASE("printing aligns columns and abbreviates long dimensions") {
  CHECK(counting({2, 3}).str() == "[[0, 1, 2],\n [3, 4, 5]]\nshape [2, 3]");
  CHECK(Tensor::from({Real(0.5), Real(-12.25)}).str() == "[  0.5000, -12.2500]\nshape [2]");
  CHECK(Tensor::arange(100).str() == "[ 0,  1,  2, ..., 97, 98, 99]\nshape [100]");
  CHECK(Tensor::scalar(3).str() == "3\nshape []");
  CHECK(Tensor().str() == "undefined tensor");
}

TEST_CASE("identical compares bits and allclose compares values") {
  const Tensor zero = Tensor::from({0}), negative_zero = Tensor::from({-Real(0)});
  CHECK_FALSE(identical(zero, negative_zero));
  CHECK(allclose(zero, negative_zero));
  CHECK_FALSE(allclose(Tensor::from({1}), Tensor::from({Real(1.1)})));
  CHECK_FALSE(allclose(Tensor::from({1}), Tensor::from({NAN})));
}

TEST_CASE("a failed check shows vectors, shapes and tensors in numbers") {
  CHECK(doctest::toString(std::vector<Real>{1, Real(2.5)}) == "[1, 2.5]");
  CHECK(doctest::toString(std::vector<std::vector<int>>{{1}, {}}) == "[[1], []]");
  CHECK(contains(doctest::toString(std::vector<Index>(21, 0)).c_str(), "0, ..., 21 in all]"));
  CHECK(doctest::toString(Shape{2, 3}) == "[2, 3]");
  CHECK(doctest::toString(Tensor::from({1, 2})) == "[1, 2]\nshape [2]");
}
