// Parameters of one part of a net.
#include "lessons/parameters_of.h"

#include "models/autoencoder.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

TEST_CASE("each half has its own parameters, and both together all") {
  Rng rng(1);
  Autoencoder model({.code = 3, .hidden = 4, .height = 5, .width = 6}, rng);
  const auto encoder = parameters_of(model, "encoder"), decoder = parameters_of(model, "decoder");
  CHECK(encoder.size() + decoder.size() == model.parameters().size());
  CHECK(parameters_of(model, "").size() == model.parameters().size());
  CHECK(encoder.front().shape() == Shape{4, 30});  // from the image
  CHECK(decoder.back().shape() == Shape{30});      // to the image
  CHECK(parameters_of(model, "encoder.1").size() == 2);  // its first layer: a weight and a bias
}

TEST_CASE("a part that there is not is named") {
  Rng rng(1);
  Autoencoder model({.code = 3, .hidden = 4, .height = 5, .width = 6}, rng);
  CHECK(contains(message_of([&] { parameters_of(model, "encod"); }), "has no parameters of \"encod\""));
}
