// 3.6  Discovering the most important features: a GAN that must leave its codes readable finds what images differ in.
//
//   codes         a category, two continuous codes of -1..1; and noise, which nobody reads back
//   generator G   codes and noise -> image
//   D             image -> real or drawn?        Q, a head on D's trunk    image -> codes
//   losses        D, Q: -log D(x) - log(1 - D(G)) - information          G: -log D(G) - information
//   information   E[log Q(codes | G)] + H(codes), at most I(codes; image)             (nats, InfoGAN)
//
// Nobody tells the net what a slant, a thickness or a class is. The control is the same GAN without the information:
// its codes are inputs like the noise, and its Q only looks on. All digits have a known class, slant and thickness.
//
// Then a VAE, whose latents nobody asks to mean anything either: which of its axes is the size of the digit?
//   loss          -log p(x | z) + 80 KL(q(z | x) || N(0, 1))               (beta-VAE; what a latent says is dear)
//   gap           I(best latent; factor) - I(second best; factor), over H(factor)       (mutual information gap)
#include <algorithm>
#include <cmath>

#include "data/strokes.h"
#include "lessons/code_turns.h"
#include "lessons/latent_axes.h"
#include "lessons/lesson.h"
#include "models/factor_measures.h"
#include "models/infogan.h"
#include "models/vae.h"
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

// Digits of one kind, which differ in size, slant and thickness.
StrokeOptions large_and_small() {
  StrokeOptions options = StrokeOptions::fixed();
  options.side = 20;
  options.classes = {3};
  options.style = 0;
  options.size = {0.65, 1};
  options.slant = {-13, 13};
  options.thickness = {1.7, 3.3};
  return options;
}

void train(Lesson& lesson, Vae& model, const Dataset& images) {
  Adam optimizer(model.parameters(), {.lr = 2e-3});
  Rng noise = lesson.rng("VAE noise");
  for (const Batch& batch : lesson.epochs(images, {.epochs = 3 * lesson.epochs(), .title = "VAE"})) {
    const Var loss = model.loss(batch.images, {}, noise);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    lesson.show("loss", loss.item());
  }
  model.eval();
}

}  // namespace

