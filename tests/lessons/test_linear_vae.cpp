// The VAE whose log p(x) has a formula, held against draws; and the square of codes that planes are drawn from.
#include "lessons/linear_vae.h"

#include <cmath>

#include "autograd/ops.h"
#include "lessons/code_plane.h"
#include "lessons/comparison.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

TEST_CASE("log p(x) by formula is what importance samples give, and lies the gap above the ELBO") {
  Rng rng(1), draws(2);
  Vae model(kLinearVae, rng);
  model.likelihood.log_var.mutable_value().fill(-2);  // wide enough that 4,000 draws of an untrained encoder find it
  model.eval();
  const Tensor x = points_of_a_line(60, rng);
  const KnownBound known = known_bound(model, x);
  const Tensor weights = model.log_weights(x, 4000, draws);
  CHECK(mean(iwae_bound(weights, 4000)).item() == approx(mean(known.log_p).item(), 0.01));
  const Lead off = paired_lead(mean(weights, {1}), known.log_p - known.gap);
  CHECK(std::abs(off.mean) < 4 * off.error + 1e-4);
  CHECK(min(known.gap).item() > 0);
  const GapCheck check = check_gap(model, x, 4000, draws);
  CHECK(check.known == doctest::Approx(mean(known.gap).item()));
  CHECK(check.measured == approx(check.known, 0.1));
  CHECK(check.measured - check.known == doctest::Approx(check.off.mean).epsilon(0.001).scale(1));
}

TEST_CASE("with more draws the bound comes nearer to log p(x), and not above it") {
  Rng rng(3), draws(4);
  Vae model(kLinearVae, rng);
  model.likelihood.log_var.mutable_value().fill(-2);
  const std::vector<Lead> below = below_log_p(model, points_of_a_line(300, rng), {1, 10, 1000}, draws);
  REQUIRE(below.size() == 3);
  CHECK(below[1].mean < below[0].mean / 2);
  CHECK(below[2].mean < below[1].mean / 2);
  CHECK(std::abs(below[2].mean) < 0.02 * below[0].mean + 4 * below[2].error);
}

TEST_CASE("a square of codes goes row by row from the top left") {
  const Tensor z = code_square(3, Tensor::from({1, 2}, {2}), Tensor::from({1, 4}, {2}));
  CHECK(z.shape() == Shape{9, 2});
  CHECK(identical(z, Tensor::from({0, 6, 1, 6, 2, 6, 0, 2, 1, 2, 2, 2, 0, -2, 1, -2, 2, -2}, {9, 2})));
  CHECK(contains(message_of([] { code_square(1, Tensor::zeros({2}), Tensor::ones({2})); }), "steps is 1"));
}
