// Every layer: the shape that comes out, numbers small enough to follow by hand, what a checkpoint keeps, and what
// it says about a wrong shape. Gradients are in grad_layers.cpp.
#include <cmath>

#include "nn/dropout.h"
#include "nn/embedding.h"
#include "nn/reshape.h"
#include "tensor/elementwise.h"
#include "tensor/reduce.h"
#include "tests/check_module.h"
#include "tests/doctest.h"
#include "tests/files.h"
#include "tests/nn/layer_cases.h"

using namespace gradfold;

namespace {

std::unique_ptr<Module> drawn(const LayerCase& layer, std::uint64_t seed = 1) {
  std::unique_ptr<Module> module = layer.make();
  Rng rng(seed);
  module->reset_parameters(rng);
  module->train(layer.training);
  return module;
}

void set(Var parameter, const std::vector<Real>& values) {
  parameter.mutable_value() = Tensor::from(values, parameter.shape());
}

// forward and composed: results and all gradients.
void expect_composed(Module& layer, const Tensor& x, const std::function<Var(const Var&)>& composed) {
  const Tensor dy = Rng(2).normal(x.shape());
  const auto gradients_of = [&](const std::function<Var(const Var&)>& f) {
    const Var in(x, /*requires_grad=*/true);
    layer.zero_grad();
    const Var y = f(in);
    y.backward(dy);
    std::vector<Tensor> out{y.value(), in.grad().clone()};
    for (const Var& parameter : layer.parameters()) out.push_back(parameter.grad().clone());
    return out;
  };
  const std::vector<Tensor> fused = gradients_of([&](const Var& in) { return layer(in); });
  const std::vector<Tensor> plain = gradients_of(composed);
  for (std::size_t i = 0; i < fused.size(); ++i) CHECK(allclose(fused[i], plain[i], 1e-4, 1e-4));
}

}  // namespace

TEST_CASE("every layer gives the shape it promises, and each parameter is registered and used") {
  for (const LayerCase& layer : layer_cases()) {
    CAPTURE(layer.name);
    Rng rng(2);
    const auto module = drawn(layer);
    CHECK((*module)(rng.normal(layer.x)).shape() == layer.y);
    CHECK(check_module(*module, rng.normal(layer.x)) == "");
  }
}

TEST_CASE("every layer refuses a wrong shape in one sentence") {
  for (const LayerCase& layer : layer_cases()) {
    if (layer.bad.rank() == 0) continue;
    CAPTURE(layer.name);
    const auto module = drawn(layer);
    const std::string text = message_of([&] { (*module)(Tensor::zeros(layer.bad)); });
    INFO(text);
    CHECK(contains(text, layer.message));
    CHECK(contains(text, "\n  in model"));
  }
}

TEST_CASE("every layer's state fits another one of its kind and makes it compute the same bits") {
  for (const LayerCase& layer : layer_cases()) {
    CAPTURE(layer.name);
    Rng rng(3);
    const Tensor x = rng.normal(layer.x);
    const auto first = drawn(layer, 1), second = drawn(layer, 2);
    (*first)(x);  // moves the running statistics of batch norm
    second->load(first->state());
    first->eval(), second->eval();
    CHECK(identical((*first)(x).value(), (*second)(x).value()));
  }
}

TEST_CASE("Linear by hand") {
  Linear layer(2, 1);
  set(layer.weight, {3, 5}), set(layer.bias, {7});
  Rng rng(1);
  CHECK(layer.weight.shape() == Shape{1, 2});
  CHECK(message_of([&] { layer(Tensor::from({1, 2}, {1, 2})); }) ==
        "Linear: its parameters have no values yet\n  in model\n  hint: call reset_parameters(rng) once on the whole "
        "model, or load a checkpoint; they reach what was declared with child()");
  layer.load({{"weight", Tensor::from({3, 5}, {1, 2})}, {"bias", Tensor::from({7})}});
  CHECK(layer(Tensor::from({1, 2}, {1, 2})).value().to_vector() == std::vector<Real>{20});  // 1*3 + 2*5 + 7
}

