// InfoGAN against PyTorch, and what its losses may and may not change.
#include "models/infogan.h"

#include <algorithm>
#include <cmath>

#include "data/strokes.h"
#include "data/warp.h"
#include "models/hungarian.h"
#include "nn/optim/adam.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/npy.h"
#include "tensor/reduce.h"
#include "tests/disagreement.h"
#include "tests/doctest.h"
#include "tests/files.h"
#include "tests/models/small_infogan.h"

using namespace gradfold;

namespace {

struct Stored {
  std::map<std::string, Tensor> arrays = read_npz(GRADFOLD_SOURCE_DIR "/tests/fixtures/infogan.npz");
  Tensor operator()(const std::string& key) const {
    REQUIRE_MESSAGE(arrays.count(key) == 1, key << " is not in infogan.npz; run /usr/bin/python3 "
                                                   "tests/fixtures/make_infogan_fixtures.py (it needs python3-torch)");
    return arrays.at(key);
  }
};

InfoGanCodes stored_codes(const Stored& stored, const std::string& name) {
  const Tensor category = stored(name + "/category");
  InfoGanCodes codes{.category = Indices(category.shape()), .continuous = stored(name + "/continuous"),
                     .noise = stored(name + "/noise")};
  for (Index i = 0; i < category.numel(); ++i) codes.category[i] = static_cast<std::int32_t>(category.at({i}));
  return codes;
}

void check_gradients_of(InfoGan& model, const Stored& stored, const std::string& prefix) {
  const auto has_prefix = [&](const auto& entry) { return entry.first.starts_with(prefix); };
  const auto all = std::count_if(stored.arrays.begin(), stored.arrays.end(), has_prefix);
  REQUIRE(all > 5);
  std::ptrdiff_t checked = 0;
  for (const auto& [name, parameter] : model.named_parameters()) {
    if (stored.arrays.count(prefix + name) == 0) continue;
    CAPTURE(name);
    CHECK(disagreement(parameter.grad(), stored(prefix + name)) <= 2);  // through eight layers
    ++checked;
  }
  CHECK(checked == all);
}

void against_torch(const std::string& name, InfoGanConfig config) {
  CAPTURE(name);
  const Stored stored;
  InfoGan model(config);
  NamedTensors first;
  for (const auto& [key, value] : model.state())
    first.emplace_back(key, key == "steps" ? value : stored(name + "/state." + key));
  model.load(first);
  const InfoGanCodes codes = stored_codes(stored, name);
  {
    InfoGan other(config);  // whose running statistics may move
    other.load(first);
    const Var told = other.information_loss(other.read(stored(name + "/drawn")), codes, /*plain=*/config.lambda == 0);
    CHECK(told.item() == approx(stored(name + "/information").item(), 1e-5));
  }
  const AdamOptions options = {.lr = 1e-3, .beta1 = 0.5};
  Adam discriminator(model.discriminator_parameters(), options), generator(model.generator_parameters(), options);

  const Var drawn = model.generate(codes);
  CHECK(disagreement(drawn.value(), stored(name + "/drawn")) <= 1);
  const Var of_discriminator = model.discriminator_loss(stored(name + "/x"), drawn.value(), codes);
  CHECK(of_discriminator.item() == approx(stored(name + "/discriminator").item(), 1e-5));
  of_discriminator.backward();
  check_gradients_of(model, stored, name + "/discriminator.grad.");
  discriminator.step();

  model.freeze_discriminator(true);
  const Var of_generator = model.generator_loss(drawn, codes);
  CHECK(of_generator.item() == approx(stored(name + "/generator").item(), 1e-5));
  of_generator.backward();
  check_gradients_of(model, stored, name + "/generator.grad.");
  generator.step();
  for (const auto& [key, value] : model.state()) {
    CAPTURE(key);
    if (key == "steps") continue;
    CHECK(allclose(value, stored(name + "/after." + key), 1e-4, 2e-6));  // running statistics too
  }
}

Module& with_values(InfoGan& model, std::uint64_t seed) {
  Rng rng(seed);
  model.reset_parameters(rng);
  return model;
}

}  // namespace

