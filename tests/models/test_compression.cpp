// Images into a file and back, by every model there is: the same bits, as many as the likelihood says, or an Error.
#include <cmath>
#include <numbers>

#include "autograd/ops.h"
#include "data/binarize.h"
#include "data/strokes.h"
#include "models/compressed_file.h"
#include "models/compression.h"
#include "models/fingerprint.h"
#include "tensor/crc32.h"
#include "tensor/map.h"
#include "tensor/parallel.h"
#include "tensor/reduce.h"
#include "tests/doctest.h"
#include "tests/files.h"
#include "tests/models/kinds.h"
#include "tests/models/small_training.h"

using namespace gradfold;

namespace {

// Digits of 14 x 14 in so many levels.
Tensor small_digits(Index n, int levels, std::uint64_t seed) {
  const Tensor grey = mean(stroke_digits(n, Rng(seed)).images.reshape({n, 1, 14, 2, 14, 2}), {3, 5});
  return map(grey, [levels](Real v) { return level_value(level_of(v, levels), levels); });
}

double nll_bits(AutoregressiveModel& model, const Tensor& x, const Indices& labels = {}) {
  double nats = 0;
  for (const Real v : model.log_prob(x, labels).to_vector()) nats -= v;
  return nats / std::numbers::ln2;
}

// The same with what the coder adds at most to a probability: what is all but impossible costs it 24 bits and no more.
double least_bits(AutoregressiveModel& model, const Tensor& x, const Indices& labels = {}) {
  double bits = 0;
  for (const Real v : model.log_conditionals(x, labels).to_vector()) bits -= std::log2(std::exp(double{v}) + 0x1p-23);
  return bits;
}

// What is in a file of ours, under a checksum that is right for it.
Bytes resummed(Bytes bytes) {
  const std::uint32_t sum = crc32(ByteView(bytes).subspan(8));
  for (std::size_t i = 0; i < 4; ++i) bytes[4 + i] = static_cast<std::uint8_t>(sum >> (8 * i));
  return bytes;
}

std::string refusal(AutoregressiveModel& model, const Bytes& bytes) {
  return message_of([&] { decompress(model, bytes); });
}

// Says 0 or 1 with odds that depend on the sum above and left; `drift` is what another processor would make of it.
struct Drifting : AutoregressiveModel {
  Drifting() : AutoregressiveModel(2, 1) { weight = param("weight", {1}, init::constant(1)); }
  Var weight;
  Real drift = 0;
  Var forward(const Var& x) override {
    Tensor out(x.shape());
    const Tensor in = x.value().contiguous();
    const Index row = x.size(2) * x.size(3);
    for (Index i = 0; i < out.numel(); ++i)
      out.data()[i] = i % row == 0 ? 0 : Real(0.5) + drift - in.data()[i - 1];
    return Var(out);
  }
  std::string name() const override { return "drifting"; }
  ModelConfig config() const override { return {}; }
  std::map<std::string, std::string> config_help() const override { return {}; }
};

}  // namespace

TEST_CASE("every kind of model gives back the images bit for bit") {
  for (const Kind& kind : kinds()) {
    CAPTURE(kind.name);
    const ModelPtr model = drawn(kind, 1, 5, 6);
    Rng rng(2);
    const Tensor x = random_levels({7, model->channels(), 5, 6}, model->levels(), rng);
    const Indices labels = some_labels(*model, 7);
    Index calls = 0;
    const Bytes file = compress(*model, x, {.labels = labels, .progress = [&](Index done, Index all) {
                                              CHECK(++calls == done);
                                              CHECK(all == 30);
                                            }});
    CHECK(calls == 30);
    CHECK(identical(decompress(*model, file), x));
    // Of any size, and one image alone; a model of one size has been made for it.
    const ModelPtr one = drawn(kind, 3, 1, 1);
    const Tensor pixel = random_levels({1, one->channels(), 1, 1}, one->levels(), rng);
    CHECK(identical(decompress(*one, compress(*one, pixel, {.labels = some_labels(*one, 1)})), pixel));
  }
}

