// Checkpoints: a resumed run goes on with the same bits; files of PyTorch's names load; what is wrong is said,
// and nothing is changed then.
#include "autograd/ops.h"
#include "nn/batch_norm.h"
#include "nn/checkpoint.h"
#include "nn/dropout.h"
#include "nn/linear.h"
#include "nn/losses.h"
#include "nn/optim/adam.h"
#include "nn/optim/schedule.h"
#include "nn/sequential.h"
#include "tensor/safetensors.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;
namespace fs = std::filesystem;

namespace {

struct Net : Module {
  Linear& hidden = child<Linear>("hidden", 3, 8);
  BatchNorm1d& norm = child<BatchNorm1d>("norm", 8);
  Dropout& dropout;
  Linear& out = child<Linear>("out", 8, 1);

  explicit Net(Rng& rng) : dropout(child<Dropout>("dropout", Real(0.3), rng)) {}
  Var forward(const Var& x) override { return out(dropout(relu(norm(hidden(x))))); }
};

// A training run with everything that a resumed one must find again: batch norm's statistics, dropout's and
// the data's random numbers, Adam's moments, the schedule's count, the moving average.
struct Run {
  Rng rng{5};
  Net net{rng};
  Adam optimizer{(net.reset_parameters(rng), net.parameters()), {.lr = 0.01}};
  Ema ema{net.parameters(), 0.9};
  TrainingProgress progress{.model = "net", .config = "{\"hidden\": 8}"};

  TrainingState state() { return {net, {&optimizer}, &ema, {{"train", &rng}}}; }
  void train(int steps) {
    const Schedule rate = schedule::warm_up(3) * schedule::cosine(20, 0.1);
    for (int i = 0; i < steps; ++i) {
      optimizer.set_lr(0.01 * rate(++progress.step));
      const Tensor x = rng.normal({16, 3});
      const Var loss = mse_loss(net(x), Tensor::ones({16, 1}), Reduction::kMean);
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
      ema.update();
    }
  }
};

// Two optimizers take turns, each with its own part of the net, as in a GAN.
struct TakingTurns {
  Rng rng{5};
  Net net{rng};
  Adam first{(net.reset_parameters(rng), net.hidden.parameters()), {.lr = 0.01}};
  Adam second{net.out.parameters(), {.lr = 0.02}};

  TrainingState state() { return {net, {&first, &second}}; }
  void train(int steps) {
    net.eval();  // without dropout, whose random numbers are not saved here
    for (int i = 0; i < steps; ++i) {
      for (Adam* optimizer : {&first, &second}) {
        net.zero_grad();
        mse_loss(net(Tensor::ones({4, 3})), Tensor::ones({4, 1}), Reduction::kMean).backward();
        optimizer->step();
      }
    }
  }
};

void check_same(const NamedTensors& a, const NamedTensors& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    CAPTURE(a[i].first);
    CHECK(identical(a[i].second, b[i].second));
  }
}

// The weights of a file, in the model's order of names.
NamedTensors weights_of(const SafeTensors& file) {
  NamedTensors out = Run().net.state();
  for (auto& [name, value] : out) value = file.tensors.at(name);
  return out;
}

NamedTensors copied(const Module& module) {
  NamedTensors out = module.state();
  for (auto& [name, value] : out) value = value.clone();
  return out;
}

}  // namespace

TEST_CASE("a resumed run has the bits of the run that was never stopped") {
  Scratch folder;
  Run whole, first, second;
  whole.train(12);
  first.train(7);
  save_checkpoint(folder / "run.safetensors", first.state(), first.progress);
  second.train(2);  // anything: all of it is replaced
  second.progress = load_checkpoint(folder / "run.safetensors", second.state());
  CHECK(second.progress.step == 7);
  CHECK(second.progress.config == "{\"hidden\": 8}");
  second.train(5);
  check_same(whole.net.state(), second.net.state());
  for (std::size_t i = 0; i < whole.ema.averages().size(); ++i) {
    CHECK(identical(whole.ema.averages()[i], second.ema.averages()[i]));
  }
  CHECK(whole.rng.state() == second.rng.state());
}

TEST_CASE("two optimizers of one model are kept apart; a file of one does not do for two") {
  Scratch folder;
  const fs::path path = folder / "run.safetensors";
  TakingTurns whole, resumed;
  whole.train(3);
  save_checkpoint(path, whole.state(), {});
  resumed.train(1);
  load_checkpoint(path, resumed.state());
  whole.train(3);
  resumed.train(3);
  check_same(whole.net.state(), resumed.net.state());
  check_same(whole.second.state().tensors, resumed.second.state().tensors);

  Run run;
  save_checkpoint(path, run.state(), run.progress);
  CHECK(contains(message_of([&] { load_checkpoint(path, {run.net, {&run.optimizer, &run.optimizer}}); }),
                 "checkpoint: it holds weights but no optimizer1"));
}