TEST_CASE("InfoGAN agrees with PyTorch: losses, information, gradients and the state after one step, statistics too") {
  against_torch("informed", small_infogan());
}

TEST_CASE("so does the plain GAN that a Q looks at") { against_torch("plain", small_infogan(0, 0)); }

TEST_CASE("information loss: by hand for a Q that knows nothing") {
  const Stored stored;
  InfoGan model(small_infogan());
  with_values(model, 1);
  const InfoGanCodes codes = stored_codes(stored, "informed");
  InfoGan::Reading blind{.real = {}, .category = Tensor::zeros({6, 3}), .mean = Tensor::zeros({6, 2})};
  double squares = 0;
  for (const Real c : codes.continuous.to_vector()) squares += c * c / 6;
  const double gaussian = 2 * 0.5 * std::log(2 * 3.14159265358979) + 0.5 * squares;
  CHECK(model.information_loss(blind, codes).item() == approx(std::log(3) + 0.5 * gaussian, 1e-5));
  CHECK(model.information_loss(blind, codes, /*plain=*/true).item() ==
        approx(std::log(3) + gaussian, 1e-5));
}

TEST_CASE("a ratio of lambdas makes each further code weigh less; noise is on what is shown, and only there") {
  InfoGanConfig config = small_infogan();
  config.lambda_ratio = 50, config.image_noise = 30;
  InfoGan model(config);
  const auto loss_of = [&](Real first, Real second) {  // of one image whose codes are read as 0
    const InfoGan::Reading blind{.real = {}, .category = Tensor::zeros({1, 3}), .mean = Tensor::zeros({1, 2})};
    InfoGanCodes codes{.category = Indices(Shape{1}), .continuous = Tensor::zeros({1, 2}), .noise = {}};
    codes.continuous.set({0, 0}, first);
    codes.continuous.set({0, 1}, second);
    return model.information_loss(blind, codes).item();
  };
  const double of_first = loss_of(1, 0) - loss_of(0, 0), of_second = loss_of(0, 1) - loss_of(0, 0);
  CHECK(of_first == approx(0.005 * static_cast<double>(config.lambda_continuous), 1e-4));
  CHECK(of_second == approx(of_first / 2, 1e-4));

  Rng rng(14);
  const Tensor images = Tensor::full({50, 1, 8, 8}, Real(0.5)), noise = model.shown(images, rng).value() - images;
  CHECK(std::abs(mean(noise).item()) < 0.02);
  CHECK(std::abs(std::sqrt(mean(square(noise)).item()) - 0.3) < 0.015);
  InfoGan without(small_infogan());
  CHECK(identical(without.shown(images, rng).value(), images));
}

TEST_CASE("invariance loss: PyTorch's value and gradients; 0 if pairs agree, log K if they know nothing") {
  const std::map<std::string, Tensor> stored = read_npz(GRADFOLD_SOURCE_DIR "/tests/fixtures/invariance.npz");
  InfoGanConfig config = small_infogan();
  config.categories = 4;
  const InfoGan model(config);
  Var a(stored.at("a"), /*requires_grad=*/true), b(stored.at("b"), /*requires_grad=*/true);
  const Var loss = model.invariance_loss(a, b);
  CHECK(loss.item() == approx(stored.at("loss").item(), 1e-5));
  loss.backward();
  CHECK(disagreement(a.grad(), stored.at("a.grad")) <= 1);
  CHECK(disagreement(b.grad(), stored.at("b.grad")) <= 1);

  Tensor sure = Tensor::zeros({8, 4}), other = Tensor::zeros({8, 4});
  for (Index i = 0; i < 8; ++i) sure.set({i, i % 4}, 30), other.set({i, (i / 2) % 4}, 30);
  CHECK(model.invariance_loss(sure, sure).item() == approx(0, 1e-4));
  CHECK(model.invariance_loss(sure, other).item() > 0.5);
  const double blind = model.invariance_loss(Tensor::zeros({8, 4}), Tensor::zeros({8, 4})).item();
  CHECK(blind == approx(std::log(4), 1e-4));
  // A category for everything is worse than none: what is always the same says nothing, and three are left unused.
  const Tensor same = Tensor::full({8, 4}, 0) + sure.slice(0, 0, 1);
  CHECK(model.invariance_loss(same, same).item() == approx(3 * std::log(4), 1e-4));
}