TEST_CASE("the bytes are those of the likelihood within 1 %: a trained net, two levels, header and all") {
  Rng rng(4);
  PixelCnn model({.maps = 8, .blocks = 2}, rng);
  train(model, small_digits(900, 2, 1), 30, 3);
  const Tensor x = small_digits(700, 2, 2);
  const Bytes file = compress(model, x);
  const double bits = nll_bits(model, x), coded = 8.0 * static_cast<double>(file.size());
  const double payload = 8.0 * static_cast<double>(unpack(file).payload.size());
  MESSAGE(file.size() << " bytes, NLL " << bits / 8 << ": " << 100 * (payload / bits - 1)
                      << " % more without the header, " << 100 * (coded / bits - 1) << " % with it");
  CHECK(bits < 0.5 * static_cast<double>(x.numel()));  // it has learned something
  CHECK(payload < bits * 1.001);
  CHECK(payload > bits * 0.999);
  CHECK(coded < bits * 1.01);
  CHECK(identical(decompress(model, file), x));
}

TEST_CASE("within 1 %: 256 levels by one logit each and by a mixture, RGB, and classes, whose labels are told apart") {
  const auto check = [](AutoregressiveModel& model, const Tensor& x, const Indices& labels = {}) {
    CAPTURE(model.kind());
    const Bytes file = compress(model, x, {.labels = labels});
    const double label_bits = labels.numel() > 0 ? static_cast<double>(x.size(0)) * std::log2(model.classes()) : 0;
    const double bits = nll_bits(model, x, labels) + label_bits, coded = 8.0 * static_cast<double>(file.size());
    const double payload = 8.0 * static_cast<double>(unpack(file).payload.size());
    MESSAGE(model.kind() << ": " << file.size() << " bytes, NLL " << bits / 8 << ": " << 100 * (payload / bits - 1)
                         << " % more without the header, " << 100 * (coded / bits - 1) << " % with it");
    CHECK(payload < bits * 1.002);
    CHECK(payload > (least_bits(model, x, labels) + label_bits) * 0.999);
    CHECK(coded < bits * 1.01);
    CHECK(identical(decompress(model, file), x));
  };
  Rng rng(5);
  const Tensor grey = small_digits(200, 256, 3), held_out = small_digits(200, 256, 4);
  PixelCnn softmax({.maps = 8, .blocks = 1, .levels = 256}, rng);
  train(softmax, grey, 20, 4);
  check(softmax, held_out);
  PixelCnnPp mixture({.maps = 4, .blocks = 1, .halvings = 1, .mixture = 3, .levels = 256}, rng);
  mixture.calibrate(grey);
  train(mixture, grey, 20, 2);
  check(mixture, held_out);
  PixelCnnPp colours({.maps = 4, .blocks = 1, .halvings = 1, .mixture = 3, .levels = 256, .channels = 3}, rng);
  const Tensor noise = random_levels({60, 3, 8, 8}, 256, rng);
  colours.calibrate(noise);
  check(colours, noise);
  GatedPixelCnn given({.maps = 8, .layers = 3, .head = 8, .classes = 10}, rng);
  const Tensor binary = small_digits(300, 2, 6);
  const Indices labels = stroke_digits(300, Rng(6)).labels;
  train(given, binary, 30, 2, labels);
  check(given, binary, labels);
}

TEST_CASE("the same bytes with 1, 2, 3 and 8 threads, and the same images back") {
  const int before = num_threads();
  for (const Kind& kind : kinds()) {
    CAPTURE(kind.name);
    const ModelPtr model = drawn(kind, 6, 5, 4);
    Rng rng(7);
    const Tensor x = random_levels({70, model->channels(), 5, 4}, model->levels(), rng);
    Bytes expected;
    for (const int threads : {1, 2, 3, 8}) {
      CAPTURE(threads);
      set_num_threads(threads);
      const Bytes file = compress(*model, x, {.labels = some_labels(*model, 70)});
      if (expected.empty()) expected = file;
      CHECK(file == expected);
      if (threads == 3) CHECK(identical(decompress(*model, file), x));
    }
  }
  set_num_threads(before);
}