TEST_CASE("Conv2d by hand") {
  Conv2d layer(1, 1, 2, {.bias = false});
  layer.load({{"weight", Tensor::from({1, 10, 100, 1000}, {1, 1, 2, 2})}});
  const Tensor y = layer(Tensor::from({1, 2, 3, 4, 5, 6}, {1, 1, 2, 3})).value();
  CHECK(y.to_vector() == std::vector<Real>{5421, 6532});  // 1*1 + 2*10 + 4*100 + 5*1000; not flipped
}

TEST_CASE("MaskedConv2d by hand: the pixels before the centre, in raster order") {
  const Tensor x = Tensor::from({1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 1, 3, 3});
  const NamedTensors ones = {{"weight", Tensor::ones({1, 1, 3, 3})}, {"bias", Tensor::zeros({1})}};
  MaskedConv2d a(MaskType::kA, 1, 1, 3), b(MaskType::kB, 1, 1, 3);
  a.load(ones), b.load(ones);
  CHECK(a(x).value().at({0, 0, 1, 1}) == 1 + 2 + 3 + 4);
  CHECK(b(x).value().at({0, 0, 1, 1}) == 1 + 2 + 3 + 4 + 5);
  CHECK(a(x).value().at({0, 0, 0, 0}) == 0);
  CHECK(b(x).value().at({0, 0, 0, 1}) == 1 + 2);
}

TEST_CASE("ConvTranspose2d by hand: each pixel paints its kernel") {
  ConvTranspose2d layer(1, 1, 2, {.stride = 2});
  layer.load({{"weight", Tensor::from({1, 2, 3, 4}, {1, 1, 2, 2})}, {"bias", Tensor::from({100})}});
  const Tensor y = layer(Tensor::from({1, 10}, {1, 1, 1, 2})).value();
  CHECK(y.to_vector() == std::vector<Real>{101, 102, 110, 120, 103, 104, 130, 140});  // 100 + 10*3 = 130
}

TEST_CASE("BatchNorm1d by hand: mean 2, variance 1, then the running statistics") {
  BatchNorm1d layer(1, {.eps = 0});
  CHECK(layer(Tensor::from({1, 3}, {2, 1})).value().to_vector() == std::vector<Real>{-1, 1});
  CHECK(layer.running_mean.at({0}) == doctest::Approx(0.2));  // 0.9 * 0 + 0.1 * 2
  CHECK(layer.running_var.at({0}) == doctest::Approx(1.1));   // 0.9 * 1 + 0.1 * 2, the unbiased variance
  layer.eval();
  const Tensor y = layer(Tensor::from({1.2f}, {1, 1})).value();
  CHECK(y.item() == doctest::Approx(1 / std::sqrt(1.1)));
  CHECK(layer.num_batches_tracked.item() == 1);  // evaluation does not count
}

TEST_CASE("LayerNorm by hand: each row by itself") {
  LayerNorm layer(2, {.eps = 0});
  const Tensor y = layer(Tensor::from({1, 3, 10, 20}, {2, 2})).value();
  CHECK(y.to_vector() == std::vector<Real>{-1, 1, -1, 1});  // (1 - 2) / 1, (10 - 15) / 5
}

TEST_CASE("the fused normalizations are what the composed ones are") {
  Rng rng(1);
  const Tensor images = rng.normal({6, 5, 7, 3}, 2, 3), rows = rng.normal({9, 20}, -1, 2);
  for (bool affine : {true, false}) {
    LayerNorm row_norm(20, {.affine = affine}), image_norm({5, 7, 3}, {.affine = affine});
    BatchNorm1d batch_rows(20, {.affine = affine});
    BatchNorm2d batch_images(5, {.affine = affine});
    if (affine) {
      for (Module* layer : std::initializer_list<Module*>{&row_norm, &image_norm, &batch_rows, &batch_images}) {
        for (Var& parameter : layer->parameters()) parameter.mutable_value().copy_from(rng.normal(parameter.shape()));
      }
    }
    expect_composed(row_norm, rows, [&](const Var& x) { return row_norm.composed(x); });
    expect_composed(image_norm, images, [&](const Var& x) { return image_norm.composed(x); });
    for (bool training : {true, false}) {
      batch_rows.train(training), batch_images.train(training);
      expect_composed(batch_rows, rows, [&](const Var& x) { return batch_rows.composed(x); });
      expect_composed(batch_images, images, [&](const Var& x) { return batch_images.composed(x); });
    }
  }
}

