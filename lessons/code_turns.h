#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "lessons/correlation_table.h"
#include "models/infogan.h"
#include "viz/grid.h"

// What the codes of an InfoGAN, a category and two continuous ones, came to mean, measured of what it draws.
namespace gradfold {

// Which of the two codes turns slant and which thickness, in the images of one category, and how strongly.
// Nothing ties the categories together: each may have its own signs, and its own order.
struct CategoryTurns {
  Index slant_code, thickness_code;
  double slant, thickness;  // |correlation|
  Tensor all;               // [2, 3] both codes with slant, thickness and size, signed
};

struct CodesFound {
  double nats = 0;                        // I(category; image) at least, of drawn images
  double error = 0;                       // of held-out images in the category of another digit, after matching
  std::vector<CategoryTurns> turns = {};  // by category
  double slant = 0, thickness = 0;        // means over the categories
  double weaker() const { return std::min(slant, thickness); }
};

// 500 drawn images of each category are measured, and the categories of all of `test` are matched with its labels.
CodesFound codes_found(InfoGan& model, const Dataset& test, Rng rng);

// A row for each code of each category, its name after `before`.
std::vector<CorrelationRow> code_rows(const std::vector<CategoryTurns>& turns, const std::string& before = {});

// For each category a row in which the code of the slant goes from -1 to 1, then one for the thickness. Named by the
// correlation.
Image code_traversals(InfoGan& model, const std::vector<CategoryTurns>& turns, Rng rng);

}  // namespace gradfold