TEST_CASE("with changed images the discriminator's loss has the invariance at its weight, and reads codes off them") {
  InfoGanConfig config = small_infogan();
  config.invariance = 30;
  InfoGan model(config), again(config);
  with_values(model, 15), with_values(again, 15);
  Rng rng(16);
  const InfoGanCodes codes = model.draw(6, rng);
  const Tensor x = rng.uniform({6, 1, 8, 8}), drawn = rng.uniform({6, 1, 8, 8});
  const InfoGan::Changed changed{rng.uniform({6, 1, 8, 8}), rng.uniform({6, 1, 8, 8})};
  const double without = model.discriminator_loss(x, drawn, codes).item();
  const double with_them = again.discriminator_loss(x, drawn, codes, changed).item();
  const double alone = model.invariance_loss(model.read(x).category, model.read(changed.x).category).item();
  CHECK(alone > 0.1);
  const InfoGan::Reading seen = model.read(drawn), moved = model.read(changed.drawn);
  const Tensor means = concatenate({seen.mean.value().slice(1, 0, 1), moved.mean.value().slice(1, 1, 2)}, 1);
  const double codes_off_changed = model.information_loss({{}, moved.category, means}, codes).item();
  const double codes_off_drawn = model.information_loss(seen, codes).item();
  CHECK(std::abs(codes_off_changed - codes_off_drawn) > 0.01);
  CHECK(with_them - without == approx(0.3 * alone + codes_off_changed - codes_off_drawn, 1e-3));
}

TEST_CASE("warm-up: a continuous code's weight grows with each training step, a category's is there at once") {
  InfoGanConfig config = small_infogan(100, 100);
  config.warm_up = 4;
  InfoGan model(config);
  with_values(model, 21);
  Rng rng(22);
  const InfoGanCodes codes = model.draw(6, rng);
  const Tensor x = rng.uniform({6, 1, 8, 8}), drawn = rng.uniform({6, 1, 8, 8});
  const InfoGan::Reading blind{.real = {}, .category = Tensor::zeros({6, 3}), .mean = Tensor::zeros({6, 2})};
  const auto of_codes = [&] { return model.information_loss(blind, codes).item() - std::log(3); };
  model.eval();
  const double whole = of_codes();
  CHECK(whole > 1);
  model.train();
  for (int step = 0; step < 6; ++step) {
    CHECK(of_codes() == approx(whole * std::min(step / 4.0, 1.0), 1e-4));
    model.discriminator_loss(x, drawn, codes);
  }
  model.eval();
  model.discriminator_loss(x, drawn, codes);  // no training step
  const NamedTensors state = model.state();
  const auto steps = std::find_if(state.begin(), state.end(), [](const auto& entry) { return entry.first == "steps"; });
  REQUIRE(steps != state.end());
  CHECK(steps->second.item() == 6);  // kept in checkpoints, so that a run goes on warming up
}

