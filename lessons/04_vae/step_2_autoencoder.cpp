#include <cmath>

#include "autograd/ops.h"
#include "lessons/lesson.h"
#include "lessons/principal_angle.h"
#include "manifold/pca.h"
#include "models/autoencoder.h"
#include "models/net_classifier.h"
#include "nn/optim/adam.h"
#include "nn/optim/schedule.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/reduce.h"

using namespace gradfold;

namespace {

template <class AfterEpoch>
void train(Lesson& lesson, Autoencoder& model, const Dataset& images, TrainOptions options, double lr, AfterEpoch after) {
  Adam optimizer(model.parameters(), {.lr = lr});
  Lesson::Epochs epochs = lesson.epochs(images, options);
  const Schedule rate = schedule::cosine(epochs.steps());
  Index step = 0;
  for (const Batch& batch : epochs) {
    const Var z = model.encoded(batch.images);
    const Var y = model.decoded(z);
    const Var loss = mean(square(y - batch.images));
    optimizer.zero_grad();
    loss.backward();
    optimizer.set_lr(lr * rate(step++));
    optimizer.step();
    if (step % epochs.per_epoch() == 0) after(step / epochs.per_epoch());
  }
}

double error(const Tensor& y, const Tensor& x) { return mean(square(y - x)).item(); }

double probe(const Tensor& train_z, const Indices& y, const Tensor& test_z, const Indices& test_y, double penalty) {
  const Tensor middle = mean(train_z, {0}, true);
  const Tensor spread = sqrt(mean(square(train_z - middle), {0}, true) + Real(1e-6));
  LogisticRegression probe({.steps = 300, .lr = 0.05, .penalty = Real(penalty)});
  probe.fit((train_z - middle) / spread, y, 10);
  return probe.accuracy((test_z - middle) / spread, test_y);
}

}  // namespace

int main(int argc, char** argv) {
  Lesson lesson(argc, argv, {.step = "4.2", .title = "x", .note = "x", .claim = "x", .labels = true, .epochs = 12, .train = 4000, .test = 1000});
  const Dataset images = lesson.train_images(), test = lesson.test_images();
  const Tensor rows = images.images.flatten(1), test_rows = test.images.flatten(1);
  Pca pca({.n_components = 64});
  pca.fit(rows);
  lesson.say("t {:.1f}", lesson.seconds());
  Tensor noise = lesson.rng("n").uniform(test.images.shape());
  const Tensor flipped = test.images.flip(2).contiguous();
  const double mean_error = error(mean(images.images, {0}, true), test.images);
  lesson.say("mean image {:.4f} flipped {:.4f} eig {}", mean_error, error(mean(images.images, {0}, true), flipped), values(pca.explained_variance.slice(0,0,20))[15]/values(pca.explained_variance)[16]);
  const auto probes = [&](const std::string& name, const Tensor& a, const Tensor& b) {
    std::string s;
    for (Index n : {100, 400, 4000}) s += fmt::format(" {}: {:.3f}", n, probe(a.slice(0, 0, n).contiguous(), images.labels.slice(0, n), b, test.labels, n == 4000 ? 1e-3 : 1e-2));
    lesson.say("   probe {} {}", name, s);
  };
  probes("pixels", rows, test_rows);
  for (Index k : {1, 2, 4, 8, 16, 32, 0}) {
    Rng first = lesson.rng("first");
    Autoencoder net({.code = k, .hidden = 256}, first);
    if (k >= 8 || k == 0) probes("before", net.encode(images.images), net.encode(test.images));
    train(lesson, net, images, {.batch = 64, .epochs = k == 0 ? 4 : 12}, k == 0 ? 1e-3 : 2e-3, [&](Index e) {
      if (k == 16 || k == 0) lesson.say("    e{} {:.4f} {:.4f}", e, error(net.reconstruct(test.images), test.images), error(net.reconstruct(images.images), images.images));
    });
    const double pca_error = k ? mean(square(pca.inverse_transform(pca.transform(test_rows)) - test_rows)).item() : 0;
    double p = 0;
    if (k) { Pca q({.n_components = k}); q.fit(rows); p = error(q.inverse_transform(q.transform(test_rows)), test_rows);
      if (k >= 8) probes("pca", q.transform(rows), q.transform(test_rows)); }
    (void)pca_error;
    lesson.say("{:3} ae {:.4f} (train {:.4f}) pca {:.4f} flipped {:.4f} noise {:.4f} t {:.1f}", k, error(net.reconstruct(test.images), test.images),
               error(net.reconstruct(images.images), images.images), p, error(net.reconstruct(flipped), flipped), error(net.reconstruct(noise), noise), lesson.seconds());
    if (k >= 8 || k == 0) probes("after", net.encode(images.images), net.encode(test.images));
  }
  for (Index k : {8, 16}) for (bool tied : {false, true}) {
    Rng first = lesson.rng("first");
    Autoencoder net({.code = k, .linear = true, .tied = tied}, first);
    Pca q({.n_components = k}); q.fit(rows);
    train(lesson, net, images, {.batch = 500, .epochs = 100}, 5e-3, [&](Index e) {
      if (e % 25) return;
      Tensor w;
      for (const auto& [name, v] : net.named_parameters()) if (v.shape() == (tied ? Shape{k, 784} : Shape{784, k})) w = tied ? v.value().transpose(0, 1).contiguous() : v.value();
      lesson.say("  linear {} {} epoch {}: error {:.5f} angle {:.3f} t {:.1f}", k, tied, e, error(net.reconstruct(test.images), test.images), largest_principal_angle(q.components.transpose(0, 1).contiguous(), w), lesson.seconds());
    });
    lesson.say("pca {:.5f}", error(q.inverse_transform(q.transform(test_rows)), test_rows));
  }
  return 0;
}
