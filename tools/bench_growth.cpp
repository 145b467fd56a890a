#include "tools/bench_growth.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <regex>
#include <set>

#include <fmt/format.h>

#include "tools/bench_results.h"
#include "viz/chart.h"

namespace gradfold {
namespace {

constexpr double kNotMeasured = std::numeric_limits<double>::quiet_NaN();

// Groups 1 and 2 are METHOD and N.
const std::regex& cost_pattern() {
  static const std::regex pattern("[^/]+/cost/([^/]+)/([0-9]+)");
  return pattern;
}

std::string seconds_text(double seconds) {
  return seconds < 100 ? fmt::format("{:.3g}", seconds) : fmt::format("{:.0f}", seconds);
}

std::string fixed(double value, int digits) {
  return std::isnan(value) ? "" : fmt::format("{:.{}f}", value, digits);
}

}  // namespace

bool is_cost(const std::string& case_name) { return std::regex_match(case_name, cost_pattern()); }

double Growth::exponent() const {
  if (n.size() < 2) return kNotMeasured;
  const double count = static_cast<double>(n.size());
  double mean_x = 0, mean_y = 0, xx = 0, xy = 0;
  for (std::size_t i = 0; i < n.size(); ++i) mean_x += std::log(n[i]) / count, mean_y += std::log(seconds[i]) / count;
  for (std::size_t i = 0; i < n.size(); ++i) {
    const double x = std::log(n[i]) - mean_x, y = std::log(seconds[i]) - mean_y;
    xx += x * x, xy += x * y;
  }
  return xy / xx;
}

std::vector<Growth> growths_of(const nlohmann::ordered_json& merged) {
  std::vector<Growth> growths;
  for (const auto& entry : merged.at("benchmarks")) {
    std::smatch match;
    const std::string name = case_name(entry.at("run_name"));
    if (entry.at("run_type") != "aggregate" || entry.value("error_occurred", false)) continue;
    if (!std::regex_match(name, match, cost_pattern())) continue;
    auto growth = std::find_if(growths.begin(), growths.end(), [&](const Growth& g) { return g.method == match[1]; });
    if (growth == growths.end()) growth = growths.insert(growth, Growth{.method = match[1]});
    growth->n.push_back(std::stod(match[2]));
    growth->seconds.push_back(milliseconds_of(entry) / 1e3);
    growth->peak_mb.push_back(entry.value("peak_MB", kNotMeasured));
    growth->remark = entry.value("label", "");
  }
  return growths;
}

std::string growth_table(const std::vector<Growth>& growths) {
  std::set<double> sizes;
  std::size_t width = 7;
  for (const Growth& g : growths) {
    sizes.insert(g.n.begin(), g.n.end());
    width = std::max(width, g.method.size());
  }
  std::string text = fmt::format("{:<{}}", "seconds", width);
  for (const double n : sizes) text += fmt::format(" {:>7}", n);
  text += "  exponent  peak MB\n";
  for (const Growth& g : growths) {
    std::string line = fmt::format("{:<{}}", g.method, width);
    for (const double n : sizes) {
      const auto at = static_cast<std::size_t>(std::find(g.n.begin(), g.n.end(), n) - g.n.begin());
      line += fmt::format(" {:>7}", at < g.n.size() ? seconds_text(g.seconds[at]) : "");
    }
    line += fmt::format("  {:>8}  {:>7}  {}", fixed(g.exponent(), 2), fixed(g.peak_mb.back(), 0), g.remark);
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

nlohmann::ordered_json growth_json(const std::vector<Growth>& growths) {
  auto out = nlohmann::ordered_json::array();
  for (const Growth& g : growths) {
    out.push_back({{"method", g.method},
                   {"exponent", g.exponent()},
                   {"n", g.n},
                   {"seconds", g.seconds},
                   {"peak_MB", g.peak_mb}});
  }
  return out;
}

bool plot_growth(const std::filesystem::path& path, const std::vector<Growth>& growths) {
  Chart chart({.title = "Time against the number of points", .x = "points N", .y = "seconds", .log_x = true,
               .log_y = true, .height = 700});
  for (const Growth& g : growths) {
    const std::string exponent = fixed(g.exponent(), 2);
    chart.line(exponent.empty() ? g.method : g.method + "  N^" + exponent, g.n, g.seconds);
  }
  return chart.save(path);
}

}  // namespace gradfold
