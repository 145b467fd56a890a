#include "viz/chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iostream>
#include <numeric>

#include <fmt/format.h>

#include "tensor/atomic_file.h"
#include "viz/gnuplot.h"
#include "viz/heatmap.h"

namespace gradfold {
namespace {

// Told apart by eye, also by most colour-blind eyes for the first six.
constexpr std::array<std::string_view, 10> kColors = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e6a700",
                                                      "#56b4e9", "#7f3c8d", "#6b6b6b", "#a52a2a", "#80ba27"};
constexpr std::array<std::string_view, 10> kCsvOrder = {"label", "x",   "y",    "z",     "dx",
                                                        "dy",    "low", "high", "color", "height"};
constexpr double kBarsWidth = 0.8;         // of the room that a label has
constexpr std::size_t kMarkedPoints = 30;  // a line of more points is drawn without marks, and single points small
constexpr std::size_t kNamedPoints = 6;    // those of a logarithmic axis have their values written below

std::string_view color(std::size_t series) { return kColors[series % kColors.size()]; }

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string csv_number(double v) { return std::isnan(v) ? "" : fmt::format("{}", v); }
std::string plot_number(double v) { return std::isfinite(v) ? fmt::format("{}", v) : "NaN"; }

std::string palette() {
  std::string stops;
  for (int i = 0; i <= 10; ++i) {
    const Color c = heat_color(i / 10.0);
    stops += fmt::format("{}{} '#{:02x}{:02x}{:02x}'", i ? ", " : "", i, c.r, c.g, c.b);
  }
  return "set palette defined (" + stops + ")\n";
}

}  // namespace

std::vector<std::string_view> Chart::column_names(Kind kind) {
  switch (kind) {
    case Kind::kBand: return {"x", "y", "low", "high"};
    case Kind::kColored: return {"x", "y", "color"};
    case Kind::k3d: return {"x", "y", "z", "color"};
    case Kind::kArrows: return {"x", "y", "dx", "dy"};
    case Kind::kBars: return {"height"};
    default: return {"x", "y"};
  }
}

// What plots on the same two axes is one kind.
Chart::Kind Chart::axes(Kind kind) {
  return kind == Kind::kBars || kind == Kind::k3d ? kind : Kind::kLine;
}

bool Chart::has(Kind kind) const {
  return std::any_of(series_.begin(), series_.end(), [kind](const Series& s) { return s.kind == kind; });
}

Chart& Chart::add(Kind kind, std::string name, std::vector<Values> columns, std::vector<std::string> labels) {
  const auto names = column_names(kind);
  const std::size_t n = columns[0].size();
  require(n > 0, "Chart", "series \"{}\" has no points", name);
  for (std::size_t c = 1; c < columns.size(); ++c) {
    require(columns[c].size() == n, "Chart", "series \"{}\" has {} of {} but {} of {}; they must be as many",
            name, n, names[0], columns[c].size(), names[c]);
  }
  for (const Series& s : series_) {
    require(axes(s.kind) == axes(kind) && s.labels == labels, "Chart",
            "series \"{}\" does not share axes with \"{}\"; draw two charts", name, s.name);
  }
  series_.push_back({kind, std::move(name), std::move(labels), std::move(columns)});
  return *this;
}

Chart& Chart::line(std::string name, Values x, Values y) {
  return add(Kind::kLine, std::move(name), {std::move(x), std::move(y)});
}
Chart& Chart::line(std::string name, Values y) {
  Values x(y.size());
  std::iota(x.begin(), x.end(), 1.0);
  return line(std::move(name), std::move(x), std::move(y));
}
Chart& Chart::stairs(std::string name, Values x, Values y) {
  return add(Kind::kStairs, std::move(name), {std::move(x), std::move(y)});
}
Chart& Chart::band(std::string name, Values x, Values y, Values low, Values high) {
  return add(Kind::kBand, std::move(name), {std::move(x), std::move(y), std::move(low), std::move(high)});
}
Chart& Chart::scatter(std::string name, Values x, Values y) {
  return add(Kind::kScatter, std::move(name), {std::move(x), std::move(y)});
}
Chart& Chart::scatter_colored(std::string name, Values x, Values y, Values color) {
  return add(Kind::kColored, std::move(name), {std::move(x), std::move(y), std::move(color)});
}
Chart& Chart::scatter_3d(std::string name, Values x, Values y, Values z, Values color) {
  return add(Kind::k3d, std::move(name), {std::move(x), std::move(y), std::move(z), std::move(color)});
}
Chart& Chart::arrows(std::string name, Values x, Values y, Values dx, Values dy) {
  return add(Kind::kArrows, std::move(name), {std::move(x), std::move(y), std::move(dx), std::move(dy)});
}
Chart& Chart::bars(std::string name, std::vector<std::string> labels, Values heights) {
  require(labels.size() == heights.size(), "Chart",
          "series \"{}\" has {} labels but {} heights; they must be as many", name, labels.size(),
          heights.size());
  return add(Kind::kBars, std::move(name), {std::move(heights)}, std::move(labels));
}