TEST_CASE("random number states and notes come back exactly, all 64 bits of them") {
  Scratch folder;
  Run run;
  run.rng.set_state({0xfedcba9876543211u, 0x8000000000000003u});
  run.progress.notes = {{"data", "strokes, \"quoted\""}};
  run.progress.epoch = 3;
  save_checkpoint(folder / "a.safetensors", run.state(), run.progress);
  Run other;
  const TrainingProgress progress = load_checkpoint(folder / "a.safetensors", other.state());
  CHECK(other.rng.state() == Rng::State{0xfedcba9876543211u, 0x8000000000000003u});
  CHECK(progress.notes.at("data") == "strokes, \"quoted\"");
  CHECK(read_progress(folder / "a.safetensors").epoch == 3);
  CHECK(read_progress(folder / "a.safetensors").model == "net");
}

TEST_CASE("weights alone, averaged or not, from a checkpoint and in half precision") {
  Scratch folder;
  Run run;
  run.train(4);
  save_checkpoint(folder / "run.safetensors", run.state(), run.progress);
  Rng rng(1);
  Net last(rng), averaged(rng), half(rng);
  load_weights(folder / "run.safetensors", last);
  check_same(last.state(), run.net.state());
  load_weights(folder / "run.safetensors", averaged, /*averaged=*/true);
  CHECK(identical(averaged.hidden.weight.value(), run.ema.averages()[0]));
  CHECK(identical(averaged.norm.running_mean, run.net.norm.running_mean));
  save_weights(folder / "half.safetensors", run.net, {}, /*half=*/true);
  load_weights(folder / "half.safetensors", half);
  CHECK(allclose(half.out.weight.value(), run.net.out.weight.value(), 1e-3, 1e-4));
}

TEST_CASE("a plain weights file of a PyTorch state dict loads") {
  Scratch folder;
  Rng rng(3);
  SafeTensors file;
  file.tensors = {{"0.weight", rng.normal({4, 3})}, {"0.bias", rng.normal({4})},
                  {"1.weight", rng.normal({2, 4})}, {"1.bias", rng.normal({2})}};
  write_safetensors(folder / "torch.safetensors", file);
  Sequential net;
  net.add<Linear>(3, 4).add<Linear>(4, 2);
  load_weights(folder / "torch.safetensors", net);
  CHECK(identical(net.state()[0].second, file.tensors["0.weight"]));
  CHECK(read_progress(folder / "torch.safetensors").model.empty());
}

TEST_CASE("what does not fit is said, with the file's name, and nothing is changed") {
  Scratch folder;
  const auto path = folder / "run.safetensors";
  Run run;
  run.train(2);
  save_checkpoint(path, run.state(), run.progress);
  const NamedTensors before = copied(run.net);
  const auto refuses = [&](const TrainingState& state, const std::string& sentence) {
    CHECK(message_of([&] { load_checkpoint(path, state); }) == path.string() + ": " + sentence);
  };

  Sequential other;
  other.add<Linear>(3, 8);
  refuses({other}, "checkpoint: it holds a Net but this model is a Sequential");
  CHECK(message_of([&] { load_weights(path, other); })
            .find("Sequential: the state does not fit: missing 0.weight, 0.bias; "
                  "unknown hidden.bias") != std::string::npos);
  Rng extra(1);
  TrainingState with_rng = run.state();
  with_rng.rngs["shuffle"] = &extra;
  refuses(with_rng, "checkpoint: it has no random number state \"shuffle\"");

  save_checkpoint(path, {run.net}, run.progress);
  run.train(1);
  const NamedTensors trained = copied(run.net);
  refuses({run.net, {&run.optimizer}},
          "checkpoint: it holds weights but no optimizer, so no run can go on from it\n  hint: start one with its "
          "weights, --init or load_weights()");
  refuses({run.net, {}, &run.ema}, "checkpoint: it has no moving average of hidden.weight");
  check_same(run.net.state(), trained);
  load_checkpoint(path, {run.net});
  check_same(run.net.state(), before);
}

