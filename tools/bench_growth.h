#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

// How a method's time grows with the number of points N, from cases that measure it at one N each.
namespace gradfold {

// Whether a case does so: FAMILY/cost/METHOD/N.
bool is_cost(const std::string& case_name);

// What the cases of one method measured, a number for each case.
struct Growth {
  std::string method;
  std::vector<double> n = {}, seconds = {}, peak_mb = {};  // peak_mb is NaN where the case does not tell it
  std::string remark = {};                                 // the last case's label

  // The b of the a n^b that comes nearest to the seconds: the slope of the least-squares line through their
  // logarithms. NaN for fewer than two cases.
  double exponent() const;
};

// Methods and cases of merged() (bench_results.h) in their order, without cases that failed.
std::vector<Growth> growths_of(const nlohmann::ordered_json& merged);

// For people: a line for each method, a column for each N.
std::string growth_table(const std::vector<Growth>& growths);
// [{"method", "exponent", "n": [...], "seconds": [...], "peak_MB": [...]}]; NaN becomes null.
nlohmann::ordered_json growth_json(const std::vector<Growth>& growths);
// Both axes logarithmic, so that a power is a straight line; exponents are in the legend. False if only the numbers
// could be written (viz/chart.h).
bool plot_growth(const std::filesystem::path& path, const std::vector<Growth>& growths);

}  // namespace gradfold