// Which of a kind's columns has this name, or -1.
int Chart::find_column(Kind kind, std::string_view name) {
  const auto names = column_names(kind);
  const auto at = std::find(names.begin(), names.end(), name);
  return at == names.end() ? -1 : static_cast<int>(at - names.begin());
}

// One row a point; a column for everything that any series has, empty where a series has it not.
std::string Chart::csv() const {
  std::vector<std::string_view> used;
  for (std::string_view name : kCsvOrder) {
    const bool here = std::any_of(series_.begin(), series_.end(), [name](const Series& s) {
      return find_column(s.kind, name) >= 0 || (name == "label" && !s.labels.empty());
    });
    if (here) used.push_back(name);
  }
  std::string text = fmt::format("series,{}\n", fmt::join(used, ","));
  for (const Series& s : series_) {
    for (std::size_t i = 0; i < s.columns[0].size(); ++i) {
      text += csv_field(s.name);
      for (std::string_view name : used) {
        const int column = find_column(s.kind, name);
        text += ',';
        if (column >= 0) text += csv_number(s.columns[static_cast<std::size_t>(column)][i]);
        if (name == "label" && !s.labels.empty()) text += csv_field(s.labels[i]);
      }
      text += '\n';
    }
  }
  return text;
}

std::string Chart::settings(std::string_view format) const {
  std::string s = fmt::format("set terminal {} noenhanced size {},{} background '#ffffff'\n",
                              format == "png" ? "pngcairo font 'sans,12'" : "svg font 'sans,14'",
                              options_.width, options_.height);
  s += fmt::format("set title {}\nset xlabel {} offset 0,0.4\nset ylabel {}\nset zlabel {}\nset cblabel {}\n",
                   gnuplot_quote(options_.title), gnuplot_quote(options_.x), gnuplot_quote(options_.y),
                   gnuplot_quote(options_.z), gnuplot_quote(options_.color));
  s += "set border lc '#808080'\nset tics textcolor '#303030'\nset grid lc '#d8d8d8' lt 1\n" + palette();
  if (options_.log_x) s += "set logscale x\nset autoscale x noextend\n" + few_tics();  // not to the next power of ten
  if (options_.log_y) s += "set logscale y\n";
  if (options_.equal_axes) s += "set size ratio -1\n";
  if (has(Kind::k3d)) s += "set view 62,32\nset xyplane 0.05\n";
  const bool named =
      std::any_of(series_.begin(), series_.end(), [](const Series& x) { return !x.name.empty(); });
  s += named ? "set key below center horizontal Left reverse title ' '\n" : "unset key\n";
  return s;
}

// gnuplot names powers of ten only. A line of a few points, which may hold one of them or none, has its own values
// named as well; those at the ends of the axis stand a little inside, where no rounding of logarithms loses them.
std::string Chart::few_tics() const {
  if (series_[0].kind != Kind::kLine || series_[0].columns[0].size() > kNamedPoints) return {};
  const Values& all = series_[0].columns[0];
  const auto [low, high] = std::minmax_element(all.begin(), all.end());
  std::vector<std::string> tics;  // a power of ten at the end of the axis is lost if it is named twice
  for (const double x : all) {
    if (std::log10(x) == std::round(std::log10(x))) continue;
    tics.push_back(fmt::format("'{}' {}", x, x == *low ? x * (1 + 1e-9) : x == *high ? x * (1 - 1e-9) : x));
  }
  return tics.empty() ? "" : fmt::format("set xtics add ({})\n", fmt::join(tics, ", "));
}

