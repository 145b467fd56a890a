// What an InfoGAN's codes turn, on a generator that draws digits by a known rule.
#include "lessons/code_turns.h"

#include <cmath>
#include <tuple>

#include "autograd/var.h"
#include "data/strokes.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

namespace {

// Category 0 draws zeros, whose first code is the slant and whose second thins; in category 1, threes, they change
// places.
class TwoCategoryPen : public InfoGan {
 public:
  TwoCategoryPen() : InfoGan({.maps = 4, .hidden = 8, .code_hidden = 8, .noise = 2, .categories = 2, .side = 28}) {}
  Var decoded(const Var& z, const Indices&) override {
    const Index n = z.value().size(0);
    decoded_codes.push_back(z.value().clone());
    Tensor images({n, 1, 28, 28});
    for (Index i = 0; i < n; ++i) {
      const bool three = z.value().at({i, 1}) > 0;
      const double first = z.value().at({i, 2}), second = z.value().at({i, 3});
      images.select(0, i).copy_from(draw_stroke_digit({.digit = three ? 3 : 0,
                                                       .slant = 15 * (three ? second : first),
                                                       .thickness = 3 - 0.8 * (three ? first : second)}));
    }
    return Var(images);
  }
  std::vector<Tensor> decoded_codes;
};

}  // namespace

TEST_CASE("codes are measured category by category, where they may change places") {
  TwoCategoryPen pen;
  Rng rng(1);
  pen.reset_parameters(rng);
  pen.eval();
  const StrokeDigits digits = stroke_digits(60, Rng(2), {.classes = {0, 3}});
  const CodesFound found = codes_found(pen, {"digits", digits.images, digits.labels, digits.factors}, Rng(3));
  REQUIRE(found.turns.size() == 2);
  CHECK(found.turns[0].slant_code == 0);
  CHECK(found.turns[0].thickness_code == 1);
  CHECK(found.turns[1].slant_code == 1);
  CHECK(found.turns[1].thickness_code == 0);
  CHECK(found.slant > 0.95);
  CHECK(found.thickness > 0.9);
  // Both codes with slant and thickness, in each category; the second has its codes the other way round.
  for (const auto& [category, slant, thickness] : {std::tuple{0, 0, 1}, {1, 1, 0}}) {
    const Tensor& all = found.turns[static_cast<std::size_t>(category)].all;
    CHECK(all.at({slant, 0}) > 0.95);
    CHECK(all.at({thickness, 1}) < -0.9);
    CHECK(std::abs(all.at({thickness, 0})) < 0.2);
    CHECK(std::abs(all.at({slant, 1})) < 0.2);
  }
  const std::vector<CorrelationRow> rows = code_rows(found.turns, "pen, ");
  REQUIRE(rows.size() == 4);
  CHECK(rows[0].name == "pen, category 1, code 1");
  CHECK(rows[3].name == "pen, category 2, code 2");
  CHECK(rows[3].with[0] == doctest::Approx(found.turns[1].slant));
  CHECK(rows[2].with[1] == doctest::Approx(-found.turns[1].thickness));
  // Labels that are the categories leave no error; one wrong label of 60 is one.
  Dataset relabelled{"digits", digits.images, pen.categories_of(digits.images), {}};
  CHECK(codes_found(pen, relabelled, Rng(3)).error == 0);
  relabelled.labels[0] = 5;
  CHECK(codes_found(pen, relabelled, Rng(3)).error == doctest::Approx(1.0 / 60));
  pen.decoded_codes.clear();
  const Image picture = code_traversals(pen, found.turns, Rng(4));
  REQUIRE(pen.decoded_codes.size() == 4);
  for (const auto& [row, code] : {std::pair{0, 2}, {1, 3}, {2, 3}, {3, 2}}) {  // slant, thickness; of each category
    const Tensor& codes = pen.decoded_codes[static_cast<std::size_t>(row)];
    CHECK(codes.at({0, row / 2}) == 1);
    CHECK(codes.at({0, 1 - row / 2}) == 0);
    CHECK(codes.at({0, code}) == -1);
    CHECK(codes.at({8, code}) == 1);
    CHECK(codes.at({8, 5 - code}) == 0);
  }
  CHECK(picture.width() >= 9 * 28);
  CHECK(picture.height() >= 4 * 28);
}

TEST_CASE("slant and thickness are looked for in two continuous codes") {
  InfoGan three({.maps = 4, .hidden = 8, .code_hidden = 8, .noise = 2, .categories = 2, .continuous = 3, .side = 28});
  CHECK(contains(message_of([&] { codes_found(three, {}, Rng(1)); }), "has 3 continuous codes"));
}
