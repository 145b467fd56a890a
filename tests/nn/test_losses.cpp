#include <cmath>
#include <limits>

#include "nn/losses.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

TEST_CASE("reductions by hand: two images of three pixels") {
  const Var x(Tensor::from({1, 2, 3, 4, 5, 6}, {2, 3}));
  CHECK(reduce(x, Reduction::kNone).shape() == Shape{2, 3});
  CHECK(reduce(x, Reduction::kSum).item() == 21);
  CHECK(reduce(x, Reduction::kMean).item() == 3.5);
  CHECK(reduce(x, Reduction::kBatchMean).item() == 10.5);  // (6 + 15) / 2: nats per image
}

TEST_CASE("losses by hand") {
  const Reduction sum = Reduction::kSum;
  CHECK(mse_loss(Tensor::from({1, 5}), Tensor::from({3, 4}), sum).item() == 5);  // 2^2 + 1^2
  CHECK(bce_with_logits(Tensor::from({0, 0}), Tensor::from({0, 1}), sum).item() == doctest::Approx(2 * std::log(2.0)));
  CHECK(cross_entropy(Tensor::zeros({1, 256}), Indices{7}, sum).item() == doctest::Approx(std::log(256.0)));
  CHECK(gaussian_nll(Tensor::from({0}), Tensor::from({0}), Tensor::from({2}), sum).item() ==
        doctest::Approx(0.918939 + 2));  // log(2 pi) / 2 + 2^2 / 2
  const Tensor p = Tensor::from({static_cast<Real>(std::log(3.0)), 0}, {1, 2});  // 3/4 and 1/4, against 1/2 each
  CHECK(kl_categorical(p, Tensor::zeros({1, 2}), sum).item() ==
        doctest::Approx(0.75 * std::log(1.5) + 0.25 * std::log(0.5)));
}

TEST_CASE("KL to the standard normal: the values worked out beforehand") {
  const auto kl = [](double mean, double log_var) {
    return kl_to_standard_normal(Tensor::scalar(static_cast<Real>(mean)), Tensor::scalar(static_cast<Real>(log_var)),
                                 Reduction::kSum).item();
  };
  CHECK(kl(1, 0) == doctest::Approx(0.5));
  CHECK(kl(0, std::log(0.25)) == approx(0.318147, 1e-5));
  CHECK(kl(-0.5, 1) == approx(0.484141, 1e-5));
  CHECK(kl(0, 0) == 0);
}

TEST_CASE("bce_with_logits is exact where a sigmoid would round to 0 or 1") {
  const auto bce = [](Real logit, Real target) {
    return bce_with_logits(Tensor::from({logit}), Tensor::from({target}), Reduction::kSum).item();
  };
  CHECK(bce(30, 1) == approx(std::exp(-30.0), 1e-5));
  CHECK(bce(-30, 0) == approx(std::exp(-30.0), 1e-5));
  CHECK(bce(1000, 0) == 1000);
  CHECK(bce(-1000, 1) == 1000);
}

TEST_CASE("bce_with_logits takes probabilities only: beyond them it has no lower bound") {
  const auto bce = [](Real target) {
    return message_of([=] { bce_with_logits(Tensor::zeros({2}), Tensor::from({1, target}), Reduction::kSum); });
  };
  CHECK(bce(1) == "no error");
  CHECK(bce(255) == "bce_with_logits: target 255 at element 1 is not between 0 and 1\n  hint: targets are "
                    "probabilities, pixels of 0..255 must be divided by 255");
  CHECK(contains(bce(Real(-0.5)), "target -0.5 at element 1"));
  CHECK(contains(bce(std::numeric_limits<Real>::quiet_NaN()), "target nan at element 1"));
}

TEST_CASE("a loss that is not finite stops training with advice") {
  check_finite(Tensor::scalar(1), 1);
  CHECK(message_of([] { check_finite(Tensor::scalar(std::numeric_limits<Real>::quiet_NaN()), 812); }) ==
        "training: the loss is nan at step 812\n  hint: lower the learning rate or clip the gradients (in a "
        "program of your own an Anomaly guard around the step shows which op made it)");
}
