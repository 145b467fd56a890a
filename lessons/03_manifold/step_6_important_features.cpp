// 3.6  Discovering the most important features: a GAN that must leave its codes readable finds what images differ in.
//
//   codes         a category, two continuous codes of -1..1; and noise, which nobody reads back
//   generator G   codes and noise -> image
//   D             image -> real or drawn?        Q, a head on D's trunk    image -> codes
//   losses        D, Q: -log D(x) - log(1 - D(G)) - information          G: -log D(G) - information
//   information   E[log Q(codes | G)] + H(codes), at most I(codes; image)             (nats, InfoGAN)
//
// Nobody tells the net what a slant, a thickness or a class is. The control is the same GAN without the information:
// its codes are inputs like the noise, and its Q only looks on. All digits have a known class, slant and thickness and
#include <algorithm>
#include <cmath>

#include "data/strokes.h"
#include "lessons/lesson.h"
#include "models/hungarian.h"
#include "models/infogan.h"
#include "nn/optim/adam.h"
#include "tensor/indexing.h"

using namespace gradfold;

namespace {

const std::vector<int> kDigits = {0, 3};
constexpr Index kStarts = 3;
constexpr double kDiscriminatorRate = 2e-3, kGeneratorRate = 2e-3;

StrokeOptions slanted_and_thick() {
  StrokeOptions options = StrokeOptions::fixed();
  options.side = 20;
  options.classes = kDigits;
  options.style = 0;
  options.slant = {-25, 35};
  options.thickness = {2, 5};
  return options;
}

void train(Lesson& lesson, InfoGan& model, const Dataset& images, TrainOptions options) {
  Adam discriminator(model.discriminator_parameters(), {.lr = kDiscriminatorRate, .beta1 = 0.5});
  Adam generator(model.generator_parameters(), {.lr = kGeneratorRate, .beta1 = 0.5});
  Rng rng = lesson.rng("codes").fork(options.stream);
  for (const Batch& batch : lesson.epochs(images, options)) {
    const InfoGanCodes codes = model.draw(batch.size(), rng);
    const Var drawn = model.generate(codes);

    // D learns to tell real from drawn, Q to read the codes; to both the drawn images are constants.
    const Tensor seen = model.shown(batch.images, rng).value(), forged = model.shown(drawn.value(), rng).value();
    const Var of_discriminator = model.discriminator_loss(seen, forged, codes);
    discriminator.zero_grad();
    of_discriminator.backward();
    discriminator.step();

    // The generator learns to pass for real and to be readable; now D and Q are constants.
    model.freeze_discriminator(true);
    const Var of_generator = model.generator_loss(model.shown(drawn, rng), codes);
    generator.zero_grad();
    of_generator.backward();
    generator.step();
    model.freeze_discriminator(false);
    lesson.show("D", of_discriminator.item());
  }
  model.eval();
}

// Which of the two codes turns slant and which thickness, in the images of one category, and how strongly.
// Nothing ties the categories together: each may have its own signs, and its own order.
struct Turns {
  Index slant_code, thickness_code;
  double slant, thickness;  // |correlation|
};

struct Found {
  double nats;               // I(category; image) at least, of drawn images
  double error;              // of held-out images in the category of another digit, after matching
  std::vector<Turns> turns;  // by category
  double slant, thickness;   // means over the categories
  std::vector<Image> traversals;  // one picture
  double weaker() const { return std::min(slant, thickness); }
};

Found look_at(InfoGan& model, const Dataset& test, Rng rng) {
  const Index categories = model.settings.categories;
  Found found{.nats = 0, .error = 0, .turns = {}, .slant = 0, .thickness = 0, .traversals = {}};
  for (Index category = 0; category < categories; ++category) {
    InfoGanCodes codes = model.draw(500, rng);
    std::fill(codes.category.values.begin(), codes.category.values.end(), static_cast<std::int32_t>(category));
    const Tensor drawn = model.decode(model.input(codes));
    const CodeMeaning meaning = code_meaning(codes, drawn, categories);
    found.turns.push_back({meaning.slant_code, meaning.thickness_code, std::abs(meaning.slant),
                           std::abs(meaning.thickness)});
    found.nats += model.information(drawn, codes) / static_cast<double>(categories);
    found.slant += found.turns.back().slant / static_cast<double>(categories);
    found.thickness += found.turns.back().thickness / static_cast<double>(categories);
  }
  found.error = code_purity(model.categories_of(test.images), test.labels, categories, 10).error;
  return found;
}

// For each category a row in which the code of the slant goes from -1 to 1, then one for the thickness.
Image traversals_of(InfoGan& model, const std::vector<Turns>& turns, Rng rng) {
  constexpr Index kSteps = 9;
  const Index categories = model.settings.categories;
  std::vector<Tensor> rows;
  std::vector<std::string> titles;
  Tensor z = model.draw_codes(1, rng);
  for (Index i = categories; i < categories + 2; ++i) z.set({0, i}, 0);
  for (Index category = 0; category < categories; ++category) {
    for (Index i = 0; i < categories; ++i) z.set({0, i}, i == category ? Real(1) : Real(0));
    const Turns& its = turns[static_cast<std::size_t>(category)];
    for (const Index code : {its.slant_code, its.thickness_code}) {
      rows.push_back(model.decode(model.walk(z, 1 + code, kSteps)));
      titles.push_back(fmt::format("category {}, code {}", category + 1, code + 1));
    }
  }
  return grid(concatenate(rows, 0), {.columns = kSteps, .row_titles = titles});
}

}  // namespace

