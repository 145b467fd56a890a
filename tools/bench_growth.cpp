#include "tools/bench_growth.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <regex>
#include <set>

#include <fmt/format.h>

#include "tools/bench_results.h"
#include "viz/chart.h"

namespace gradfold {
namespace {

using json = nlohmann::ordered_json;

const std::regex& cost_pattern() {
  static const std::regex pattern("[^/]+/cost/([^/]+)/([0-9]+)");
  return pattern;
}

std::string thousands(double n) {
  std::string text = fmt::format("{:.0f}", n);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3) text.insert(at, ",");
  return text;
}

std::string seconds_text(double seconds) { return fmt::format("{:.{}f}", seconds, seconds < 10 ? 3 : 1); }

std::string exponent_text(const Growth& growth) {
  return std::isnan(growth.exponent()) ? "" : fmt::format("{:.2f}", growth.exponent());
}

}  // namespace

double Growth::exponent() const {
  const double count = static_cast<double>(n.size());
  if (count < 2) return std::numeric_limits<double>::quiet_NaN();
  double sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (std::size_t i = 0; i < n.size(); ++i) {
    const double x = std::log(n[i]), y = std::log(seconds[i]);
    sx += x, sy += y, sxx += x * x, sxy += x * y;
  }
  return (count * sxy - sx * sy) / (count * sxx - sx * sx);
}

bool is_cost(const std::string& case_name) { return std::regex_match(case_name, cost_pattern()); }

std::vector<Growth> growths_of(const json& merged) {
  std::vector<Growth> growths;
  for (const json& entry : merged.at("benchmarks")) {
    std::smatch match;
    const std::string name = case_name(entry.at("run_name"));
    if (entry.at("run_type") != "aggregate" || entry.value("error_occurred", false)) continue;
    if (!std::regex_match(name, match, cost_pattern())) continue;
    auto growth = std::find_if(growths.begin(), growths.end(), [&](const Growth& g) { return g.method == match[1]; });
    if (growth == growths.end()) growth = growths.insert(growth, Growth{.method = match[1]});
    const double n = std::strtod(match[2].str().c_str(), nullptr);
    const auto at = std::upper_bound(growth->n.begin(), growth->n.end(), n) - growth->n.begin();
    growth->n.insert(growth->n.begin() + at, n);
    growth->seconds.insert(growth->seconds.begin() + at, milliseconds_of(entry) / 1e3);
    growth->peak_mb.insert(growth->peak_mb.begin() + at, entry.value("peak_MB", 0.0));
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
  for (const double n : sizes) text += fmt::format(" {:>8}", thousands(n));
  text += fmt::format(" {:>9} {:>8}\n", "exponent", "peak MB");
  for (const Growth& g : growths) {
    std::string line = fmt::format("{:<{}}", g.method, width);
    for (const double n : sizes) {
      const auto at = std::find(g.n.begin(), g.n.end(), n) - g.n.begin();
      line += fmt::format(" {:>8}", at == static_cast<std::ptrdiff_t>(g.n.size()) ? "" : seconds_text(g.seconds[at]));
    }
    line += fmt::format(" {:>9} {:>8.0f}", exponent_text(g), g.peak_mb.back());
    text += line + (g.remark.empty() ? "" : fmt::format("  ends at {}: {}", thousands(g.n.back()), g.remark)) + "\n";
  }
  return text;
}

json growth_json(const std::vector<Growth>& growths) {
  json out = json::array();
  for (const Growth& g : growths) {
    out.push_back({{"method", g.method}, {"exponent", g.exponent()}, {"n", g.n}, {"seconds", g.seconds},
                   {"peak_MB", g.peak_mb}});
  }
  return out;
}

bool plot_growth(const std::filesystem::path& path, const std::vector<Growth>& growths) {
  Chart chart({.title = "Time against the number of points", .x = "points N", .y = "seconds", .log_x = true,
               .log_y = true, .width = 900, .height = 700});
  for (const Growth& g : growths) {
    const std::string power = exponent_text(g);
    chart.line(power.empty() ? g.method : fmt::format("{}  N^{}", g.method, power), g.n, g.seconds);
  }
  return chart.save(path);
}

}  // namespace gradfold
