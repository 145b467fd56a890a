// 3.2  Data compression: what lies on a surface of few dimensions needs few numbers.
//
//   x [784] -> code [k] -> y [784]          error = mean (y - x)^2, PSNR = -10 log10(error) in dB
//
//   PCA                   code = W (x - mean), y = mean + W' code: the best that any linear map can do
//   linear autoencoder    the same shape, found by gradient descent: where does it end?
//   deep autoencoder      layers with ReLU between: the surface may be curved
//
// Every error is that of held-out images. The control has the same pixels, shuffled: each pixel's values stay, but no
// longer know those of the other pixels of their image. There is no surface in it, and nothing to save.
#include <cmath>
#include <memory>

#include "lessons/code_bytes.h"
#include "lessons/lesson.h"
#include "lessons/other_coders.h"
#include "lessons/principal_angle.h"
#include "lessons/shuffle_columns.h"
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

void train(Lesson& lesson, Autoencoder& model, const Dataset& images, TrainOptions options, double lr) {
  Adam optimizer(model.parameters(), {.lr = lr});
  Lesson::Epochs epochs = lesson.epochs(images, options);
  const Schedule rate = schedule::cosine(epochs.steps());
  Index step = 0;
  for (const Batch& batch : epochs) {
    const Var code = model.encoded(batch.images);
    const Var loss = mse_loss(model.decoded(code), batch.images, Reduction::kMean);
    optimizer.zero_grad();
    loss.backward();
    optimizer.set_lr(lr * rate(step++));
    optimizer.step();
    lesson.show("squared error", loss.item());
  }
}

// x -> W_1 x -> W_2 W_1 x with k numbers between, trained on images less their mean.
std::unique_ptr<Autoencoder> linear_autoencoder(Lesson& lesson, const Dataset& centred, Index k) {
  Rng start = lesson.rng("linear");
  auto net = std::make_unique<Autoencoder>(
      AutoencoderConfig{.code = k, .linear = true, .height = centred.images.size(2), .width = centred.images.size(3)},
      start);
  train(lesson, *net, centred, {.batch = 100, .epochs = 80, .title = fmt::format("linear autoencoder, code {}", k)},
        2e-2);
  return net;
}

double error(const Tensor& y, const Tensor& x) { return mean(square(y - x)).item(); }
double decibels(double error) { return -10 * std::log10(error); }

// A fitted PCA of more components, with the first k alone.
Pca first(const Pca& pca, Index k) {
  Pca out = pca;
  out.components = pca.components.slice(0, 0, k).contiguous();
  return out;
}

