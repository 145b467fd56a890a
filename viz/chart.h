#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/tensor.h"

namespace gradfold {

struct ChartOptions {
  std::string title = {}, x = {}, y = {}, z = {};  // title and axis labels
  bool log_x = false, log_y = false;
  bool equal_axes = false;                         // one unit is as long on x as on y (maps)
  std::string color = {};                          // label of the colour scale
  int width = 900, height = 600;                   // pixels
};

// A chart, drawn by gnuplot:
//   Chart chart({.title = "PixelCNN", .x = "epoch", .y = "nats", .log_x = true});
//   chart.line("train", x, y).band("test", x, mean, low, high);
//   chart.save("out/loss.png");          // and out/loss.csv
class Chart {
 public:
  using Values = std::vector<double>;
  explicit Chart(ChartOptions options) : options_(std::move(options)) {}

  Chart& line(std::string name, Values x, Values y);
  Chart& line(std::string name, Values y);  // against 1, 2, 3, ...
  // Level up to the next x, and a jump there: how a share or a count grows.
  Chart& stairs(std::string name, Values x, Values y);
  // A line with the area from low to high shaded: a mean and its spread.
  Chart& band(std::string name, Values x, Values y, Values low, Values high);
  Chart& scatter(std::string name, Values x, Values y);
  // Points coloured by a value, with a colour scale; the second in space.
  Chart& scatter_colored(std::string name, Values x, Values y, Values color);
  Chart& scatter_3d(std::string name, Values x, Values y, Values z, Values color);
  // An arrow at each (x, y) to (x + dx, y + dy): a field of directions.
  Chart& arrows(std::string name, Values x, Values y, Values dx, Values dy);
  // One bar for each label; several calls with the same labels stand side by side.
  Chart& bars(std::string name, std::vector<std::string> labels, Values heights);

  // Writes the numbers to a .csv beside `path`, always, then the picture (.png or .svg). Without gnuplot, or
  // when gnuplot fails, says so in one line on stderr and returns false; the CSV stays. Letters come from the
  // system's fonts: a PNG with Korean in it needs a Korean font where it is drawn, an SVG where it is read.
  bool save(const std::filesystem::path& path) const;

  std::string csv() const;
  // What gnuplot reads from its standard input; format is "png" or "svg". All text in it is quoted.
  std::string script(std::string_view format) const;

 private:
  enum class Kind { kLine, kStairs, kBand, kScatter, kColored, k3d, kArrows, kBars };
  struct Series {
    Kind kind;
    std::string name;
    std::vector<std::string> labels;  // bars only
    std::vector<Values> columns;      // x, y, ...
  };
  Chart& add(Kind kind, std::string name, std::vector<Values> columns, std::vector<std::string> labels = {});
  static std::vector<std::string_view> column_names(Kind kind);
  static int find_column(Kind kind, std::string_view name);
  static Kind axes(Kind kind);
  bool has(Kind kind) const;
  std::string settings(std::string_view format) const;
  std::string few_tics() const;
  std::string bar_settings() const;
  std::string plot_command() const;
  std::string plot_part(std::size_t series) const;

  ChartOptions options_;
  std::vector<Series> series_;
};

// A tensor's numbers for a chart: chart.scatter("digits", values(y.select(1, 0)), values(y.select(1, 1))).
std::vector<double> values(const Tensor& x);

}  // namespace gradfold
