// Which latent changes what, on a model that draws digits by a known rule.
#include "lessons/latent_axes.h"

#include <cmath>

#include "autograd/var.h"
#include "data/strokes.h"
#include "models/infogan.h"
#include "models/vae.h"
#include "tensor/elementwise.h"
#include "tensor/reduce.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

namespace {

// Latent 0 does nothing, 1 is size, 3 slant. Thickness hears more of 3 than of 2, but 3 is slant's.
class DigitPen : public Vae {
 public:
  DigitPen() : Vae({.latents = 4}) {}
  Var decoded(const Var& z, const Indices&) override {
    const Index n = z.value().size(0);
    decoded_codes.push_back(z.value().clone());
    Tensor images({n, 1, 28, 28});
    for (Index i = 0; i < n; ++i) {
      const auto code = [&](Index k) { return static_cast<double>(z.value().at({i, k})); };
      images.select(0, i).copy_from(draw_stroke_digit(
          {.digit = 3, .slant = 8 * code(3), .thickness = 2.6 + 0.25 * code(3) + 0.2 * code(2),
           .size = 0.8 - 0.07 * code(1)}));
    }
    return Var(images);
  }
  std::vector<Tensor> decoded_codes;
};

}  // namespace

TEST_CASE("each measure of a digit gets the latent that changes it; a row of pictures for each") {
  DigitPen pen;
  pen.eval();
  Rng rng(1);
  const LatentAxes axes = latent_axes(pen, 300, rng);
  CHECK(axes.slant.latent == 3);
  CHECK(axes.thickness.latent == 2);
  CHECK(axes.size.latent == 1);
  CHECK(axes.slant.strength > 0.9);
  CHECK(axes.size.strength > 0.9);
  CHECK(axes.thickness.strength < 0.75);
  CHECK(axes.thickness.strength > 0.4);
  CHECK(axes.all.at({1, 2}) < -0.9);  // the larger latent 2, the smaller the digit
  CHECK(axes.all.at({3, 0}) > 0.9);
  for (const auto& [latent, measure] : {std::pair{0, 0}, {0, 1}, {0, 2}, {1, 0}, {2, 0}})
    CHECK(std::abs(axes.all.at({latent, measure})) < 0.2);
  pen.decoded_codes.clear();
  const Image picture = axis_walks(pen, axes, 5);
  REQUIRE(pen.decoded_codes.size() == 3);
  for (const auto& [row, latent] : {std::pair{0, 1}, {1, 3}, {2, 2}}) {  // size, slant, thickness
    const Tensor& codes = pen.decoded_codes[static_cast<std::size_t>(row)];
    CHECK(codes.at({0, latent}) == -codes.at({4, latent}));
    CHECK(codes.at({4, latent}) > 2);
    CHECK(sum(abs(codes)).item() == doctest::Approx(sum(abs(codes.select(1, latent))).item()));  // the others are 0
  }
  CHECK(picture.width() >= 5 * 28);
  CHECK(picture.height() >= 3 * 28);
  Vae plane({.latents = 2});
  CHECK(contains(message_of([&] { latent_axes(plane, 10, rng); }), "codes have 2 numbers, but slant"));
}

TEST_CASE("every latent is named with what goes with it, but for one without order; seeds tell draws apart") {
  DigitPen pen;
  pen.eval();
  Rng rng(1), again(1);
  const Tensor with_shapes = latents_with_shapes(pen, 100, rng);
  CHECK(identical(with_shapes, latents_with_shapes(pen, 100, again)));
  CHECK_FALSE(identical(with_shapes, latents_with_shapes(pen, 100, rng)));
  const std::vector<CorrelationRow> rows = latent_rows(pen, with_shapes, "pen, ");
  REQUIRE(rows.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(rows[i].name == fmt::format("pen, latent {}", i + 1));
    for (std::size_t k = 0; k < 3; ++k) CHECK(rows[i].with[k] == with_shapes.at({Index(i), Index(k)}));
  }
  InfoGan gan({.maps = 2, .hidden = 4, .code_hidden = 4, .noise = 2, .categories = 3, .side = 8});
  gan.reset_parameters(rng);
  gan.eval();
  const std::vector<CorrelationRow> codes = latent_rows(gan, latents_with_shapes(gan, 20, rng));
  REQUIRE(codes.size() == 2);
  CHECK(codes[0].name == "code 1");
  CHECK(codes[1].name == "code 2");
}

TEST_CASE("codes turned by 45 degrees: two columns mix, their length stays, the others are what they were") {
  const Tensor codes = Tensor::from({1, 5, 0, 3, 6, 4}, {2, 3});
  const Tensor turned = turned_by_45(codes, 0, 2);
  const Real half = std::sqrt(Real(0.5));
  CHECK(max(abs(turned - Tensor::from({half, 5, half, -half, 6, 7 * half}, {2, 3}))).item() < 1e-5);
  CHECK(codes.at({0, 0}) == 1);  // a copy
}
