
#include "autograd/ops.h"
#include "nn/activations.h"
#include "nn/batch_norm.h"
#include "nn/conv2d.h"
#include "nn/linear.h"
#include "nn/sequential.h"
#include "tests/check_module.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

namespace {

struct Block : Module {
  Linear& first = child<Linear>("first", 3, 4);
  BatchNorm1d& norm = child<BatchNorm1d>("norm", 4);
  Var forward(const Var& x) override { return norm(first(x)); }
};

struct SmallNet : Module {
  Var scale = param("scale", {2}, init::constant(3));
  Block& block = child<Block>("block");
  Linear& out = child<Linear>("out", 4, 2);
  Var forward(const Var& x) override { return out(relu(block(x))) * scale; }
};

// Two classic slips: a Var that nobody declared, and a declared layer that nobody calls.
struct Forgetful : Module {
  Linear& used = child<Linear>("used", 3, 3);
  Linear& unused = child<Linear>("unused", 3, 3);
  Var secret{Tensor::ones({3}), /*requires_grad=*/true};
  Var forward(const Var& x) override { return used(x) * secret; }
};

// Takes its maps apart, as gated layers do.
struct Gated : Module {
  Linear& both = child<Linear>("both", 3, 4);
  Var forward(const Var& x) override {
    const std::vector<Var> half = split(both(x), {2, 2}, 1);
    return tanh(half[0]) * sigmoid(half[1]);
  }
};

std::vector<std::string> names(const NamedTensors& state) {
  std::vector<std::string> out;
  for (const auto& [name, value] : state) out.push_back(name);
  return out;
}

}  // namespace

TEST_CASE("names come in the order of declaration, as in a PyTorch state dict") {
  SmallNet net;
  const std::vector<std::string> in_order = {
      "scale", "block.first.weight", "block.first.bias", "block.norm.weight", "block.norm.bias",
      "block.norm.running_mean", "block.norm.running_var", "block.norm.num_batches_tracked", "out.weight", "out.bias"};
  CHECK(names(net.state()) == in_order);
  CHECK(net.named_parameters().size() == 7);
  CHECK(net.named_buffers().size() == 3);
  CHECK(net.parameter_count() == 2 + 12 + 4 + 4 + 4 + 8 + 2);
}

TEST_CASE("reset_parameters: the same seed, the same bits; another seed, others; constants stay") {
  SmallNet a, b, c;
  Rng one(1), same(1), other(2);
  a.reset_parameters(one), b.reset_parameters(same), c.reset_parameters(other);
  CHECK(identical(a.out.weight.value(), b.out.weight.value()));
  CHECK_FALSE(identical(a.out.weight.value(), c.out.weight.value()));
  CHECK(a.scale.value().to_vector() == std::vector<Real>{3, 3});

  a(one.normal({5, 3}));  // moves the running mean
  CHECK_FALSE(identical(a.block.norm.running_mean, b.block.norm.running_mean));
  Rng again(1);
  a.reset_parameters(again);
  for (std::size_t i = 0; i < a.state().size(); ++i) CHECK(identical(a.state()[i].second, b.state()[i].second));
}

TEST_CASE("train and eval, zero_grad and freeze reach every child") {
  SmallNet net;
  Rng rng(1);
  net.reset_parameters(rng);
  net.eval();
  CHECK_FALSE(net.block.norm.training());
  net.train();
  CHECK(net.block.norm.training());

  net.block.freeze();
  CHECK_FALSE(net.block.first.weight.requires_grad());
  sum(net(rng.normal({5, 3}))).backward();
  CHECK_FALSE(net.block.first.weight.grad().defined());
  CHECK(net.out.weight.grad().defined());
  net.block.freeze(false);
  sum(net(rng.normal({5, 3}))).backward();
  CHECK(net.block.first.weight.grad().defined());
  net.zero_grad();
  for (const Var& p : net.parameters()) CHECK_FALSE(p.grad().defined());
}

