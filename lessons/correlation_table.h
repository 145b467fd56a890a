#pragma once
#include <array>
#include <string>
#include <vector>

#include "tensor/tensor.h"
#include "viz/image.h"

// Which code turns what: its correlations with all that is measured of a drawn digit (models/digit_shape.h), as lines
// of text and as a picture.
namespace gradfold {

struct CorrelationRow {
  std::string name;
  std::array<double, 3> with;  // slant, thickness, size; signed
};

// A row for each row of correlations [names, 3], but for those that are NaN: a code without order goes with nothing.
std::vector<CorrelationRow> correlation_rows(const std::vector<std::string>& names, const Tensor& correlations);

// "-0.85"; what rounds to 0 has no sign.
std::string correlation_text(double correlation);
// What the columns are, then a line for each row, to the same width.
std::vector<std::string> correlation_lines(const std::vector<CorrelationRow>& rows);
// A cell for each number, the more orange the nearer it is to 1, the more blue the nearer to -1.
Image correlation_table(const std::vector<CorrelationRow>& rows);

}  // namespace gradfold