TEST_CASE("without the information term nothing of the codes' loss reaches generator or trunk; with it, it does") {
  for (const Index lambda : {0, 100}) {
    InfoGan model(small_infogan(lambda, lambda));
    with_values(model, 2);
    Rng rng(3);
    const InfoGanCodes codes = model.draw(6, rng);
    InfoGanCodes other = model.draw(6, rng);  // the same images, said to be of other codes
    other.noise = codes.noise;
    const Tensor x = rng.bernoulli(Tensor::full({6, 1, 8, 8}, Real(0.4)));
    const auto gradients_of = [&](const InfoGanCodes& told) {
      model.zero_grad();
      const Var drawn = model.generate(codes);
      model.generator_loss(drawn, told).backward();
      std::vector<Tensor> of_generator, of_trunk, of_head;
      for (const Var& p : model.generator_parameters()) of_generator.push_back(p.grad());
      model.zero_grad();
      model.discriminator_loss(x, drawn.value(), told).backward();
      for (const Var& p : model.trunk.parameters()) of_trunk.push_back(p.grad());
      for (const Var& p : model.code_head.parameters()) of_head.push_back(p.grad());
      return std::vector<std::vector<Tensor>>{of_generator, of_trunk, of_head};
    };
    const auto told = gradients_of(codes), lied_to = gradients_of(other);
    const auto same = [&](std::size_t part) {
      bool all = true;
      for (std::size_t i = 0; i < told[part].size(); ++i) all &= identical(told[part][i], lied_to[part][i]);
      return all;
    };
    CHECK(same(0) == (lambda == 0));
    CHECK(same(1) == (lambda == 0));
    CHECK_FALSE(same(2));  // Q learns in both
  }
}

TEST_CASE("a discriminator at zero loss is noticed, and said in a sentence") {
  InfoGanConfig config = small_infogan();
  config.maps = 8, config.hidden = 32;
  InfoGan model(config);
  with_values(model, 4);
  Rng rng(5);
  Adam optimizer(model.discriminator_parameters(), {.lr = 3e-3});
  const std::string said = message_of([&] {  // a generator that never moves, and images that it never draws
    for (int step = 0; step < 6000; ++step) {  // it takes some 1,700; rounding decides
      const InfoGanCodes codes = model.draw(32, rng);
      const Tensor x = rng.bernoulli(Tensor::full({32, 1, 8, 8}, Real(0.5)));
      const Var loss = model.discriminator_loss(x, model.generate(codes).value(), codes);
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
    }
  });
  CHECK(said.starts_with("InfoGan: the discriminator's loss has fallen to 0.0"));
  CHECK(said.find("the generator learns nothing from it any more") != std::string::npos);
  CHECK(said.find("hint: lower the learning rate") != std::string::npos);
}

TEST_CASE("a loss that is NaN is not taken for a discriminator at zero loss: whoever trains says what it is") {
  InfoGan model(small_infogan());
  with_values(model, 4);
  Rng rng(5);
  const InfoGanCodes codes = model.draw(8, rng);
  const Tensor drawn = model.generate(codes).value();
  CHECK(std::isnan(model.discriminator_loss(drawn * std::numeric_limits<Real>::quiet_NaN(), drawn, codes).item()));
}

TEST_CASE("a Q whose error is absurd is noticed, one that only guesses is not") {
  InfoGan model(small_infogan());
  const auto figure = [](double unread) { return Figures{{.name = "unread_nats", .unit = "nats", .value = unread}}; };
  CHECK(model.warning(figure(std::log(3))) == "");
  CHECK(model.warning({}) == "");
  CHECK(contains(model.warning(figure(3e4)), "training diverges: a drawn image's category is read with an error of "
                                             "3e+04 nats, where guessing has 1.1; hint: begin anew"));
}

TEST_CASE("codes: as many as asked for, in their range, all categories; bad settings are refused") {
  InfoGan model(small_infogan());
  Rng rng(6);
  const InfoGanCodes codes = model.draw(3000, rng);
  CHECK(codes.noise.shape() == Shape{3000, 3});
  CHECK(max(codes.continuous).item() < 1);
  CHECK(min(codes.continuous).item() >= -1);
  CHECK(std::abs(mean(codes.continuous).item()) < 0.03);
  std::vector<int> often(3);
  for (const auto category : codes.category.values) ++often[static_cast<std::size_t>(category)];
  for (const int n : often) CHECK(std::abs(n - 1000) < 120);
  CHECK(message_of([] { InfoGan({.side = 30}); }) == "InfoGan: side is 30 but must be a multiple of 4, 8 or more");
  with_values(model, 1);
  CHECK(message_of([&] { model.read(Tensor::zeros({2, 1, 28, 28})); }) ==
        "InfoGan: images is [2, 1, 28, 28] but must be [N, 1, 8, 8]");
}

