// Three samplers, one answer.
#include "autograd/record.h"
#include "tensor/elementwise.h"
#include "tensor/parallel.h"
#include "tensor/reduce.h"
#include "tests/doctest.h"
#include "tests/files.h"
#include "tests/models/kinds.h"

using namespace gradfold;

namespace {

Tensor sampled(AutoregressiveModel& model, const Shape& shape, Sampler sampler, SampleOptions options = {}) {
  Rng rng(31);
  options.sampler = sampler;
  options.labels = some_labels(model, shape[0]);
  return model.sample(shape, rng, options);
}

void check_samplers_agree(AutoregressiveModel& model, const Shape& shape, const SampleOptions& options = {}) {
  const Tensor expected = sampled(model, shape, Sampler::kNaive, options);
  for (const Sampler sampler : {Sampler::kCropped, Sampler::kCached}) {
    CAPTURE(sampler_name(sampler));
    CHECK(model.sampler_for(sampler) == sampler);
    CHECK(identical(sampled(model, shape, sampler, options), expected));
  }
}

// All values of `known` pixels from `image`.
bool kept(const Tensor& x, const Tensor& image, const Tensor& known) {
  return identical(where(known, x, Tensor::zeros(x.shape())), where(known, image, Tensor::zeros(x.shape())));
}

}  // namespace

TEST_CASE("naive, cropped and cached give the same pixels for a seed") {
  for (const Kind& kind : kinds()) {
    CAPTURE(kind.name);
    const ModelPtr model = drawn(kind, 1, 9, 7), one = drawn(kind, 1, 1, 1), square = drawn(kind, 1, 5, 5);
    check_samplers_agree(*model, {3, model->channels(), 9, 7});
    check_samplers_agree(*one, {1, model->channels(), 1, 1});
    check_samplers_agree(*square, {2, model->channels(), 5, 5}, {.temperature = Real(0.4)});
  }
}

TEST_CASE("they complete images alike: upper rows, and any pixels and channels, other ones in each image") {
  for (const Kind& kind : kinds()) {
    CAPTURE(kind.name);
    const ModelPtr model = drawn(kind, 2, 6, 6);
    Rng rng(3);
    const Shape shape{3, model->channels(), 6, 6};
    const Tensor image = random_levels(shape, model->levels(), rng);
    Tensor upper = Tensor::zeros(shape);
    upper.slice(2, 0, 3).fill(1);
    for (const Tensor& known : {upper, random_levels(shape, 2, rng), Tensor::ones(shape)}) {
      check_samplers_agree(*model, shape, {.image = image, .known = known});
      CHECK(kept(sampled(*model, shape, Sampler::kCached, {.image = image, .known = known}), image, known));
    }
  }
}

TEST_CASE("the cached net's logits are those of one pass over the whole image") {
  NoGrad guard;
  for (const Kind& kind : kinds()) {
    CAPTURE(kind.name);
    const ModelPtr model = drawn(kind, 4, 8, 9);
    Rng rng(5);
    const Index n = 2, channels = model->channels(), height = 8, width = 9;
    const Tensor x = random_levels({n, channels, height, width}, model->levels(), rng);
    const Indices labels = some_labels(*model, n);
    const Tensor expected = model->logits(x, labels).value();
    const std::unique_ptr<PixelNet> net = model->cached(n, width);
    REQUIRE(net);
    if (model->classes() > 0) net->given(labels);
    for (Index row = 0; row < height; ++row) {
      for (Index column = 0; column < width; ++column) {
        net->set(row, column, random_levels({n, channels}, model->levels(), rng));  // a guess that it must forget
        net->logits(row, column);
        net->set(row, column, x.select(3, column).select(2, row).contiguous());
        const Tensor received = net->logits(row, column);
        const Tensor difference = abs(received - expected.select(3, column).select(2, row));
        CHECK(max(difference).item() < 1e-5);
      }
    }
  }
}

TEST_CASE("samples have the same bits with 1, 2, 3 and 8 threads, whoever draws them") {
  const int before = num_threads();
  for (const Kind& kind : kinds()) {
    CAPTURE(kind.name);
    const ModelPtr model = drawn(kind, 6, 5, 6);
    for (const Sampler sampler : {Sampler::kNaive, Sampler::kCropped, Sampler::kCached}) {
      CAPTURE(sampler_name(sampler));
      const Index n = sampler == Sampler::kCached ? 70 : 9;  // enough for a pixel's kernels to be shared out
      Tensor expected;
      for (const int threads : {1, 2, 3, 8}) {
        CAPTURE(threads);
        set_num_threads(threads);
        const Tensor received = sampled(*model, {n, model->channels(), 5, 6}, sampler);
        if (!expected.defined()) expected = received;
        CHECK(identical(received, expected));
      }
    }
  }
  set_num_threads(before);
}

TEST_CASE("a net that was never given values draws nothing, by whatever sampler") {
  for (const Sampler sampler : {Sampler::kNaive, Sampler::kCropped, Sampler::kCached}) {
    Rng rng(1);
    PixelCnn blank({.maps = 2, .blocks = 1});
    const std::string message = message_of([&] { blank.sample({1, 1, 4, 4}, rng, {.sampler = sampler}); });
    CHECK_MESSAGE(contains(message, "its parameters have no values yet"), sampler_name(sampler), ": ", message);
  }
}

TEST_CASE("a net without masks is sampled naively whatever is asked: it looks at what is not drawn yet") {
  PixelCnn model({.maps = 4, .blocks = 1, .masked = false});
  Rng rng(7);
  model.reset_parameters(rng);
  CHECK(model.sampler_for(Sampler::kCached) == Sampler::kNaive);
  CHECK(identical(sampled(model, {2, 1, 4, 4}, Sampler::kCached), sampled(model, {2, 1, 4, 4}, Sampler::kNaive)));
}
