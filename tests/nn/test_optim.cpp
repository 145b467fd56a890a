// Optimizers, schedules and clipping against PyTorch's (tests/fixtures/nn.npz), the moving average by hand, and
// the same bits on any number of threads.
#include <cmath>
#include <limits>

#include "autograd/ops.h"
#include "nn/linear.h"
#include "nn/optim/adam.h"
#include "nn/optim/clip.h"
#include "nn/optim/ema.h"
#include "nn/optim/rmsprop.h"
#include "nn/optim/schedule.h"
#include "nn/optim/sgd.h"
#include "tensor/parallel.h"
#include "tests/doctest.h"
#include "tests/files.h"
#include "tests/nn/fixture.h"

using namespace gradfold;

namespace {

using Parameters = std::vector<Var>;

struct OptimizerCase {
  std::string name;
  std::function<std::unique_ptr<Optimizer>(Parameters)> make;
};

template <class T, class Options>
std::function<std::unique_ptr<Optimizer>(Parameters)> making(Options options) {
  return [=](Parameters p) { return std::make_unique<T>(std::move(p), options); };
}

std::vector<OptimizerCase> optimizer_cases() {
  return {
      {"sgd", making<SGD>(SGDOptions{.lr = 0.1})},
      {"sgd_momentum", making<SGD>(SGDOptions{.lr = 0.05, .momentum = 0.9, .weight_decay = 0.02})},
      {"sgd_nesterov", making<SGD>(SGDOptions{.lr = 0.05, .momentum = 0.8, .nesterov = true})},
      {"rmsprop", making<RMSProp>(RMSPropOptions{.weight_decay = 0.1})},
      {"rmsprop_momentum", making<RMSProp>(RMSPropOptions{.lr = 0.003, .alpha = 0.9, .momentum = 0.5})},
      {"adam", making<Adam>(AdamOptions{})},
      {"adam_l2", making<Adam>(AdamOptions{.lr = 0.02, .beta1 = 0.8, .beta2 = 0.95, .weight_decay = 0.1})},
      {"adamw", making<AdamW>(AdamWOptions{.lr = 0.01})},
  };
}

Parameters leaves(std::vector<Tensor> values) {
  Parameters out;
  for (Tensor& t : values) out.emplace_back(t.clone(), /*requires_grad=*/true);
  return out;
}

}  // namespace

TEST_CASE("ten steps of every optimizer are PyTorch's") {
  Fixture torch;
  for (const OptimizerCase& c : optimizer_cases()) {
    CAPTURE(c.name);
    Parameters p = leaves({torch(c.name + "/start0"), torch(c.name + "/start1")});
    const auto optimizer = c.make(p);
    for (int step = 0; step < 10; ++step) {
      CAPTURE(step);
      for (int i = 0; i < 2; ++i) p[i].mutable_grad() = torch(fmt::format("{}/grad{}.{}", c.name, i, step));
      optimizer->step();
      for (int i = 0; i < 2; ++i) {
        CHECK(disagreement(p[i].value(), torch(fmt::format("{}/value{}.{}", c.name, i, step))) <= 1);
      }
    }
  }
  CHECK(torch.unused() == "");
}

TEST_CASE("an optimizer's state goes on where it stopped, and fits no other kind") {
  Rng rng(1);
  for (const OptimizerCase& c : optimizer_cases()) {
    CAPTURE(c.name);
    const Tensor start = rng.normal({50});
    Parameters p = leaves({start}), q = leaves({start});
    const auto one = c.make(p), other = c.make(q);
    for (int step = 0; step < 4; ++step) {
      p[0].mutable_grad() = rng.normal({50});
      one->step();
    }
    q[0].mutable_value() = p[0].value().clone();
    other->load(one->state());
    p[0].mutable_grad() = q[0].mutable_grad() = rng.normal({50});
    one->step(), other->step();
    CHECK(identical(p[0].value(), q[0].value()));
  }
  Adam adam(leaves({Tensor::zeros({3})}));
  CHECK(message_of([&] { adam.load(SGD(leaves({Tensor::zeros({3})})).state()); }) ==
        "Adam: the state was saved by SGD");
  CHECK(message_of([&] { adam.load(Adam(leaves({Tensor::zeros({4})})).state()); }) ==
        "Adam: the state's 0.exp_avg is [4] but the parameter is [3]");
}

TEST_CASE("a parameter that joins late gets the corrections of its own first step") {
  Parameters p = leaves({Tensor::zeros({1}), Tensor::zeros({1})});
  Adam adam(p, {.lr = 0.1});
  for (int step = 0; step < 5; ++step) {
    p[0].mutable_grad() = Tensor::ones({1});
    if (step == 4) p[1].mutable_grad() = Tensor::ones({1});
    adam.step();
  }
  CHECK(p[1].value().item() == doctest::Approx(-0.1));  // the first Adam step is lr, whatever the gradient's size
}

TEST_CASE("a step leaves alone what else holds the old numbers") {
  Parameters p = leaves({Tensor::ones({4})});
  const Tensor kept = p[0].value();
  p[0].mutable_grad() = Tensor::ones({4});
  SGD(p, {.lr = 1}).step();
  CHECK(identical(kept, Tensor::ones({4})));
  CHECK(identical(p[0].value(), Tensor::zeros({4})));
}

