#include "models/compression.h"

#include "models/arithmetic_coder.h"
#include "models/compressed_file.h"
#include "models/fingerprint.h"
#include "models/pixel_walk.h"
#include "tensor/crc32.h"
#include "tensor/indexing.h"

namespace gradfold {
namespace {

// Images that advance together: part of the format, since the order of symbols follows from it. Bounds the memory of
// the net, and of what a header may promise before anything is decoded.
constexpr Index kValuesAtOnce = 1 << 20, kImagesAtOnce = 1 << 10;

Index images_at_once(const Shape& images) {
  const Index fit = kValuesAtOnce / (images[1] * images[2] * images[3]);
  return std::clamp<Index>(fit, 1, kImagesAtOnce);
}

// What becomes of a symbol: an encoder takes it and hands it back, a decoder is told nothing and finds it.
using Code = std::function<std::uint32_t(const CumulativeFrequencies& f, std::uint32_t symbol)>;

struct EvaluationMode {
  explicit EvaluationMode(Module& module) : module(module), was_training(module.training()) { module.eval(); }
  ~EvaluationMode() { module.train(was_training); }
  Module& module;
  const bool was_training;
};

// Either direction.
class ImageCoder {
 public:
  ImageCoder(AutoregressiveModel& model, Code code) : model_(model), code_(std::move(code)) {}

  // Codes images of this shape, `known` [N, C, H, W] and their labels [N], both empty when decoding; returns them.
  Tensor run(const Shape& shape, const Tensor& known, const Indices& labels,
             const std::function<void(Index, Index)>& progress);
  // CRC-32 of all symbols.
  std::uint32_t content() const { return content_; }

 private:
  Indices code_labels(Index n, const Indices& known);
  void code_place(const PixelPlace& place, const std::vector<double>& p, const Tensor& known, Tensor& canvas);
  void sum_up();

  AutoregressiveModel& model_;
  const Code code_;
  CumulativeFrequencies frequencies_;
  Bytes symbols_;  // of a place, two bytes each
  std::uint32_t content_ = 0;
};

Tensor ImageCoder::run(const Shape& shape, const Tensor& known, const Indices& labels,
                       const std::function<void(Index, Index)>& progress) {
  const EvaluationMode evaluation(model_);
  const Sampler sampler = model_.sampler_for(Sampler::kCached);
  const Index step = images_at_once(shape), pixels = shape[2] * shape[3];
  const Index all = (shape[0] + step - 1) / step * pixels;
  std::vector<Tensor> done;  // memory grows with what has been decoded, not with what was promised
  for (Index from = 0; from < shape[0]; from += step) {
    const Index to = std::min(from + step, shape[0]), before = from / step * pixels;
    const Tensor part = known.defined() ? known.slice(0, from, to).contiguous() : Tensor();
    Tensor canvas = Tensor::zeros({to - from, shape[1], shape[2], shape[3]});
    const Indices classes = code_labels(to - from, labels.numel() > 0 ? labels.slice(from, to) : Indices{});
    walk_pixels(model_, canvas, classes, sampler,
                {.visit = [&](const PixelPlace& place,
                              std::vector<double>& p) { code_place(place, p, part, canvas); },
                 .progress = [&](Index pixel, Index) {
                   if (progress) progress(before + pixel, all);
                 }});
    done.push_back(canvas);
  }
  return concatenate(done, 0);
}

Indices ImageCoder::code_labels(Index n, const Indices& known) {
  const Index classes = model_.classes();
  if (classes == 0) return {};
  set_frequencies(frequencies_, std::vector<double>(static_cast<std::size_t>(classes), 1));
  Indices out(Shape{n});
  for (Index i = 0; i < n; ++i) {
    const std::uint32_t symbol = code_(frequencies_, known.numel() > 0 ? static_cast<std::uint32_t>(known[i]) : 0);
    out[i] = static_cast<std::int32_t>(symbol);
    symbols_.insert(symbols_.end(), {static_cast<std::uint8_t>(symbol), static_cast<std::uint8_t>(symbol >> 8)});
  }
  sum_up();
  return out;
}

void ImageCoder::code_place(const PixelPlace& place, const std::vector<double>& p, const Tensor& known,
                            Tensor& canvas) {
  const Index levels = model_.levels();
  for (Index image = 0; image < canvas.size(0); ++image) {
    const Index at = ((image * canvas.size(1) + place.c) * canvas.size(2) + place.y) * canvas.size(3) + place.x;
    set_frequencies(frequencies_, std::span(p).subspan(static_cast<std::size_t>(image * levels),
                                                       static_cast<std::size_t>(levels)));
    const Index level = known.defined() ? level_of(known.data()[at], levels) : 0;
    const std::uint32_t symbol = code_(frequencies_, static_cast<std::uint32_t>(level));
    canvas.data()[at] = level_value(symbol, levels);
    symbols_.insert(symbols_.end(), {static_cast<std::uint8_t>(symbol), static_cast<std::uint8_t>(symbol >> 8)});
  }
  sum_up();
}

void ImageCoder::sum_up() {
  content_ = crc32(symbols_, content_);
  symbols_.clear();
}

// The file's bytes are whole and the weights are the same: nothing else is left that could differ.
void require_same_arithmetic(bool same) {
  if (same) return;
  throw Error("decompress",
              "the file is whole, but what was decoded from it is not what was compressed: this machine's arithmetic "
              "differs from that of the one which wrote it",
              "decompress where it was compressed, with the same build: the net's sums must agree to the last bit");
}

}  // namespace

std::vector<std::uint8_t> compress(AutoregressiveModel& model, const Tensor& images, const CompressOptions& options) {
  check_levels(model.kind(), images, model.channels(), model.levels());
  model.check_images("images", images.shape());
  check_compressible("compress", images.shape(), model.levels(), model.classes());
  const Indices labels = expand_labels(model.kind(), options.labels, images.size(0), model.classes());
  ArithmeticEncoder encoder;
  ImageCoder coder(model, [&](const CumulativeFrequencies& f, std::uint32_t symbol) {
    encoder.encode(f, symbol);
    return symbol;
  });
  coder.run(images.shape(), images, labels, options.progress);
  return pack({.model = model.name(),
               .fingerprint = fingerprint(model),
               .content = coder.content(),
               .images = images.shape(),
               .levels = model.levels(),
               .classes = model.classes(),
               .payload = encoder.finish()});
}

Tensor decompress(AutoregressiveModel& model, const std::vector<std::uint8_t>& bytes, const CompressOptions& options) {
  const CompressedFile file = unpack(bytes);
  const std::uint64_t own = fingerprint(model);
  require(file.model == model.name() && file.fingerprint == own, "decompress",
          "the file was written by {} with weights {:016x}, but this model is {} with weights {:016x}; hint: "
          "decompress with the checkpoint that compressed it: other weights, or the same ones rounded, say other "
          "probabilities",
          file.model, file.fingerprint, model.name(), own);
  require(file.images[1] == model.channels() && file.levels == model.levels() && file.classes == model.classes(),
          "decompress", "the file holds images {} of {} levels and {} classes, which this model does not make",
          file.images, file.levels, file.classes);
  model.check_images("images", file.images);
  ArithmeticDecoder decoder(file.payload);
  ImageCoder coder(model, [&](const CumulativeFrequencies& f, std::uint32_t) {
    const std::uint32_t symbol = decoder.decode(f);
    require_same_arithmetic(!decoder.exhausted());
    return symbol;
  });
  Tensor images = coder.run(file.images, {}, {}, options.progress);
  require_same_arithmetic(coder.content() == file.content);
  return images;
}

}  // namespace gradfold
