#include "lessons/sampler_race.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

namespace gradfold {
namespace {

// Another model, that counts how often its net is run over images.
class CountedPasses : public AutoregressiveModel {
 public:
  explicit CountedPasses(AutoregressiveModel& model)
      : AutoregressiveModel(model.levels(), model.channels()), model_(model) {}
  Index passes = 0;

  Var forward(const Var& x) override { return ++passes, model_(x); }
  std::unique_ptr<PixelNet> cached(Index n, Index width) override { return model_.cached(n, width); }
  std::vector<double> level_probabilities(const Tensor& logits, const Tensor& pixel, Index c) const override {
    return model_.level_probabilities(logits, pixel, c);
  }
  std::string name() const override { return model_.name(); }
  ModelConfig config() const override { return model_.config(); }
  std::map<std::string, std::string> config_help() const override { return model_.config_help(); }

 private:
  AutoregressiveModel& model_;
};

}  // namespace

double SamplerRace::exponent(Sampler sampler) const {
  const std::vector<double>& took = seconds.at(sampler);
  return std::log(took.back() / took.front()) / std::log(sides.back() / sides.front());
}

Chart SamplerRace::chart() const {
  Chart chart({.title = "seconds for two images", .x = "side of the image in pixels", .y = "seconds", .log_x = true,
               .log_y = true});
  for (const auto& [sampler, took] : seconds) chart.line(std::string(sampler_name(sampler)), sides, took);
  return chart;
}

SamplerRace race_samplers(AutoregressiveModel& model, const std::vector<double>& sides, const Rng& rng) {
  using Clock = std::chrono::steady_clock;
  require(sides.size() >= 2, "race_samplers", "there are {} sides, but growth needs 2 or more", sides.size());
  require(model.sampler_for(Sampler::kCropped) == Sampler::kCropped, "race_samplers",
          "the model looks ahead, so that its samplers draw different images");
  CountedPasses counted(model);
  SamplerRace race{.sides = sides};
  for (const double side : sides) {
    const Shape shape = {2, model.channels(), static_cast<Index>(side), static_cast<Index>(side)};
    Tensor by_cached;
    for (const Sampler sampler : {Sampler::kCached, Sampler::kCropped, Sampler::kNaive}) {
      double least = std::numeric_limits<double>::infinity();
      Tensor drawn;
      // The shortest of several turns; the slow samplers' last turn is long enough to be one.
      for (int times = sampler == Sampler::kCached ? 20 : side < sides.back() ? 2 : 1; times > 0; --times) {
        counted.passes = 0;
        Rng same = rng;
        const Clock::time_point start = Clock::now();
        drawn = counted.sample(shape, same, {.sampler = sampler});
        const std::chrono::duration<double> took = Clock::now() - start;
        least = std::min(least, took.count());
      }
      race.seconds[sampler].push_back(least);
      if (sampler == Sampler::kCached) by_cached = drawn;
      race.differ += !identical(drawn, by_cached);
      race.passes = counted.passes;  // the last that is kept: the naive sampler's, at the last side
    }
  }
  return race;
}

}  // namespace gradfold
