#include "models/pixel_walk.h"

namespace gradfold {
namespace {

// The net run over the whole image, or over the rows down to the pixel's, for every pixel anew.
class WholeNet : public PixelNet {
 public:
  WholeNet(AutoregressiveModel& model, Tensor canvas, bool cropped)
      : model_(model), canvas_(std::move(canvas)), cropped_(cropped) {}
  void given(const Indices& labels) override { labels_ = labels; }
  void set(Index, Index, const Tensor&) override {}  // it reads the canvas
  Tensor logits(Index y, Index x) override {
    const Tensor seen = cropped_ ? canvas_.slice(2, 0, y + 1).contiguous() : canvas_;
    return model_.logits(seen, labels_).value().select(3, x).select(2, y).contiguous();
  }

 private:
  AutoregressiveModel& model_;
  const Tensor canvas_;
  const bool cropped_;
  Indices labels_;
};

}  // namespace

void walk_pixels(AutoregressiveModel& model, const Tensor& canvas, const Indices& labels, Sampler sampler,
                 const PixelVisitor& visitor) {
  NoGrad guard;
  model.check_values();  // a cached form reads the parameters past the model's own call, which would look
  const Index channels = canvas.size(1), width = canvas.size(3), pixels = canvas.size(2) * width;
  const bool remembers = sampler == Sampler::kCached;
  const std::unique_ptr<PixelNet> net =
      remembers ? model.cached(canvas.size(0), width)
                : std::make_unique<WholeNet>(model, canvas, sampler == Sampler::kCropped);
  if (model.classes() > 0) net->given(labels);
  const auto values = [&](Index y, Index x) { return canvas.select(3, x).select(2, y).contiguous(); };
  for (Index pixel = 0; pixel < pixels; ++pixel) {
    const Index y = pixel / width, x = pixel % width;
    net->set(y, x, values(y, x));
    for (Index c = 0; c < channels; ++c) {
      const PixelPlace place{y, x, c};
      const bool given = visitor.given && visitor.given(place);
      // A pixel's last visit, when all but its last channel is known, leaves behind what later pixels need of it.
      if (given && !(remembers && c == channels - 1)) continue;
      const Tensor logits = net->logits(y, x);
      if (given) continue;
      std::vector<double> p = model.level_probabilities(logits, values(y, x), c);
      visitor.visit(place, p);
      net->set(y, x, values(y, x));
    }
    if (visitor.progress) visitor.progress(pixel + 1, pixels);
  }
}

}  // namespace gradfold
