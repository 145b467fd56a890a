#include "lessons/code_turns.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "models/digit_shape.h"
#include "models/hungarian.h"
#include "tensor/indexing.h"

namespace gradfold {
namespace {

std::string code_name(std::size_t category, Index code) {
  return fmt::format("category {}, code {}", category + 1, code + 1);
}

}  // namespace

CodesFound codes_found(InfoGan& model, const Dataset& test, Rng rng) {
  require(model.settings.continuous == 2, "codes_found", "the model has {} continuous codes; slant and thickness are "
          "looked for in 2", model.settings.continuous);
  const Index categories = model.settings.categories;
  const double share = 1 / static_cast<double>(categories);
  CodesFound found;
  for (Index category = 0; category < categories; ++category) {
    InfoGanCodes codes = model.draw(500, rng);
    std::fill(codes.category.values.begin(), codes.category.values.end(), static_cast<std::int32_t>(category));
    const Tensor drawn = model.decode(model.input(codes));
    const CodeMeaning meaning = code_meaning(codes, drawn, categories);
    const CategoryTurns turns{meaning.slant_code, meaning.thickness_code, std::abs(meaning.slant),
                              std::abs(meaning.thickness), meaning.all};
    found.turns.push_back(turns);
    found.nats += share * model.information(drawn, codes);
    found.slant += share * turns.slant;
    found.thickness += share * turns.thickness;
  }
  found.error = code_purity(model.categories_of(test.images), test.labels, categories, 10).error;
  return found;
}

std::vector<CorrelationRow> code_rows(const std::vector<CategoryTurns>& turns, const std::string& before) {
  std::vector<CorrelationRow> rows;
  for (std::size_t category = 0; category < turns.size(); ++category) {
    const auto name = [&](Index code) { return fmt::format("{}{}", before, code_name(category, code)); };
    const std::vector<CorrelationRow> its = correlation_rows({name(0), name(1)}, turns[category].all);
    rows.insert(rows.end(), its.begin(), its.end());
  }
  return rows;
}

Image code_traversals(InfoGan& model, const std::vector<CategoryTurns>& turns, Rng rng) {
  constexpr Index kSteps = 9;
  const Index categories = model.settings.categories;
  std::vector<Tensor> rows;
  std::vector<std::string> titles;
  Tensor z = model.draw_codes(1, rng);
  for (Index i = categories; i < categories + 2; ++i) z.set({0, i}, 0);
  for (Index category = 0; category < categories; ++category) {
    for (Index i = 0; i < categories; ++i) z.set({0, i}, i == category ? Real(1) : Real(0));
    const auto at = static_cast<std::size_t>(category);
    for (const Index measure : {0, 1}) {  // slant, thickness
      const Index code = measure == 0 ? turns[at].slant_code : turns[at].thickness_code;
      rows.push_back(model.decode(model.walk(z, 1 + code, kSteps)));
      titles.push_back(fmt::format("{}: {} {}", code_name(at, code), kDigitShapeNames[measure],
                                   correlation_text(turns[at].all.at({code, measure}))));
    }
  }
  return grid(concatenate(rows, 0), {.columns = kSteps, .row_titles = titles});
}

}  // namespace gradfold