TEST_CASE("check_module finds what was not registered and what is not used") {
  SmallNet net;
  Forgetful forgetful;
  Rng rng(1);
  net.reset_parameters(rng), forgetful.reset_parameters(rng);
  CHECK(check_module(net, rng.normal({5, 3})) == "");
  Gated gated;
  gated.reset_parameters(rng);
  CHECK(check_module(gated, rng.normal({5, 3})) == "");
  CHECK(check_module(forgetful, rng.normal({5, 3})) ==
        "parameter unused.weight is not used; parameter unused.bias is not used; a leaf [3] is not registered; "
        "parameter unused.weight got no gradient; parameter unused.bias got no gradient; ");
}

TEST_CASE("load says what does not fit and changes nothing") {
  SmallNet net;
  Rng rng(1);
  net.reset_parameters(rng);
  const NamedTensors before = net.state();
  NamedTensors state = before;
  state[1].second = Tensor::zeros({4, 5});
  state.back().first = "out.offset";
  CHECK(message_of([&] { net.load(state); }) ==
        "SmallNet: the state does not fit: missing out.bias; unknown out.offset; block.first.weight is [4, 5] but must "
        "be [4, 3]\n  hint: build the model with the options that it was saved with");
  for (std::size_t i = 0; i < before.size(); ++i) CHECK(identical(net.state()[i].second, before[i].second));
}

TEST_CASE("names may not be taken, empty, dotted or slashed") {
  struct Twice : Module {
    Twice() { param("w", {1}, init::zeros()), buffer("w", Tensor::zeros({1})); }
  };
  struct Dotted : Module {
    Dotted() { param("a.b", {1}, init::zeros()); }
  };
  struct Slashed : Module {  // its checkpoint would hold it as something else than a weight
    Slashed() { buffer("ema/w", Tensor::zeros({1})); }
  };
  CHECK(message_of([] { Slashed(); }).starts_with("Slashed: a parameter, buffer or child is named \"ema/w\"; a name"));
  CHECK(message_of([] { Twice(); }) == "Twice: the name \"w\" is taken");
  CHECK(message_of([] { Dotted(); }) ==
        "Dotted: a parameter, buffer or child is named \"a.b\"; a name must not be empty, nor hold a dot or a slash");
}

TEST_CASE("a layer without a width, maps or a kernel is refused") {
  CHECK(message_of([] { Conv2d(3, 8, 0); }) ==
        "Module::param: 'weight' is [8, 3, 0, 0] but every size must be 1 or more\n"
        "  hint: a layer was given a width, a number of maps or a kernel of 0");
  CHECK(contains(message_of([] { Linear(4, -2); }), "'weight' is [-2, 4] but every size must be 1 or more"));
}

TEST_CASE("summary shows every module with its shapes, and the total") {
  SmallNet net;
  const std::string text = net.summary();
  INFO(text);
  CHECK(text.find("block.first") != std::string::npos);
  CHECK(text.find("weight [4, 3], bias [4]") != std::string::npos);
  CHECK(text.find("BatchNorm1d") != std::string::npos);
  CHECK(text.find("36") != std::string::npos);
}

TEST_CASE("a module of another signature says so") {
  struct TwoInputs : Module {};
  TwoInputs module;
  CHECK(message_of([&] { module(Tensor::zeros({1})); }) ==
        "TwoInputs: its forward takes something other than one Var; call its own function\n  in model");
}

TEST_CASE("modules<T> finds every T, the root included, in the order of declaration") {
  SmallNet net;
  const std::vector<Linear*> linears = modules<Linear>(net);
  REQUIRE(linears.size() == 2);
  CHECK(linears[0] == &net.block.first);
  CHECK(linears[1] == &net.out);
  CHECK(modules<SmallNet>(net) == std::vector<SmallNet*>{&net});
  CHECK(modules<Module>(net).size() == 5);  // net, block, first, norm, out
  CHECK(modules<BatchNorm1d>(net.out).empty());
}
