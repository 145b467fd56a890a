#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "data/correlated_pairs.h"
#include "models/classifier.h"
#include "viz/chart.h"

// Two classifiers, and how wrong they are after learning from more and more samples.
namespace gradfold {

struct Rival {
  std::string name;
  std::function<std::unique_ptr<Classifier>(Index samples)> make;
};

struct LearningCurves {
  std::vector<double> sizes;                                     // numbers of training samples, growing
  std::vector<std::vector<double>> first_errors, second_errors;  // test errors [size][run]

  double first(std::size_t size) const;  // mean error over the runs
  double second(std::size_t size) const;
  double lead(std::size_t size) const;  // first - second; above 0: the second is better
  // Its standard error. Both learn from the same samples in each run, so it is taken of the runs' differences. Where
  // runs share their test samples, the choice of these is not in it.
  double lead_error(std::size_t size) const;
  // Where the mean curves cross for the last time: from this number of samples on the second rival is better.
  // Between two sizes on a log scale; 0 if it always was, infinity if it never is.
  double crossing() const;
  std::string crossing_text() const;                        // "at 107 samples", "nowhere"
  // Both as lines with two standard errors of the mean shaded on either side.
  void draw(Chart& chart, const std::string& first_name, const std::string& second_name) const;
};

// Fits both rivals to the same `draw(n, run)` for every size n and run, and scores them on the same `test()`. `title`
// is what the progress bar calls it.
LearningCurves learning_curves(const std::string& title, const Rival& first, const Rival& second,
                               const std::vector<double>& sizes, int runs, Index classes,
                               const std::function<LabelledRows()>& test,
                               const std::function<LabelledRows(Index n, int run)>& draw);

}  // namespace gradfold
