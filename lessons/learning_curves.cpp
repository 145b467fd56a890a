#include "lessons/learning_curves.h"

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "lessons/two_sample.h"
#include "viz/progress.h"

namespace gradfold {
namespace {

double standard_error(const std::vector<double>& runs) {
  return spread(runs).deviation / std::sqrt(static_cast<double>(runs.size()));
}

void draw_band(Chart& chart, const std::string& name, const std::vector<double>& sizes,
               const std::vector<std::vector<double>>& errors) {
  std::vector<double> mean, low, high;
  for (const auto& runs : errors) {
    const Spread s = spread(runs);
    mean.push_back(s.mean);
    low.push_back(s.mean - 2 * standard_error(runs));
    high.push_back(s.mean + 2 * standard_error(runs));
  }
  chart.band(name, sizes, mean, low, high);
}

}  // namespace

double LearningCurves::first(std::size_t size) const { return spread(first_errors[size]).mean; }
double LearningCurves::second(std::size_t size) const { return spread(second_errors[size]).mean; }

double LearningCurves::lead(std::size_t size) const { return first(size) - second(size); }

double LearningCurves::lead_error(std::size_t size) const {
  std::vector<double> leads;
  for (std::size_t run = 0; run < first_errors[size].size(); ++run)
    leads.push_back(first_errors[size][run] - second_errors[size][run]);
  return standard_error(leads);
}

double LearningCurves::crossing() const {
  std::size_t from = sizes.size() - 1;
  if (lead(from) <= 0) return std::numeric_limits<double>::infinity();
  while (from > 0 && lead(from - 1) > 0) --from;
  if (from == 0) return 0;
  const double before = lead(from - 1), part = before / (before - lead(from));
  return sizes[from - 1] * std::pow(sizes[from] / sizes[from - 1], part);
}

std::string LearningCurves::crossing_text() const {
  const double at = crossing();
  return at > 0 && std::isfinite(at) ? fmt::format("at {:.0f} samples", at) : "nowhere";
}

void LearningCurves::draw(Chart& chart, const std::string& first_name, const std::string& second_name) const {
  draw_band(chart, first_name, sizes, first_errors);
  draw_band(chart, second_name, sizes, second_errors);
}

LearningCurves learning_curves(const std::string& title, const Rival& first, const Rival& second,
                               const std::vector<double>& sizes, int runs, Index classes,
                               const std::function<LabelledRows()>& test,
                               const std::function<LabelledRows(Index n, int run)>& draw) {
  LearningCurves out;
  Progress bar(
      {.title = title, .total = static_cast<Index>(sizes.size()) * runs, .unit = "trainings"});
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const Index n = static_cast<Index>(sizes[i]);
    out.sizes.push_back(sizes[i]);
    out.first_errors.emplace_back();
    out.second_errors.emplace_back();
    for (int run = 0; run < runs; ++run, bar.step(1)) {
      const LabelledRows train = draw(n, run), held_out = test();
      const auto a = first.make(n), b = second.make(n);
      a->fit(train.x, train.y, classes);
      b->fit(train.x, train.y, classes);
      out.first_errors[i].push_back(1 - a->accuracy(held_out.x, held_out.y));
      out.second_errors[i].push_back(1 - b->accuracy(held_out.x, held_out.y));
    }
  }
  return out;
}

}  // namespace gradfold