TEST_CASE("Embedding looks rows up and adds their gradients") {
  Embedding layer(3, 2);
  layer.load({{"weight", Tensor::from({1, 2, 3, 4, 5, 6}, {3, 2})}});
  Indices index(Shape{1, 3});
  index[0] = 2, index[1] = 0, index[2] = 2;
  const Var y = layer(index);
  CHECK(y.shape() == Shape{1, 3, 2});
  CHECK(y.value().to_vector() == std::vector<Real>{5, 6, 1, 2, 5, 6});
  y.backward(Tensor::ones(y.shape()));
  CHECK(layer.weight.grad().to_vector() == std::vector<Real>{1, 1, 0, 0, 2, 2});  // row 2 was asked for twice
  index[1] = 3;
  CHECK(message_of([&] { layer(index); }) == "Embedding: index 3 at position 1 must be one of 0..2\n  in model");
}

TEST_CASE("Dropout keeps the mean, repeats from its seed, and does nothing in evaluation") {
  Rng rng(7), again(7);
  Dropout layer(0.25f, rng), twin(0.25f, again);
  const Tensor x = Tensor::ones({100, 100});
  const Tensor y = layer(x).value();
  CHECK(identical(y, twin(x).value()));
  CHECK(mean(y).item() == approx(1, 0.02));
  const double dropped = mean(equal(y, Tensor::scalar(0))).item();
  CHECK(dropped == approx(0.25, 0.05));
  CHECK_FALSE(identical(y, layer(x).value()));  // the next step drops others
  layer.eval();
  CHECK(identical(layer(x).value(), x));
  CHECK(message_of([&] { Dropout(1, rng); }) ==
        "Dropout: p is 1 but must be in [0, 1): it is the share that is dropped");
}

TEST_CASE("DropoutStream: other numbers in each training pass, and the same ones again after a checkpoint") {
  DropoutStream stream(25);
  CHECK(stream.options().p == doctest::Approx(0.25));
  const auto pass = [](DropoutStream& s) {
    s.begin_pass();
    return s.options().rng->uniform({8});
  };
  const Tensor first = pass(stream);
  DropoutStream resumed(25);
  resumed.load(stream.state());
  const Tensor second = pass(stream);
  CHECK_FALSE(identical(first, second));
  CHECK(identical(pass(resumed), second));
  stream.eval().train();
  const Tensor third = pass(stream);
  resumed.eval();
  resumed.begin_pass();  // is no training pass: it is not counted
  resumed.train();
  CHECK(identical(pass(resumed), third));
  CHECK(DropoutStream(0).state().empty());
  CHECK(message_of([] { DropoutStream(100); }) == "DropoutStream: dropout is 100 but must be 0 .. 99 percent");
  CHECK(message_of([] { Dropout(DropoutOptions{.p = 0.5f}); }) == "Dropout: p is 0.5 but there is no rng to draw from");
}

TEST_CASE("Dropout passes a gradient only through what it kept") {
  Rng rng(3);
  Dropout layer(0.5f, rng);
  const Var x(Tensor::ones({8}), /*requires_grad=*/true);
  const Var y = layer(x);
  y.backward(Tensor::ones({8}));
  CHECK(identical(x.grad(), y.value()));  // dy/dx is the mask times 2, and so is y of ones
}

TEST_CASE("Flatten and Unflatten undo each other") {
  Rng rng(1);
  const Tensor x = rng.normal({2, 3, 4, 5});
  Sequential net;
  net.add<Flatten>().add<Unflatten>(Shape{3, 4, 5});
  CHECK(net[0](x).shape() == Shape{2, 60});
  CHECK(identical(net(x).value(), x));
  CHECK(message_of([&] { net[1](Tensor::zeros({2, 61})); }) == "Unflatten: x is [2, 61] but must be [N, 60]\n  in 1");
}
