#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

// How time grows with the number of points: what cases named FAMILY/cost/METHOD/N measured, one method a line.
namespace gradfold {

struct Growth {
  std::string method;
  std::vector<double> n, seconds, peak_mb;  // peak_mb: 0 where the case does not tell it
  std::string remark;                       // why it ends at its last n

  // b of the seconds a n^b that fit best: the slope of the line through their logarithms. NaN for fewer than two n.
  double exponent() const;
};

// Whether a case measures a method at one number of points.
bool is_cost(const std::string& case_name);

// Of merged() (bench_results.h) its methods, in the order of their first cases, each by rising n. Failed cases are
// left out.
std::vector<Growth> growths_of(const nlohmann::ordered_json& merged);

// For people: a line a method, a column a number of points, the exponent, and the memory at the largest.
std::string growth_table(const std::vector<Growth>& growths);
// [{"method", "exponent", "n": [...], "seconds": [...], "peak_MB": [...]}]
nlohmann::ordered_json growth_json(const std::vector<Growth>& growths);
// Both axes logarithmic, the exponents in the legend. A .png or .svg, and the numbers in a .csv beside it. False if it
// could not be drawn.
bool plot_growth(const std::filesystem::path& path, const std::vector<Growth>& growths);

}  // namespace gradfold