int main(int argc, char** argv) {
  Lesson lesson(argc, argv,
                {.step = "3.6", .title = "Discovering the most important features",
                 .note = "InfoGAN  latent variable 을 조정하면 글자두께, 회전같은 중요한 특징이 바뀜",
                 .claim = "Turning a latent variable of an InfoGAN changes important features, such as the thickness "
                          "of the writing and its rotation.",
                 .look_at = "Look at traversals.png, then at control.png: the same GAN, whose codes nobody reads.\n"
                            "Change .lambda_ratio to 100: do the two codes still share the features between them?",
                 .epochs = 12, .full_epochs = 30, .train = 4000, .test = 1000});
  if (lesson.data() != "strokes") lesson.say("This step draws digits of known factors; --data changes nothing.");
  const auto digits = [&](Index n, std::string_view purpose) {
    const StrokeDigits drawn = stroke_digits(n, lesson.rng(purpose), slanted_and_thick());
    return Dataset{"slanted and thick", drawn.images, drawn.labels, drawn.factors};
  };
  const Dataset images = digits(4000, "train"), test = digits(1000, "test");
  const Index categories = static_cast<Index>(kDigits.size());
  InfoGanConfig config{.maps = 8, .hidden = 64, .code_hidden = 32, .noise = 16, .categories = categories,
                       .lambda_ratio = 50, .image_noise = 70, .side = 20};
  // Where a GAN ends depends on where it begins: both are trained from three first values.
  std::vector<Found> informed, controls;
  Rng first_values = lesson.rng("first values");
  for (Index start = 0; start < kStarts; ++start) {
    for (const bool with_information : {true, false}) {
      config.lambda = config.lambda_continuous = with_information ? 100 : 0;
      Rng values = first_values.fork(static_cast<std::uint64_t>(start));
      InfoGan model(config, values);
      train(lesson, model, images, {.title = fmt::format("{} {}", with_information ? "InfoGAN" : "control", start + 1),
                                    .stream = static_cast<std::uint64_t>(start)});
      Found found = look_at(model, test, lesson.rng("drawn"));
      found.traversals = {traversals_of(model, found.turns, lesson.rng("traversal"))};
      lesson.say("  {} {}: slant {:.2f}, thickness {:.2f}, category {:.3f} nats, {:.1f} % of the digits wrong",
                 with_information ? "InfoGAN" : "control", start + 1, found.slant, found.thickness, found.nats,
                 100 * found.error);
      (with_information ? informed : controls).push_back(found);
    }
  }
  const auto less = [](const Found& a, const Found& b) { return a.weaker() < b.weaker(); };
  const auto best = std::max_element(informed.begin(), informed.end(), less);
  const auto best_control = std::max_element(controls.begin(), controls.end(), less);
  lesson.picture("data.png", grid(test.images.slice(0, 0, 18), {.columns = 9}), "held-out images");
  lesson.picture("traversals.png", best->traversals[0], "InfoGAN: one code goes from -1 to 1, all else stays");
  lesson.picture("control.png", best_control->traversals[0],
                 "the same without information: what the codes do is left to chance");

  const auto all = [](const std::vector<Found>& starts, auto shown) {
    std::vector<std::string> texts;
    for (const Found& found : starts) texts.push_back(shown(found));
    return fmt::format("{}", fmt::join(texts, "; "));
  };
  const auto turned = [](const Found& f) { return fmt::format("{:.2f} and {:.2f}", f.slant, f.thickness); };
  const auto read = [](const Found& f) { return fmt::format("{:.3f}", f.nats); };
  double with_it = 0, without_it = 0, least = std::log(2);
  for (const Found& f : informed) with_it += f.weaker() / kStarts, least = std::min(least, f.nats);
  for (const Found& f : controls) without_it += f.weaker() / kStarts;
  lesson.claim("M6", "turning one code turns slant, turning another thickness, far more than in a plain GAN",
               with_it - without_it, with_it > without_it + 0.25,
               fmt::format("the weaker of the two correlations, mean of {} starts: {:.2f}, plain GAN {:.2f}", kStarts,
                           with_it, without_it));
  lesson.claim("M6", "(control) it is the information that does it: from no start do a plain GAN's codes turn both",
               best_control->weaker(), best_control->weaker() < 0.4,
               fmt::format("slant and thickness: {}; with information: {}", all(controls, turned),
                           all(informed, turned)));
  lesson.claim("M6", "the category is readable from every start, nearly all there is to know of it", least,
               least > 0.9 * std::log(2),
               fmt::format("of {:.3f} nats: {}; plain GAN: {}", std::log(2), all(informed, read),
                           all(controls, read)));
  return lesson.close();
}