TEST_CASE("more images than advance together; a model without a cached form, and one that looks ahead") {
  Rng rng(8);
  const Tensor many = random_levels({2500, 1, 2, 3}, 2, rng);
  IndependentPixels independent({.height = 2, .width = 3}, rng);
  Index last = 0;
  const Bytes file = compress(independent, many, {.progress = [&](Index done, Index all) {
                                CHECK(all == 18);
                                last = done;
                              }});
  CHECK(last == 18);
  CHECK(identical(decompress(independent, file), many));

  Drifting plain;
  plain.reset_parameters(rng);
  const Tensor x = random_levels({20, 1, 6, 7}, 2, rng);
  const Bytes short_file = compress(plain, x);
  CHECK(8.0 * static_cast<double>(unpack(short_file).payload.size()) < nll_bits(plain, x) * 1.01 + 10);
  CHECK(identical(decompress(plain, short_file), x));

  PixelCnn unmasked({.maps = 4, .blocks = 1, .masked = false}, rng);
  CHECK(identical(decompress(unmasked, compress(unmasked, x)), x));
}

TEST_CASE("training mode changes nothing, and is what it was afterwards") {
  Rng rng(9);
  PixelCnnPp model({.maps = 4, .blocks = 1, .halvings = 1, .dropout = 50}, rng);
  const Tensor x = random_levels({4, 1, 6, 6}, 2, rng);
  model.eval();
  const Bytes file = compress(model, x);
  model.train();
  CHECK(compress(model, x) == file);
  CHECK(model.training());
  CHECK(identical(decompress(model, file), x));
}

TEST_CASE("each byte changed, the file cut at each length, bytes added: always an Error, never other images") {
  Rng rng(10);
  GatedPixelCnn model({.maps = 4, .layers = 2, .head = 4, .classes = 3}, rng);
  const Tensor x = random_levels({3, 1, 4, 4}, 2, rng);
  const Bytes file = compress(model, x, {.labels = {2, 0, 1}});
  CHECK(file.size() < 80);
  for (std::size_t at = 0; at < file.size(); ++at) {
    for (const int change : {1, 128, 255}) {
      CAPTURE(at);
      Bytes damaged = file;
      damaged[at] ^= static_cast<std::uint8_t>(change);
      CHECK(refusal(model, damaged).starts_with("decompress: the file is "));
    }
  }
  for (std::size_t length = 0; length < file.size(); ++length) {
    CAPTURE(length);
    CHECK(refusal(model, Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(length)))
              .starts_with("decompress: the file "));
  }
  Bytes longer = file;
  longer.push_back(0);
  CHECK(contains(refusal(model, longer), "damaged or cut short"));
  CHECK(contains(refusal(model, {}), "the file is no .gfz: it does not begin with GFZ"));
  Bytes newer = file;
  newer[3] = 2;
  CHECK(contains(refusal(model, newer), "the file is of version 2 but this program reads version 1"));
}

TEST_CASE("behind a checksum that is right, too, nothing is believed: it ends in an Error at once, in little memory") {
  Rng rng(11);
  PixelCnn model({.maps = 4, .blocks = 1}, rng);
  const Tensor x = random_levels({3, 1, 4, 4}, 2, rng);
  const Bytes file = compress(model, x);
  int refused = 0, rounds = 0;
  for (std::size_t at = 8; at < file.size(); ++at) {
    for (const int change : {1, 64, 128, 255}) {
      Bytes damaged = file;
      damaged[at] ^= static_cast<std::uint8_t>(change);
      ++rounds;
      const std::string message = refusal(model, resummed(damaged));
      refused += message != "no error";
      // The last byte's bits after the end of the message are nobody's.
      if (at + 1 < file.size()) CHECK_MESSAGE(message != "no error", at);
    }
  }
  CHECK(refused >= rounds - 4);
  for (std::size_t length = 8; length < file.size(); ++length) {
    const Bytes cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(length));
    CHECK(refusal(model, resummed(cut)) != "no error");
  }

  CompressedFile content = unpack(file);
  const auto with = [&](const Shape& images) {
    CompressedFile other = content;
    other.images = images;
    return refusal(model, pack(other));
  };
  // Four thousand million images of two thousand pixels a side, from 10 bytes.
  CHECK(contains(with({Index{1} << 32, 1, 2048, 2048}), "this machine's arithmetic differs"));
  CHECK(contains(with({Index{1} << 32, 1, 4, 4}), "this machine's arithmetic differs"));
  CHECK(contains(with({3, 3, 4, 4}), "which this model does not make"));
  CHECK(contains(message_of([&] { with({3, 1, 1 << 14, 1}); }), "images are [3, 1, 16384, 1] but must be"));
  content.payload = {};
  CHECK(contains(refusal(model, pack(content)), "this machine's arithmetic differs"));
}

