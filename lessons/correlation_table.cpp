#include "lessons/correlation_table.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "models/digit_shape.h"
#include "tensor/indexing.h"
#include "viz/font.h"
#include "viz/grid.h"

namespace gradfold {
namespace {

constexpr Color kPositive{230, 120, 30}, kNegative{50, 130, 200};  // black can be read on both
constexpr Index kCellWidth = 124, kCellHeight = 26;                // as wide as "thickness" and a little more

Tensor cell(double correlation) {
  const double strength = std::min(std::abs(correlation), 1.0);
  Image picture(kCellWidth, kCellHeight, blend(kWhite, correlation < 0 ? kNegative : kPositive, strength));
  const std::string text = correlation_text(correlation);
  draw_text(picture, (kCellWidth - text_width(text, kCaptionScale)) / 2,
            (kCellHeight - kGlyphHeight * kCaptionScale) / 2, text, kBlack, kCaptionScale);
  return to_tensor(picture, 3).unsqueeze(0);
}

}  // namespace

std::vector<CorrelationRow> correlation_rows(const std::vector<std::string>& names, const Tensor& correlations) {
  check_shape("correlation_rows", "correlations", correlations.shape(), {static_cast<Index>(names.size()), 3});
  std::vector<CorrelationRow> rows;
  for (Index i = 0; i < correlations.size(0); ++i) {
    if (std::isnan(correlations.at({i, 0}))) continue;
    rows.push_back({names[static_cast<std::size_t>(i)],
                    {correlations.at({i, 0}), correlations.at({i, 1}), correlations.at({i, 2})}});
  }
  return rows;
}

std::string correlation_text(double correlation) {
  const double rounded = std::round(100 * correlation) / 100;
  return fmt::format("{:.2f}", rounded == 0 ? 0.0 : rounded);
}

std::vector<std::string> correlation_lines(const std::vector<CorrelationRow>& rows) {
  std::size_t widest = 0;
  for (const CorrelationRow& row : rows) widest = std::max(widest, row.name.size());
  const auto line = [&](const std::string& name, const auto& a, const auto& b, const auto& c) {
    return fmt::format("{:{}} {:>6} {:>10} {:>6}", name, widest, a, b, c);
  };
  std::vector<std::string> lines{line("", kDigitShapeNames[0], kDigitShapeNames[1], kDigitShapeNames[2])};
  for (const auto& [name, with] : rows)
    lines.push_back(line(name, correlation_text(with[0]), correlation_text(with[1]), correlation_text(with[2])));
  return lines;
}

Image correlation_table(const std::vector<CorrelationRow>& rows) {
  require(!rows.empty(), "correlation_table", "rows is empty: there is nothing to draw");
  GridOptions options{.columns = 3, .zoom = 1};
  options.column_titles.assign(std::begin(kDigitShapeNames), std::end(kDigitShapeNames));
  std::vector<Tensor> cells;
  for (const CorrelationRow& row : rows) {
    options.row_titles.push_back(row.name);
    for (const double correlation : row.with) cells.push_back(cell(correlation));
  }
  return grid(concatenate(cells, 0), options);
}

}  // namespace gradfold