int main(int argc, char** argv) {
  Lesson lesson(argc, argv,
                {.step = "3.6", .title = "Discovering the most important features",
                 .note = "InfoGAN  latent variable 을 조정하면 글자두께, 회전같은 중요한 특징이 바뀜 / VAE : latent spsace에서 "
                         "축 하나를 바꾸면 숫자 크기가 자연스럽게 달라짐",
                 .claim = "Turning a latent variable of an InfoGAN changes important features, such as thickness and "
                          "rotation; changing one axis of a VAE's latent space changes the size of a digit.",
                 .look_at = "Look at traversals.png, then at control.png: the same GAN, whose codes nobody reads.\n"
                            "vae_axes.png is what the latents of a VAE change, unasked; correlations.png, all in numbers.\n"
                            "Change .lambda_ratio to 100: do the two codes still share the features between them?",
                 .epochs = 12, .full_epochs = 30, .train = 4000, .test = 1000});
  if (lesson.data() != "strokes") lesson.say("This step draws digits of known factors; --data changes nothing.");
  const auto digits = [&](Index n, std::string_view purpose, const StrokeOptions& options) {
    const StrokeDigits drawn = stroke_digits(n, lesson.rng(purpose), options);
    return Dataset{"strokes", drawn.images, drawn.labels, drawn.factors};
  };
  const Dataset images = digits(4000, "train", slanted_and_thick()), test = digits(1000, "test", slanted_and_thick());
  const Index categories = static_cast<Index>(kDigits.size());
  InfoGanConfig config{.maps = 8, .hidden = 64, .code_hidden = 32, .noise = 16, .categories = categories,
                       .lambda_ratio = 50, .image_noise = 70, .side = 20};
  // Where a GAN ends depends on where it begins: both are trained from three first values.
  std::vector<CodesFound> informed, controls;
  std::vector<Image> informed_traversals, control_traversals;
  Rng first_values = lesson.rng("first values");
  for (Index start = 0; start < kStarts; ++start) {
    for (const bool with_information : {true, false}) {
      config.lambda = config.lambda_continuous = with_information ? 100 : 0;
      Rng values = first_values.fork(static_cast<std::uint64_t>(start));
      InfoGan model(config, values);
      train(lesson, model, images, {.title = fmt::format("{} {}", with_information ? "InfoGAN" : "control", start + 1),
                                    .stream = static_cast<std::uint64_t>(start)});
      const CodesFound found = codes_found(model, test, lesson.rng("drawn"));
      lesson.say("  {} {}: slant {:.2f}, thickness {:.2f}, category {:.3f} nats, {:.1f} % of the digits wrong",
                 with_information ? "InfoGAN" : "control", start + 1, found.slant, found.thickness, found.nats,
                 100 * found.error);
      (with_information ? informed : controls).push_back(found);
      (with_information ? informed_traversals : control_traversals)
          .push_back(code_traversals(model, found.turns, lesson.rng("traversal")));
    }
  }
  const auto best_of = [](const std::vector<CodesFound>& starts) {
    const auto less = [](const CodesFound& a, const CodesFound& b) { return a.weaker() < b.weaker(); };
    return static_cast<std::size_t>(std::max_element(starts.begin(), starts.end(), less) - starts.begin());
  };
  const std::size_t best = best_of(informed), best_control = best_of(controls);
  lesson.picture("data.png", grid(test.images.slice(0, 0, 18), {.columns = 9}), "held-out images");
  lesson.picture("traversals.png", informed_traversals[best], "InfoGAN: one code goes from -1 to 1, all else stays");
  lesson.picture("control.png", control_traversals[best_control],
                 "the same without information: what the codes do is left to chance");

  const auto all = [](const std::vector<CodesFound>& starts, auto shown) {
    std::vector<std::string> texts;
    for (const CodesFound& found : starts) texts.push_back(shown(found));
    return fmt::format("{}", fmt::join(texts, "; "));
  };
  const auto both = [](const CodesFound& f) { return fmt::format("{:.2f} and {:.2f}", f.slant, f.thickness); };
  const auto read = [](const CodesFound& f) { return fmt::format("{:.3f}", f.nats); };
  double with_it = 0, without_it = 0, least = std::log(2);
  for (const CodesFound& f : informed) with_it += f.weaker() / kStarts, least = std::min(least, f.nats);
  for (const CodesFound& f : controls) without_it += f.weaker() / kStarts;
  lesson.claim("M6", "turning one code turns slant, turning another thickness, far more than in a plain GAN",
               with_it - without_it, with_it > without_it + 0.25,
               "the weaker of the two correlations, mean of {} starts: {:.2f}, plain GAN {:.2f}", kStarts, with_it,
               without_it);
  lesson.claim("M6", "(control) it is the information that does it: from no start do a plain GAN's codes turn both",
               controls[best_control].weaker(), controls[best_control].weaker() < 0.4,
               "slant and thickness: {}; with information: {}", all(controls, both), all(informed, both));
  lesson.claim("M6", "the category is readable from every start, nearly all there is to know of it", least,
               least > 0.9 * std::log(2),
               "of {:.3f} nats: {}; plain GAN: {}", std::log(2), all(informed, read), all(controls, read));

  // ---- the axes of a VAE -----------------------------------------------------------------------------------------
  const Dataset sizes = digits(4000, "VAE train", large_and_small());
  const Dataset unseen = digits(2000, "VAE test", large_and_small());
  Rng vae_values = lesson.rng("VAE"), drawing = lesson.rng("VAE drawing");
  Vae vae({.height = 20, .width = 20, .levels = 0, .latents = 3, .hidden = 200,
           .likelihood = LikelihoodKind::kGaussian, .kl = {.beta = 80}},
          vae_values);
  train(lesson, vae, sizes);
  const LatentAxes axes = latent_axes(vae, 1000, drawing);
  lesson.picture("vae_axes.png", axis_walks(vae, axes, 9),
                 "a VAE: each latent from -2.5 to 2.5, and its correlation with what it turns");
  std::vector<CorrelationRow> rows;
  for (const auto& some : {code_rows(informed[best].turns, "InfoGAN, "),
                           code_rows(controls[best_control].turns, "control, "), latent_rows(vae, axes.all, "VAE, ")})
    rows.insert(rows.end(), some.begin(), some.end());
  for (const std::string& line : correlation_lines(rows)) lesson.say("  {}", line);
  lesson.picture("correlations.png", correlation_table(rows),
                 "correlations of every code and latent with what is measured of the digits drawn");
  lesson.claim("M6", "an axis of a VAE changes the size of the digit", axes.size.strength, axes.size.strength > 0.85,
               "|correlation| of size with its latent {:.2f}, of slant {:.2f}, of thickness {:.2f}", axes.size.strength,
               axes.slant.strength, axes.thickness.strength);

  // How far single latents tell the known factors of held-out digits; and the same space seen along other axes.
  using enum StrokeFactor;
  const auto factor = [&](StrokeFactor f) {
    return unseen.factors.select(1, static_cast<Index>(f)).reshape({-1, 1});
  };
  const Tensor factors = concatenate(std::vector<Tensor>{factor(kSize), factor(kSlant), factor(kThickness)}, 1);
  const Tensor codes = vae.encode(unseen.images);
  const Tensor turned = turned_by_45(codes, axes.size.latent, axes.slant.latent);
  const double gap = information_gap(codes, factors).gap, gap_turned = information_gap(turned, factors).gap;
  const double score = factor_vote(codes, factors, lesson.rng("votes")).score,
               score_turned = factor_vote(turned, factors, lesson.rng("votes")).score;
  lesson.claim("M6", "(control) it is these axes that mean something, not any axes of the same space", gap - gap_turned,
               gap > gap_turned + 0.1,
               "mutual information gap of size, slant and thickness: {:.2f}; two axes turned by 45 degrees: {:.2f}; "
               "FactorVAE score {:.2f} and {:.2f}", gap, gap_turned, score, score_turned);
  return lesson.close();
}
