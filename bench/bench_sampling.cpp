// Drawing images pixel by pixel with the PixelCNN of the lectures' size, 32 maps and 7 blocks. Cached against naive, in
// image-pixels per second: naive runs the net over the whole image for every pixel, so 4 of 784 pixels, evenly spread
// and the rest given, are timed and count as 4. And cached alone over images of three sizes: pixels/s that stay are a
// cost that grows with the number of pixels and not with its square.
#include "bench/compare.h"
#include "models/pixel_cnn.h"

namespace gradfold::bench {
namespace {

constexpr Index kImagesDrawn = 64;

PixelCnn& model() {
  static Rng rng(1);
  static PixelCnn net({.maps = 32, .blocks = 7}, rng);
  return net;
}

Tensor drawn(Index side, const SampleOptions& options) {
  Rng rng(2);
  return model().sample({kImagesDrawn, 1, side, side}, rng, options);
}

// 0 at `drawn` pixels, evenly spread, and 1 elsewhere.
Tensor all_known_but(Index drawn, Index side) {
  Tensor known = Tensor::ones({1, 1, side, side});
  for (Index i = 0; i < drawn; ++i) known.data()[(2 * i + 1) * side * side / (2 * drawn)] = 0;
  return known;
}

void bench_against_naive(benchmark::State& state) {
  constexpr Index kSide = 28, kTimed = 4;
  const SampleOptions some{.sampler = Sampler::kNaive, .known = all_known_but(kTimed, kSide)};
  compare(state,
          {.unit = "pixels/s",
           .goal = 100,
           .ways = {{"ours", double(kImagesDrawn * kSide * kSide), [] { drawn(kSide, {.sampler = Sampler::kCached}); }},
                    {"naive, 4 pixels of 784", double(kImagesDrawn * kTimed), [&] { drawn(kSide, some); }}}});
}
const auto against_naive = [] {
  as_comparison(benchmark::RegisterBenchmark("sampling/cached_against_naive/64x28x28", bench_against_naive));
  return true;
}();

void bench_cached(benchmark::State& state) {
  for (auto _ : state) drawn(state.range(0), {.sampler = Sampler::kCached});
  state.counters["pixels/s"] =
      benchmark::Counter(static_cast<double>(state.iterations() * kImagesDrawn * state.range(0) * state.range(0)),
                         benchmark::Counter::kIsRate);
}
BENCHMARK(bench_cached)->Name("sampling/cached")->Arg(14)->Arg(28)->Arg(56)->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace gradfold::bench
