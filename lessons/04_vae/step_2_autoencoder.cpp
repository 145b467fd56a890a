// 4.2  Autoencoder: compress an image to a few numbers, restore it from them.
//
//   z = encoder(x), y = decoder(z)          loss = mean over images and pixels of (y - x)^2
//
// Read main() from top to bottom; every training is the loop of train(). It trains
//   five autoencoders    with 2, 4, 8, 16 and 32 numbers in the bottleneck, against PCA with as many     (claim V2)
//   one without          as many numbers in the code as there are pixels                                 (claim V2)
//   a linear one         PCA, found by gradient descent                                                  (claim V2)
//   two halves           an encoder whose decoder stays as it was drawn, and the other way round         (claim V3)
#include <functional>
#include <memory>

#include "autograd/ops.h"
#include "lessons/lesson.h"
#include "lessons/linear_probe.h"
#include "lessons/principal_angle.h"
#include "manifold/pca.h"
#include "models/autoencoder.h"
#include "nn/losses.h"
#include "nn/optim/adam.h"
#include "nn/optim/schedule.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/reduce.h"

using namespace gradfold;

namespace {

constexpr Index kWatched = 8;    // the code whose training is shown
constexpr Index kLabelled = 400; // images with a label that a probe of codes is given

void train(Lesson& lesson, Autoencoder& model, const std::vector<Var>& parameters, const Dataset& images,
           TrainOptions options, double lr, const std::function<void()>& after_epoch = [] {}) {
  Adam optimizer(parameters, {.lr = lr});
  Lesson::Epochs epochs = lesson.epochs(images, options);
  const Schedule rate = schedule::cosine(epochs.steps());
  Index step = 0;
  for (const Batch& batch : epochs) {
    const Var z = model.encoded(batch.images);
    const Var y = model.decoded(z);
    const Var loss = mse_loss(y, batch.images, Reduction::kMean);
    model.zero_grad();
    loss.backward();
    optimizer.set_lr(lr * rate(step++));
    optimizer.step();
    lesson.show("squared error", loss.item());
    if (step % epochs.per_epoch() == 0) after_epoch();
  }
}

double squared_error(const Tensor& y, const Tensor& x) { return mean(square(y - x)).item(); }
double error_of(Autoencoder& model, const Tensor& x) { return squared_error(model.reconstruct(x), x); }

// The parameters of one half, "encoder" or "decoder".
std::vector<Var> half(const Autoencoder& model, std::string_view name) {
  std::vector<Var> out;
  for (const auto& [parameter, value] : model.named_parameters()) {
    if (parameter.starts_with(name)) out.push_back(value);
  }
  return out;
}

// The columns [784, k] of a linear autoencoder's decoder: the directions in which its images may differ.
Tensor decoder_directions(Autoencoder& model) {
  const Index k = model.code_size();
  Tensor corners = Tensor::zeros({k + 1, k});  // the code 0, and each code of a single 1
  for (Index i = 0; i < k; ++i) corners.set({i + 1, i}, 1);
  const Tensor images = model.decode(corners).flatten(1);
  return (images.slice(0, 1, k + 1) - images.slice(0, 0, 1)).transpose(0, 1).contiguous();
}

}  // namespace