Tensor back(const Pca& pca, const Tensor& rows) { return pca.inverse_transform(pca.transform(rows)); }

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
  Lesson lesson(argc, argv,
                {.step = "3.2", .title = "Data compression",
                 .note = "고차원 데이터를 저차원 매니폴드에 매핑해서 불필요한 차원을 줄임",
                 .claim = "Mapping high-dimensional data onto a low-dimensional manifold does away with dimensions "
                          "that are not needed.",
                 .look_at = "Look at reconstructions.png: with how many numbers can you read the digits? Then at "
                            "rate.png.\nKeep each number of a code in 4 bits instead of 8 (keep_bits): what does it "
                            "cost, and what does it save?",
                 .epochs = 24, .full_epochs = 40, .train = 4000, .test = 1000});
  const Dataset images = lesson.train_images(), test = lesson.test_images();
  const Tensor rows = images.images.flatten(1), test_rows = test.images.flatten(1);
  const Index pixels = rows.size(1);
  const std::vector<Index> sizes{1, 2, 4, 8, 16, 32};

  // ---- how many of the dimensions are needed? -------------------------------------------------------------
  Pca pca({.n_components = 128});
  pca.fit(rows);
  const Tensor shuffled = shuffle_columns(rows, lesson.rng("shuffle"));
  const Tensor test_shuffled = shuffle_columns(test_rows, lesson.rng("shuffle test"));
  Pca pca_shuffled({.n_components = 128});
  pca_shuffled.fit(shuffled);
  const double of_mean = error(mean(rows, {0}, true), test_rows);
  std::vector<double> components, kept, kept_shuffled;
  for (Index k = 0; k <= 128; k += k < 16 ? 1 : 8) {
    components.push_back(static_cast<double>(k));
    kept.push_back(k ? 1 - error(back(first(pca, k), test_rows), test_rows) / of_mean : 0);
    kept_shuffled.push_back(k ? 1 - error(back(first(pca_shuffled, k), test_shuffled), test_shuffled) / of_mean : 0);
  }
  Chart variance({.title = "variance of held-out images that k numbers keep", .x = "numbers k of 784", .y = "share"});
  variance.line("digits, PCA", components, kept).line("the same pixels, shuffled", components, kept_shuffled);
  lesson.picture("variance.png", variance, "PCA of training images, share of the variance of held-out ones");
  const auto at32 = static_cast<std::size_t>(16 + (32 - 16) / 8);
  lesson.claim("M2", "most dimensions are not needed: a few numbers keep most of what tells images apart", kept[at32],
               kept[at32] > 0.7,
               fmt::format("32 numbers of {} keep {:.0f} % of the variance of held-out images, 128 keep {:.0f} %",
                           pixels, 100 * kept[at32], 100 * kept.back()));
  lesson.claim("M2", "(control) it is the manifold that allows it: the same pixels, shuffled, cannot be compressed",
               kept_shuffled[at32], kept_shuffled[at32] < 0.25 * kept[at32],
               fmt::format("32 numbers keep {:.0f} %", 100 * kept_shuffled[at32]));

  // ---- the linear autoencoder ends where PCA is -----------------------------------------------------------
  const Index plane = 8;
  const Tensor middle = mean(images.images, {0}, true);
  Dataset centred = images;  // as PCA does first; else gradient descent spends its steps on the mean image
  centred.images = images.images - middle;
  const std::unique_ptr<Autoencoder> linear = linear_autoencoder(lesson, centred, plane);
  const Tensor test_centred = test.images - middle;
  const double linear_error = error(linear->reconstruct(test_centred), test_centred);
  const double pca_error = error(back(first(pca, plane), test_rows), test_rows);
  const double angle = largest_principal_angle(first(pca, plane).components.transpose(0, 1).contiguous(),
                                               decoder_directions(*linear));
  lesson.claim("M2", "a linear autoencoder learns PCA's subspace, by gradient descent", angle,
               angle < 1 && linear_error < 1.01 * pca_error,
               fmt::format("largest angle between the two {:.2f} degrees; error {:.4f}, PCA {:.4f}, code {}", angle,
                           linear_error, pca_error, plane));

  // ---- error against the size of the code -----------------------------------------------------------------
  const Tensor few = test.images.slice(0, 0, 10).contiguous();
  std::vector<Tensor> strips{few};
  std::vector<std::string> titles{"image"};
  std::vector<double> numbers, of_pca, of_linear, of_deep, bytes_pca, bytes_deep;
  for (const Index k : sizes) {
    Rng own = lesson.rng("deep");
    Autoencoder deep({.code = k, .hidden = 256, .height = few.size(2), .width = few.size(3)}, own);
    train(lesson, deep, images, {.batch = 32, .title = fmt::format("deep autoencoder, code {}", k)}, 1e-3);
    const Pca flat = first(pca, k);
    numbers.push_back(static_cast<double>(k));
    of_pca.push_back(error(back(flat, test_rows), test_rows));
    of_linear.push_back(
        k == plane ? linear_error
                   : error(linear_autoencoder(lesson, centred, k)->reconstruct(test_centred), test_centred));
    of_deep.push_back(error(deep.reconstruct(test.images), test.images));
    // A byte for each number: k bytes are an image.
    bytes_pca.push_back(error(
        flat.inverse_transform(keep_bits(flat.transform(test_rows), flat.transform(rows), 8)), test_rows));
    bytes_deep.push_back(error(
        deep.decode(keep_bits(deep.encode(test.images), deep.encode(images.images), 8)), test.images));
    lesson.say("  code {:2}: PCA {:.4f}, {:.1f} dB; linear autoencoder {:.4f}, deep {:.4f}, {:.1f} dB", k,
               of_pca.back(), decibels(of_pca.back()), of_linear.back(), of_deep.back(), decibels(of_deep.back()));
    if (k == 2 || k == 8 || k == 32) {
      strips.push_back(clamp(back(flat, few.flatten(1)), 0, 1).reshape(few.shape()));
      strips.push_back(deep.reconstruct(few));
      titles.push_back(fmt::format("PCA {}", k)), titles.push_back(fmt::format("AE {}", k));
    }
  }
  lesson.picture("reconstructions.png", grid(concatenate(strips, 0), {.columns = 10, .row_titles = titles}),
                 "held-out images through a code of 2, 8, 32 numbers");
  Chart errors({.title = "squared error of held-out images, by the size of the code", .x = "numbers in the code",
                .y = "squared error of a pixel", .log_x = true});
  errors.line("PCA", numbers, of_pca).line("linear autoencoder", numbers, of_linear);
  errors.line("deep autoencoder", numbers, of_deep);
  lesson.picture("error.png", errors, "the linear autoencoder lies on PCA, whatever the size of its code");
  double least_lead = 1e9;
  for (std::size_t i = 1; i <= 3; ++i) least_lead = std::min(least_lead, of_pca[i] / of_deep[i]);
  lesson.claim("M2", "a curved surface fits better than a flat one: of 2, 4, 8 numbers a deep autoencoder makes more",
               least_lead, least_lead > 1.15 && of_deep[3] < of_pca[4],
               fmt::format("error {:.4f} and {:.4f} (PCA) with 2, {:.4f} and {:.4f} with 8; PCA with 16: {:.4f}",
                           of_deep[1], of_pca[1], of_deep[3], of_pca[3], of_pca[4]));

  // ---- and in bytes ----------------------------------------------------------------------------------------
  const auto in_decibels = [](std::vector<double> errors) {
    for (double& v : errors) v = decibels(v);
    return errors;
  };
  Tensor levels = test.images * Real{255} + Real(0.5);
  for (Index i = 0; i < levels.numel(); ++i) levels.data()[i] = std::floor(levels.data()[i]) / 255;
  const OtherCoders lossless = other_coders(levels, 256);
  const double png = static_cast<double>(*lossless.png) / static_cast<double>(levels.size(0));
  Chart rate({.title = "held-out images in so many bytes", .x = "bytes an image", .y = "PSNR, dB", .log_x = true});
  rate.line("PCA, a byte a number", numbers, in_decibels(bytes_pca));
  rate.line("deep autoencoder, a byte a number", numbers, in_decibels(bytes_deep));
  lesson.picture("rate.png", rate,
                 fmt::format("without loss PNG takes {:.0f} bytes an image; how they look is the strip above", png));
  double most_lost = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    most_lost = std::max(most_lost, decibels(of_deep[i]) - decibels(bytes_deep[i]));
  }
  lesson.claim("M2", "a byte for each number is enough, so an image is as many bytes as its code has numbers",
               most_lost, most_lost < 0.3,
               fmt::format("32 bytes: {:.1f} dB, {:.1f} dB with PCA; PNG, without loss, {:.0f} bytes; the bytes cost "
                           "at most {:.2f} dB",
                           decibels(bytes_deep.back()), decibels(bytes_pca.back()), png, most_lost));
  return lesson.close();
}