TEST_CASE("as a latent model: its code is the generator's input, it encodes what Q reads, walks turn one code") {
  InfoGan model(small_infogan());
  with_values(model, 7).eval();
  Rng rng(8);
  const Tensor z = model.draw_codes(5, rng);
  REQUIRE(z.shape() == Shape{5, model.code_size()});
  const Tensor images = model.decode(z), read = model.encode(images);
  CHECK(images.shape() == Shape{5, 1, 8, 8});
  CHECK(allclose(sum(read.slice(1, 0, 3), {1}), Tensor::ones({5})));
  CHECK(max(abs(read.slice(1, 5, 8))).item() == 0);  // of the noise nothing is known
  const Indices category = model.categories_of(images);
  CHECK(category.values == argmax(read.slice(1, 0, 3).contiguous(), 1).values);

  REQUIRE(model.latents() == 3);
  const Tensor one = z.slice(0, 0, 1).contiguous(), digits = model.walk(one, 0, 3), turned = model.walk(one, 2, 5);
  for (Index i = 0; i < 3; ++i) CHECK(digits.at({i, i}) == 1);
  const Tensor ends = model.walk(one, 0, 2);
  CHECK(ends.at({0, 0}) + ends.at({1, 2}) == 2);  // in two steps the first and the last
  CHECK(identical(digits.slice(1, 3, 8).contiguous(), one.slice(1, 3, 8).expand({3, 5}).contiguous()));
  for (Index i = 0; i < 5; ++i) CHECK(turned.at({i, 4}) == doctest::Approx(-1 + 0.5 * static_cast<double>(i)));
  CHECK(turned.at({4, 3}) == one.at({0, 3}));
}

TEST_CASE("code meaning: each measure gets a code of its own, by what the images show") {
  Rng rng(9);
  InfoGanCodes codes{.category = Indices(Shape{200}), .continuous = rng.uniform({200, 3}, -1, 1), .noise = {}};
  Tensor images({200, 1, 28, 28});
  // Code 2 leans ones and zeros, code 0 thins them; that ones lean the other way by themselves is not the code's doing.
  for (Index i = 0; i < 200; ++i) {
    codes.category[i] = static_cast<std::int32_t>(i % 2);
    const Real by_itself = i % 2 == 0 ? Real(10) : Real(-10);
    images.select(0, i).copy_from(draw_stroke_digit({.digit = codes.category[i],
                                                     .slant = by_itself + 12 * codes.continuous.at({i, 2}),
                                                     .thickness = 3 - codes.continuous.at({i, 0})}));
  }
  const CodeMeaning meaning = code_meaning(codes, images, 2);
  CHECK(meaning.slant_code == 2);
  CHECK(meaning.thickness_code == 0);
  CHECK(meaning.slant > 0.98);
  CHECK(meaning.thickness < -0.95);
}

TEST_CASE("what goes with a continuous code is asked within a category, and of the category itself nothing") {
  const InfoGan model(small_infogan());
  Rng rng(21);
  const InfoGanCodes codes = model.draw(400, rng);
  Tensor measures({400, 3});
  for (Index i = 0; i < 400; ++i) {
    const auto class_of = static_cast<Real>(codes.category[i]);
    measures.set({i, 0}, 2 * codes.continuous.at({i, 0}) + 50 * class_of);
    measures.set({i, 1}, -codes.continuous.at({i, 1}));
    measures.set({i, 2}, class_of);
  }
  const Tensor found = model.latent_correlations(model.input(codes), measures);
  REQUIRE(found.shape() == Shape{3, 3});
  for (Index k = 0; k < 3; ++k) CHECK(std::isnan(found.at({0, k})));
  CHECK(found.at({1, 0}) == approx(1, 1e-4));
  CHECK(found.at({2, 1}) == approx(-1, 1e-4));
  CHECK(std::abs(found.at({1, 1})) < 0.15);
  CHECK(std::abs(found.at({2, 0})) < 0.15);
  CHECK(found.at({1, 2}) == 0);  // within a category it does not vary
  InfoGanConfig no_code = small_infogan();
  no_code.continuous = 0;
  InfoGan discrete(no_code);
  CHECK(discrete.latent_correlations(discrete.draw_codes(4, rng), measures.slice(0, 0, 4)).shape() == Shape{1, 3});
}