int main(int argc, char** argv) {
  Lesson lesson(
      argc, argv,
      {.step = "4.2", .title = "Autoencoder",
       .note = "입력 데이터를 압축(Encoding)했다가 다시 복원(Decoding)하는 신경망구조. Bottleneck(병목 현상)이 있기 때문에 "
               "모델은 데이터의 핵심 특징만 남기고 불필요한 부분은 버리도록 학습함",
       .claim = "An autoencoder compresses its input and restores it; the bottleneck makes it keep the essential.",
       .look_at = "Look at restored.png: what is lost first as the bottleneck narrows? Then at strangers.png: which net\n"
                  "restores what it has never seen? Set .maps to 0 for a net without convolutions: what becomes of it?",
       .labels = true, .epochs = 8, .full_epochs = 20, .train = 4000, .test = 1000});
  const Dataset images = lesson.train_images(), test = lesson.test_images();
  const Tensor rows = images.images.flatten(1), test_rows = test.images.flatten(1);
  const Tensor shown = test.images.slice(0, 0, 12).contiguous(), ink = greater(test.images, Tensor::scalar(Real(0.5)));
  const double mean_error = squared_error(mean(images.images, {0}, true), test.images);
  const auto draw = [&](AutoencoderConfig config) {
    config.height = test.images.size(2), config.width = test.images.size(3);
    Rng first = lesson.rng("first values");
    return std::make_unique<Autoencoder>(config, first);
  };
  const auto probe = [&](Autoencoder& model) {
    const Tensor codes = model.encode(images.images.slice(0, 0, kLabelled).contiguous());
    return linear_probe(codes, images.labels.slice(0, kLabelled), model.encode(test.images), test.labels);
  };

  // ---- V2: compress and restore, through wider and wider bottlenecks; the last is none -------------------------
  std::vector<double> widths, ae_errors, pca_errors, train_curve, test_curve, ink_curve, probe_before, probe_after;
  std::vector<Tensor> restored{shown};
  std::vector<std::unique_ptr<Autoencoder>> nets;
  for (const Index k : {2, 4, 8, 16, 32, 784}) {
    auto model = draw({.code = k, .maps = 8});
    probe_before.push_back(probe(*model));
    train(lesson, *model, model->parameters(), images, {.batch = 32, .title = fmt::format("code {}", k)}, 3e-3, [&] {
      if (k != kWatched) return;
      const Tensor off = square(model->reconstruct(test.images) - test.images);
      train_curve.push_back(error_of(*model, images.images.slice(0, 0, test.size()).contiguous()));
      test_curve.push_back(mean(off).item());
      ink_curve.push_back(mean(off * ink).item());
    });
    probe_after.push_back(probe(*model));
    widths.push_back(static_cast<double>(k));
    ae_errors.push_back(error_of(*model, test.images));
    if (k < 784) {
      Pca pca({.n_components = k});
      pca.fit(rows);
      pca_errors.push_back(squared_error(pca.inverse_transform(pca.transform(test_rows)), test_rows));
    }
    restored.push_back(model->reconstruct(shown));
    lesson.say("  {:3} numbers: error {:.4f} (PCA {:.4f}); training images {:.4f}; probe {:.3f}, before training {:.3f} t {:.1f}", k,
               ae_errors.back(), k < 784 ? pca_errors.back() : 0.0, error_of(*model, images.images), probe_after.back(),
               probe_before.back(), lesson.seconds());
    nets.push_back(std::move(model));
  }
  Rng rng = lesson.rng("noise");
  for (auto& net : nets) {
    const auto e = [&](const Tensor& x) { return error_of(*net, x); };
    Rng r = rng;
    const Tensor scattered = index_select(test_rows, 1, r.permutation(784)).reshape(test.images.shape());
    lesson.say("own {:.4f} upside {:.4f} mirrored {:.4f} inverted {:.4f} noise {:.4f} dots {:.4f} scattered {:.4f} transposed {:.4f}", e(test.images), e(test.images.flip(2).contiguous()),
       e(test.images.flip(3).contiguous()), e(Real{1} - test.images), e(r.uniform(test.images.shape())), e(r.bernoulli(Tensor::full(test.images.shape(), Real(0.13)))), e(scattered), e(test.images.transpose(2,3).contiguous()));
  }
  for (const std::string_view name : {"encoder", "decoder"}) {
    auto model = draw({.code = kWatched, .maps = 8});
    train(lesson, *model, half(*model, name), images, {.batch = 32, .epochs = 4}, 3e-3);
    lesson.say("only {}: {:.4f} mean image {:.4f}", name, error_of(*model, test.images), mean_error);
  }
  const Tensor middle = mean(images.images, {0}, true);
  Dataset centred = images;
  centred.images = images.images - middle;
  auto linear = draw({.code = 8, .linear = true});
  train(lesson, *linear, linear->parameters(), centred, {.batch = 100, .epochs = 80, .title = "linear"}, 2e-2);
  Pca pca({.n_components = 8});
  pca.fit(rows);
  lesson.say("linear {:.5f} angle {:.3f}", error_of(*linear, test.images - middle), largest_principal_angle(pca.components.transpose(0, 1).contiguous(), decoder_directions(*linear)));
  lesson.say("watched {} {} {}", test_curve.front(), test_curve.back(), ink_curve.back());
  return lesson.close();
}
