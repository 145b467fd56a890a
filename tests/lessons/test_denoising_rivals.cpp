// The rivals do get the settings that suit them best.
#include "lessons/denoising_rivals.h"

#include "data/corrupt.h"
#include "data/load.h"
#include "models/median_filter.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

TEST_CASE("median and PCA take noise away, and no setting of theirs does better") {
  const Tensor clean = load_dataset("strokes", Split::kTrain, {.limit = 200}).images;
  Rng rng(1);
  const Tensor damaged = add_gaussian_noise(clean, Real(0.3), rng);
  const double given = mean_psnr(damaged, clean);
  const double median = mean_psnr(best_median(damaged, clean), clean);
  CHECK(median > given + 2);
  CHECK(median >= mean_psnr(median_filter(damaged, 3), clean));
  CHECK(median >= mean_psnr(median_filter(damaged, 5), clean));
  Pca pca({.n_components = 32});
  pca.fit(clean.flatten(1));
  const double projected = mean_psnr(best_projection(pca, damaged, clean), clean);
  CHECK(projected > given + 4);
  const Tensor all = pca.inverse_transform(pca.transform(damaged.flatten(1))).reshape(clean.shape());
  CHECK(projected >= doctest::Approx(mean_psnr(all, clean)));
}

TEST_CASE("a PCA of too few components is named") {
  const Tensor x = Rng(1).uniform({20, 1, 4, 4});
  Pca pca({.n_components = 3});
  pca.fit(x.flatten(1));
  CHECK(contains(message_of([&] { best_projection(pca, x, x); }), "pca has 3 components but must have 8 or more"));
}