TEST_CASE("whatever is refused, weights, optimizer, averages and random numbers stay as they were") {
  Scratch folder;
  const auto path = folder / "run.safetensors";
  Run run;
  run.train(2);
  save_checkpoint(path, run.state(), run.progress);
  const SafeTensors good = read_safetensors(path);
  run.train(3);
  const NamedTensors weights = copied(run.net), moments = run.optimizer.state().tensors;
  const std::vector<Tensor> averages = run.ema.averages();
  const double lr = run.optimizer.lr();
  const auto counter = run.rng.state().counter;
  const auto refused = [&](const TrainingState& state, const std::string& sentence) {
    const std::string message = message_of([&] { load_checkpoint(path, state); });
    CHECK_MESSAGE(message.find(path.string() + ": " + sentence) == 0, message);
    CHECK(run.optimizer.lr() == lr);
    CHECK(run.rng.state().counter == counter);
    check_same(run.optimizer.state().tensors, moments);
  };
  const auto unchanged = [&] {
    check_same(run.net.state(), weights);
    for (std::size_t i = 0; i < averages.size(); ++i) CHECK(identical(run.ema.averages()[i], averages[i]));
  };
  const auto refused_without = [&](const std::string& entry, const std::string& sentence) {
    SafeTensors file = good;
    file.metadata.erase(entry);
    file.tensors.erase(entry);
    write_safetensors(path, file);
    refused(run.state(), sentence);
    unchanged();
  };
  refused_without("optimizer/lr",
                  "checkpoint: it holds an optimizer without its learning rate, optimizer/lr");
  refused_without("optimizer/steps", "Adam: the state is for 0 parameters but there are ");
  refused_without("optimizer/0.exp_avg", "Adam: the state has no 0.exp_avg");
  refused_without("ema/out.bias", "checkpoint: it has no moving average of out.bias");
  refused_without("out.bias", "Net: the state does not fit: missing out.bias");

  SafeTensors file = good;
  file.metadata["epoch"] = "three";
  write_safetensors(path, file);
  refused(run.state(), "checkpoint: its entry epoch is \"three\" but must hold numbers");
  unchanged();

  write_safetensors(path, good);
  Ema other(std::vector<Var>{run.net.out.bias}, 0.9);
  refused({run.net, {&run.optimizer}, &other}, "Ema: ");
  unchanged();
  {
    const Ema::Weights averaged(run.ema);
    const NamedTensors swapped = copied(run.net);
    refused(run.state(), "Ema: the averages are in the model now\n  hint: end the Ema::Weights scope first");
    check_same(run.net.state(), swapped);
  }
  unchanged();
  load_checkpoint(path, run.state());
  check_same(run.net.state(), weights_of(good));
}

TEST_CASE("a byte that changed amid the weights of a checkpoint is found") {
  Scratch folder;
  Run run;
  run.train(1);
  save_checkpoint(folder / "run.safetensors", run.state(), run.progress);
  std::string bytes = contents(folder / "run.safetensors");
  bytes[bytes.size() - 100] ^= 1;
  put(folder / "run.safetensors", bytes);
  const NamedTensors before = copied(run.net);
  const std::string message = message_of([&] { load_checkpoint(folder / "run.safetensors", run.state()); });
  CHECK_MESSAGE(message.find("run.safetensors is damaged: its checksum is ") != std::string::npos, message);
  check_same(run.net.state(), before);
  CHECK(message_of([&] { load_weights(folder / "run.safetensors", run.net); }) == message);
}

TEST_CASE("a truncated file and a missing one are refused") {
  Scratch folder;
  Run run;
  save_checkpoint(folder / "run.safetensors", run.state(), run.progress);
  const std::string bytes = contents(folder / "run.safetensors");
  put(folder / "cut.safetensors", bytes.substr(0, bytes.size() - 100));
  const std::string text = message_of([&] { load_checkpoint(folder / "cut.safetensors", run.state()); });
  INFO(text);
  CHECK(text.find("cut.safetensors") != std::string::npos);
  CHECK(text.find("truncated") != std::string::npos);
  CHECK(message_of([&] { read_progress(folder / "none.safetensors"); }).find("none.safetensors") !=
        std::string::npos);
}

TEST_CASE("a damaged file loads or is refused, and never does anything else") {
  Scratch folder;
  Run run;
  run.train(1);
  save_checkpoint(folder / "run.safetensors", run.state(), run.progress);
  const int refused =
      refused_when_damaged(contents(folder / "run.safetensors"), 300, [&](const std::string& bytes) {
        put(folder / "damaged.safetensors", bytes);
        Run other;
        load_checkpoint(folder / "damaged.safetensors", other.state());
      });
  CHECK(refused > 290);  // only a repeated digit of a length, or a byte changed to itself, can do no harm
}