TEST_CASE("a file of other weights, of other settings or of another kind of model is refused by name") {
  Rng rng(12), other_rng(13);
  PixelCnn model({.maps = 4, .blocks = 1}, rng), other({.maps = 4, .blocks = 1}, other_rng);
  GatedPixelCnn gated({.maps = 4, .layers = 2, .head = 4}, rng);
  const Tensor x = random_levels({3, 1, 4, 4}, 2, rng);
  const Bytes file = compress(model, x);
  const auto expected = [&](const AutoregressiveModel& reader) {
    return fmt::format("decompress: the file was written by pixel_cnn with weights {:016x}, but this model is {} with "
                       "weights {:016x}\n  hint: decompress with the checkpoint that compressed it",
                       fingerprint(model), reader.name(), fingerprint(reader));
  };
  CHECK(refusal(other, file).starts_with(expected(other)));
  CHECK(refusal(gated, file).starts_with(expected(gated)));
  CHECK(fingerprint(model) != fingerprint(other));
  // One bit of one weight.
  model.load(model.state());
  CHECK(refusal(model, file) == "no error");
  NamedTensors state = model.state();
  for (auto& [name, value] : state) value = value.clone();
  Real& weight = state.back().second.data()[0];
  weight = std::nextafter(weight, Real{2});
  model.load(state);
  CHECK(refusal(model, file).starts_with("decompress: the file was written by pixel_cnn"));
}

TEST_CASE("arithmetic that differs from the writer's is noticed, and said so") {
  Rng rng(14);
  Drifting model;
  model.reset_parameters(rng);
  const Tensor x = random_levels({20, 1, 6, 7}, 2, rng);
  const Bytes file = compress(model, x);
  model.drift = Real(0.3);
  CHECK(refusal(model, file).starts_with("decompress: the file is whole, but what was decoded from it is not what was "
                                         "compressed: this machine's arithmetic differs"));
  model.drift = 0;
  CHECK(identical(decompress(model, file), x));
}

TEST_CASE("images that are not the model's, missing labels and NaN weights are refused; a throw stops") {
  Rng rng(15);
  PixelCnn model({.maps = 4, .blocks = 1}, rng);
  GatedPixelCnn given({.maps = 4, .layers = 2, .head = 4, .classes = 3}, rng);
  Fvsbn fixed({.height = 4, .width = 4}, rng);
  const Tensor x = random_levels({3, 1, 4, 5}, 2, rng);
  CHECK(contains(message_of([&] { compress(model, Tensor::full({1, 1, 4, 4}, Real(0.5))); }), "pixels are 0 or 1"));
  CHECK(contains(message_of([&] { compress(model, Tensor::zeros({0, 1, 4, 4})); }), "one image or more"));
  CHECK(contains(message_of([&] { compress(model, Tensor::zeros({1, 3, 4, 4})); }), "must be [N, 1, H, W]"));
  CHECK(contains(message_of([&] { compress(given, x); }), "labels are missing"));
  CHECK(contains(message_of([&] { compress(model, x, {.labels = {1}}); }), "knows no classes"));
  CHECK(message_of([&] { compress(fixed, x); }).starts_with("Fvsbn: images is [3, 1, 4, 5] but must be [N, 1, 4, 4]"));
  struct Stop {};
  CHECK_THROWS_AS(compress(model, x, {.progress = [](Index, Index) { throw Stop(); }}), Stop);
  NamedTensors state = model.state();
  for (auto& [name, value] : state) value = Tensor::full(value.shape(), std::nanf(""));
  model.load(state);
  CHECK(contains(message_of([&] { compress(model, x); }), "hint: a model whose weights are NaN cannot code"));
}
