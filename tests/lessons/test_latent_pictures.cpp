// Pictures of what codes mean.
#include "lessons/latent_pictures.h"

#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

TEST_CASE("latents by KL: the largest first, and every fifth is numbered") {
  const Chart chart = latents_by_kl(Tensor::from({Real(0.5), 3, 0, 0, 2, 1, 0}));
  const std::string csv = chart.csv();
  const std::size_t third = csv.find(",3\n"), second = csv.find(",2\n"), half = csv.find(",0.5\n");
  REQUIRE(half != std::string::npos);
  CHECK(third < second);
  CHECK(second < half);
  CHECK(contains(csv, "5,0\n"));  // the fifth bar
  CHECK(contains(message_of([] { latents_by_kl(Tensor::zeros({2, 2})); }), "nats is [2, 2] but must be [D]"));
}