// Bars stand at 0, 1, 2, ..., each label's room shared by the series.
std::string Chart::bar_settings() const {
  std::vector<std::string> tics;
  for (const std::string& label : series_[0].labels) {
    tics.push_back(fmt::format("{} {}", gnuplot_quote(label), tics.size()));
  }
  const auto labels = static_cast<double>(tics.size()), bars = static_cast<double>(series_.size());
  std::string s = fmt::format("set xtics ({}){}\n", fmt::join(tics, ", "), labels > 8 ? " rotate by -40" : "");
  s += fmt::format("set style fill solid 0.85\nset boxwidth {}\n", kBarsWidth / bars);
  s += fmt::format("set xrange [-0.6:{}]\n", labels - 0.4);
  if (!options_.log_y) s += "set yrange [*<0:0<*]\n";  // from zero
  return s;
}

std::string Chart::plot_command() const {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < series_.size(); ++i) parts.push_back(plot_part(i));
  return fmt::format("{} {}\n", has(Kind::k3d) ? "splot" : "plot", fmt::join(parts, ", "));
}

std::string Chart::plot_part(std::size_t i) const {
  const Series& s = series_[i];
  const std::string data = fmt::format("$d{} using ", i), rgb = fmt::format("lc rgb '{}' ", color(i));
  const std::string title = s.name.empty() ? "notitle" : "title " + gnuplot_quote(s.name);
  switch (s.kind) {
    case Kind::kLine:
      return data + "1:2 with " + (s.columns[0].size() <= kMarkedPoints ? "linespoints pt 7 ps 0.7" : "lines") +
             " lw 2 " + rgb + title;
    case Kind::kStairs: return data + "1:2 with steps lw 2 " + rgb + title;
    case Kind::kBand:
      return data + "1:3:4 with filledcurves fillstyle transparent solid 0.2 noborder " + rgb + "notitle, " +
             data + "1:2 with lines lw 2 " + rgb + title;
    case Kind::kScatter:
      return data + "1:2 with points pt 7 ps " + (s.columns[0].size() <= kMarkedPoints ? "1.1 " : "0.5 ") + rgb +
             title;
    case Kind::kColored: return data + "1:2:3 with points pt 7 ps 0.6 lc palette " + title;
    case Kind::k3d: return data + "1:2:3:4 with points pt 7 ps 0.5 lc palette " + title;
    case Kind::kArrows: return data + "1:2:3:4 with vectors head filled size screen 0.008,18 lw 1.2 " + rgb + title;
    case Kind::kBars: break;
  }
  const double place = (static_cast<double>(i) + 0.5) / static_cast<double>(series_.size()) - 0.5;
  return fmt::format("{}($0 + {}):1 with boxes {}{}", data, kBarsWidth * place, rgb, title);
}

// The numbers first, as one data block a series, then how to draw them.
std::string Chart::script(std::string_view format) const {
  std::string text;
  for (std::size_t i = 0; i < series_.size(); ++i) {
    text += fmt::format("$d{} << END\n", i);
    for (std::size_t row = 0; row < series_[i].columns[0].size(); ++row) {
      for (const Values& column : series_[i].columns) text += plot_number(column[row]) + " ";
      text += '\n';
    }
    text += "END\n";
  }
  return text + settings(format) + (has(Kind::kBars) ? bar_settings() : "") + plot_command();
}

bool Chart::save(const std::filesystem::path& path) const {
  const std::string extension = path.extension().string();
  require(extension == ".png" || extension == ".svg", "Chart", "{} must end in .png or .svg", path.string());
  require(!series_.empty(), "Chart", "{} would be empty; add a series before save()", path.string());
  const auto table = std::filesystem::path(path).replace_extension(".csv");
  write_atomically(table, [this](std::ostream& out) { out << csv(); });
  const GnuplotResult drawn = run_gnuplot(script(extension.substr(1)));
  if (!drawn.ok) {
    std::cerr << fmt::format("chart: {}, so {} was not drawn; its numbers are in {}\n", drawn.error,
                             path.string(), table.string());
    return false;
  }
  write_atomically(path, [&](std::ostream& out) { out << drawn.output; });
  return true;
}

std::vector<double> values(const Tensor& x) {
  const std::vector<Real> numbers = x.to_vector();
  return {numbers.begin(), numbers.end()};
}

}  // namespace gradfold