TEST_CASE("averages of gradients that have ended become 0, not denormal") {
  Rng rng(3);
  const auto denormal = [](Real v) { return v != 0 && std::abs(v) < std::numeric_limits<Real>::min(); };
  for (const OptimizerCase& c : {OptimizerCase{"adam", making<Adam>(AdamOptions{.beta2 = 0.9})},
                                 {"adamw", making<AdamW>(AdamWOptions{.beta2 = 0.9})},
                                 {"rmsprop", making<RMSProp>(RMSPropOptions{.alpha = 0.9, .momentum = 0.8})},
                                 {"sgd", making<SGD>(SGDOptions{.momentum = 0.9})}}) {
    CAPTURE(c.name);
    Parameters p = leaves({rng.normal({20})});
    const auto optimizer = c.make(p);
    p[0].mutable_grad() = rng.normal({20});
    optimizer->step();
    p[0].mutable_grad() = Tensor::zeros({20});
    int steps = 0;
    bool ended = false;
    for (; !ended && steps < 20'000; ++steps) {  // in float after about 900, in double after 7,000
      optimizer->step();
      ended = true;
      for (const auto& [name, slot] : optimizer->state().tensors) {
        for (const Real v : slot.to_vector()) {
          CHECK_FALSE(denormal(v));
          ended = ended && v == 0;
        }
      }
    }
    CHECK(ended);
    CHECK(steps > 300);  // until then they count
  }
}

TEST_CASE("Adam gives the same bits on 1, 2, 3 and 8 threads") {
  Rng rng(2);
  const Tensor start = rng.normal({300'000}), grad = rng.normal({300'000});
  const auto run = [&](int threads) {
    set_num_threads(threads);
    Parameters p = leaves({start});
    Adam adam(p);
    p[0].mutable_grad() = grad;
    for (int step = 0; step < 3; ++step) adam.step();
    set_num_threads(0);
    return p[0].value();
  };
  const Tensor one = run(1);
  for (int threads : {2, 3, 8}) CHECK(identical(one, run(threads)));
}

TEST_CASE("schedules are PyTorch's") {
  Fixture torch;
  using namespace schedule;
  const std::vector<std::pair<std::string, Schedule>> rows = {
      {"cosine", cosine(12, 0.1)},
      {"step_decay", step_decay(4, 0.5)},
      {"exponential", exponential(0.9)},
      {"warm_up", warm_up(5, 0.25)},
      {"then", then(warm_up(5, 0.25), 5, cosine(7))},
  };
  for (const auto& row : rows) {
    CAPTURE(row.first);
    const Tensor expected = torch("schedule/" + row.first);
    for (Index count = 0; count < expected.numel(); ++count) {
      CHECK(row.second(count) == approx(expected.data()[count], 1e-6));
    }
  }
  CHECK(torch.unused() == "");
}

TEST_CASE("schedules compose, and stay at their end") {
  using namespace schedule;
  const Schedule both = warm_up(10) * cosine(100);
  CHECK(both(0) == 0);
  CHECK(both(5) == doctest::Approx(0.5 * cosine(100)(5)));
  CHECK(cosine(100, 0.2)(1000) == doctest::Approx(0.2));
  CHECK(constant(0.3)(7) == 0.3);
  CHECK(message_of([] { cosine(0); }) == "schedule::cosine: it is to last 0 counts but must last 1 or more");
}

TEST_CASE("clipping is PyTorch's") {
  Fixture torch;
  for (const std::string limit : {"0.5", "100"}) {
    const std::string name = "clip_norm" + limit;
    Parameters p = leaves({Tensor::zeros({3, 4}), Tensor::zeros({6})});
    for (int i = 0; i < 2; ++i) p[i].mutable_grad() = torch(fmt::format("{}/grad{}", name, i)).clone();
    CHECK(clip_grad_norm(p, std::stod(limit)) == approx(torch(name + "/norm").item(), 1e-6));
    for (int i = 0; i < 2; ++i) CHECK(disagreement(p[i].grad(), torch(fmt::format("{}/clipped{}", name, i))) <= 1);
  }
  Parameters p = leaves({Tensor::zeros({3, 4})});
  p[0].mutable_grad() = torch("clip_value/grad0");
  clip_grad_value(p, Real(0.4));
  CHECK(identical(p[0].grad(), torch("clip_value/clipped0")));
  CHECK(torch.unused() == "");
}

TEST_CASE("the moving average by hand, and in and out of the model") {
  Parameters p = leaves({Tensor::from({0})});
  Ema ema(p, 0.75);
  p[0].mutable_value() = Tensor::from({8});
  ema.update();  // 0 + (8 - 0) / 4
  ema.update();  // 2 + (8 - 2) / 4
  CHECK(ema.averages()[0].item() == 3.5);
  {
    Ema::Weights averaged(ema);
    CHECK(p[0].value().item() == 3.5);
    CHECK(message_of([&] { ema.update(); }) ==
          "Ema: the averages are in the model now\n  hint: end the Ema::Weights scope first");
  }
  CHECK(p[0].value().item() == 8);
  CHECK(ema.averages()[0].item() == 3.5);
}

TEST_CASE("decays and momentum that make no sense are refused") {
  const std::vector<Var> w{Var(Tensor::ones({2}), /*requires_grad=*/true)};
  CHECK(contains(message_of([&] { Adam(w, {.beta1 = 1.5}); }), "Adam: beta1 is 1.5, beta2 0.999, eps 1e-08"));
  CHECK(contains(message_of([&] { Adam(w, {.eps = -1}); }), "eps -1 and weight_decay 0; betas must be 0 or more"));
  CHECK(contains(message_of([&] { AdamW(w, {.beta2 = -0.1}); }), "AdamW: beta1 is 0.9, beta2 -0.1"));
  CHECK(contains(message_of([&] { SGD(w, {.momentum = -2}); }), "SGD: momentum is -2 and weight_decay 0; both must"));
}
