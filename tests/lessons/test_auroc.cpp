#include "lessons/auroc.h"

#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

TEST_CASE("auroc: pairs counted by hand, ties half") {
  CHECK(auroc(Tensor::from({3, 1, 5}), Tensor::from({2, 0})) == doctest::Approx(5.0 / 6));
  CHECK(auroc(Tensor::from({2, 0}), Tensor::from({3, 1, 5})) == doctest::Approx(1.0 / 6));
  CHECK(auroc(Tensor::from({1, 1, 2}), Tensor::from({1})) == doctest::Approx(2.0 / 3));
  CHECK(auroc(Tensor::from({7}), Tensor::from({7})) == 0.5);
}

TEST_CASE("auroc of nothing says so") {
  CHECK(message_of([] { auroc(Tensor::from({1}), Tensor(Shape{0})); }) ==
        "auroc: there are 1 scores and 0; both need 1 or more");
}