TEST_CASE("categories that survive small changes of a drawing are nearly the digits, with no other demand") {
  InfoGanConfig config = small_infogan();
  config.maps = 8, config.hidden = 32, config.code_hidden = 16, config.invariance = 100, config.side = 28;
  const StrokeDigits digits = stroke_digits(600, Rng(17), {.classes = {0, 1, 4}});
  InfoGan model(config);
  with_values(model, 18);
  Adam optimizer(model.discriminator_parameters(), {.lr = 2e-3, .beta1 = 0.5});
  Rng rng(19);
  for (int step = 0; step < 100; ++step) {
    const Index from = 100 * (step % 6);
    const Tensor x = digits.images.slice(0, from, from + 100).contiguous();
    const Var loss = model.invariance_loss(model.read(x).category, model.read(random_affine(x, rng)).category);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
  }
  model.eval();
  const StrokeDigits test = stroke_digits(300, Rng(20), {.classes = {0, 1, 4}});
  const CodePurity found = code_purity(model.categories_of(test.images), test.labels, 3, 10);
  CHECK(found.error < 0.15);
}

TEST_CASE("its objectives: each trains its own part; it learns to leave the category readable, and says how well") {
  InfoGanConfig config = small_infogan();
  config.maps = 8, config.hidden = 32, config.code_hidden = 16, config.categories = 2;
  config.image_noise = 50;
  InfoGan model(config);
  with_values(model, 10);
  std::vector<Objective> objectives = model.objectives();
  REQUIRE(objectives.size() == 2);
  CHECK(objectives[0].parameters.size() + objectives[1].parameters.size() == model.parameters().size());
  CHECK(objectives[0].lr_factor == doctest::Approx(0.2));  // discriminator_rate
  CHECK(objectives[1].lr_factor == 1);
  CHECK(objectives[0].beta1 == 0.5);
  CHECK(objectives[1].beta1 == 0.5);
  const StrokeDigits digits = stroke_digits(64, Rng(11), {.side = 8, .classes = {0, 1}});
  Rng rng(12), judging(13);
  model.eval();
  const double before = model.evaluate(digits.images, digits.labels, judging)[2].value;
  model.train();
  Adam discriminator(objectives[0].parameters, {.lr = 2e-3, .beta1 = 0.5});
  Adam generator(objectives[1].parameters, {.lr = 2e-3, .beta1 = 0.5});
  for (int step = 0; step < 400; ++step) {
    for (int part = 0; part < 2; ++part) {
      const Var loss = objectives[static_cast<std::size_t>(part)].loss(digits.images, digits.labels, rng);
      model.zero_grad();
      loss.backward();
      for (const Var& other : objectives[static_cast<std::size_t>(1 - part)].parameters)
        if (part == 1) CHECK_FALSE(other.grad().defined());  // the generator's loss leaves the discriminator alone
      part == 0 ? discriminator.step() : generator.step();
    }
  }
  model.eval();
  judging = Rng(13);
  const Figures figures = model.evaluate(digits.images, digits.labels, judging);
  CHECK(figures[0].name == "code_error");
  CHECK(figures[2].name == "information_nats");
  CHECK(before < 0.3);
  CHECK(figures[2].value > 0.6);
  CHECK(figures[2].value <= std::log(2));
  judging = Rng(13);
  CHECK(model.evaluate(digits.images, {}, judging)[0].name == "unread_nats");
}
