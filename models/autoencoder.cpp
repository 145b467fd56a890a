#include "models/autoencoder.h"

#include <algorithm>
#include <cmath>

#include "autograd/ops.h"
#include "data/corrupt.h"
#include "models/psnr.h"
#include "nn/activations.h"
#include "nn/conv2d.h"
#include "nn/conv_transpose2d.h"
#include "nn/linear.h"
#include "nn/losses.h"
#include "nn/reshape.h"
#include "tensor/cholesky.h"
#include "tensor/elementwise.h"
#include "tensor/matmul.h"
#include "tensor/reduce.h"

namespace gradfold {
namespace {

constexpr int kKernel = 4, kStride = 2, kPadding = 1;  // halves and doubles the sides exactly

// y = x W + b with the weight [out, in] of another layer, read backwards: x [N, out] -> y [N, in]
class TiedLinear : public Module {
 public:
  explicit TiedLinear(const Linear& other)
      : other_(other), bias_(param("bias", {other.in}, init::torch_default({other.in, other.out}))) {}
  Var forward(const Var& x) override { return matmul(x, other_.weight) + bias_; }

 private:
  const Linear& other_;
  Var bias_;
};

// The transposed convolution with the weight of another layer.
class TiedConvTranspose : public Module {
 public:
  explicit TiedConvTranspose(const Conv2d& other)
      : other_(other), bias_(param("bias", {other.in}, init::torch_default({other.in, other.out, kKernel, kKernel}))) {}
  Var forward(const Var& x) override {
    return conv_transpose2d(x, other_.weight, bias_, {.stride = kStride, .padding = kPadding});
  }

 private:
  const Conv2d& other_;
  Var bias_;
};

AutoencoderConfig checked(AutoencoderConfig c) {
  require(c.code >= 0 && c.hidden >= 0 && c.maps >= 0, "Autoencoder",
          "code is {}, hidden {} and maps {}; none may be negative", c.code, c.hidden, c.maps);
  require(c.maps == 0 || (c.height % 4 == 0 && c.width % 4 == 0), "Autoencoder",
          "images of {} x {} cannot be halved twice; hint: --maps 0 takes any size", c.width, c.height);
  for (const auto& [name, value] : {std::pair{"masking", c.masking}, {"salt_and_pepper", c.salt_and_pepper}}) {
    require(value >= 0 && value <= 100, "Autoencoder", "{} is {} but must be 0..100 hundredths of the pixels", name,
            value);
  }
  require(c.gaussian >= 0, "Autoencoder", "gaussian is {} but must be 0 or more", c.gaussian);
  return c;
}

Index pixels(const AutoencoderConfig& c) { return c.channels * c.height * c.width; }

}  // namespace

Autoencoder::Autoencoder(AutoencoderConfig config)
    : LatentModel(kGrey, config.channels, config.height, config.width), settings(checked(config)),
      code_(config.code > 0 ? config.code : pixels(config)),
      encoder_(child<Sequential>("encoder")),
      decoder_(child<Sequential>("decoder")),
      batches_(buffer("code_batches", Tensor::zeros({1}))),
      code_mean_(buffer("code_mean", Tensor::zeros({code_}))),
      code_covariance_(buffer("code_covariance", Tensor::zeros({code_, code_}))) {
  if (config.maps > 0 && !config.linear) make_convolutional();
  else make_dense();
}

void Autoencoder::make_dense() {
  const Index image = pixels(settings);
  std::vector<Index> widths{image};
  if (settings.hidden > 0 && !settings.linear) {
    const bool narrow = settings.code > 0;
    widths.push_back(narrow ? settings.hidden : std::max(settings.hidden, image));
    widths.push_back(narrow ? std::max<Index>(1, settings.hidden / 2) : image);
  }
  widths.push_back(code_);
  encoder_.add<Flatten>();
  std::vector<const Linear*> layers;
  for (std::size_t i = 1; i < widths.size(); ++i) {
    if (i > 1) encoder_.add<ReLU>();
    encoder_.add<Linear>(widths[i - 1], widths[i]);
    layers.push_back(dynamic_cast<const Linear*>(&encoder_[encoder_.size() - 1]));
  }
  for (std::size_t i = widths.size() - 1; i > 0; --i) {
    if (settings.tied) decoder_.add<TiedLinear>(*layers[i - 1]);
    else decoder_.add<Linear>(widths[i], widths[i - 1]);
    if (i > 1) decoder_.add<ReLU>();
  }
  if (!settings.linear) decoder_.add<Sigmoid>();
  decoder_.add<Unflatten>(Shape{settings.channels, height, width});
}

void Autoencoder::make_convolutional() {
  const ConvOptions down{.stride = kStride, .padding = kPadding};
  const ConvTransposeOptions up{.stride = kStride, .padding = kPadding};
  const Index outer = settings.maps, inner = 2 * settings.maps, features = inner * (height / 4) * (width / 4);
  encoder_.add<Conv2d>(settings.channels, outer, kKernel, down).add<ReLU>();
  encoder_.add<Conv2d>(outer, inner, kKernel, down).add<ReLU>();
  encoder_.add<Flatten>().add<Linear>(features, code_);
  const auto unflatten = Shape{inner, height / 4, width / 4};
  if (settings.tied) {
    decoder_.add<TiedLinear>(dynamic_cast<const Linear&>(encoder_[5])).add<ReLU>().add<Unflatten>(unflatten);
    decoder_.add<TiedConvTranspose>(dynamic_cast<const Conv2d&>(encoder_[2])).add<ReLU>();
    decoder_.add<TiedConvTranspose>(dynamic_cast<const Conv2d&>(encoder_[0])).add<Sigmoid>();
    return;
  }
  decoder_.add<Linear>(code_, features).add<ReLU>().add<Unflatten>(unflatten);
  decoder_.add<ConvTranspose2d>(inner, outer, kKernel, up).add<ReLU>();
  decoder_.add<ConvTranspose2d>(outer, Index{settings.channels}, kKernel, up).add<Sigmoid>();
}

Var Autoencoder::encoded(const Var& x, const Indices&) {
  check_images("x", x.shape());
  return encoder_(x);
}

Var Autoencoder::decoded(const Var& z, const Indices&) { return decoder_(z); }

Tensor Autoencoder::corrupted(const Tensor& x, Rng& rng) const {
  constexpr Real kHundredth = Real(0.01);
  Tensor out = x;
  if (settings.gaussian > 0) out = add_gaussian_noise(out, kHundredth * static_cast<Real>(settings.gaussian), rng);
  if (settings.masking > 0) out = mask_out(out, kHundredth * static_cast<Real>(settings.masking), rng);
  if (settings.salt_and_pepper > 0)
    out = salt_and_pepper(out, kHundredth * static_cast<Real>(settings.salt_and_pepper), rng);
  return out;
}

Var Autoencoder::loss(const Tensor& x, Rng& rng) { return loss(corrupted(x, rng), x); }

Var Autoencoder::loss(const Tensor& damaged, const Tensor& x) {
  check_levels(kind(), x, channels(), kGrey);
  const Var z = encoded(damaged);
  if (training()) follow_codes(z.value());
  return mse_loss(decoded(z), x, Reduction::kMean);
}

// A plain mean at first, so that the zeros of the beginning count for nothing.
void Autoencoder::follow_codes(const Tensor& z) {
  const Real batches = batches_.item() + 1;
  batches_.fill(batches);
  const Real rate = std::max(1 / batches, Real(0.01));
  const Tensor mean_now = mean(z, {0}), off = z - mean_now;
  const Tensor covariance_now = matmul(off, off, {.transpose_a = true}) / static_cast<Real>(z.size(0));
  add_(code_mean_, mean_now - code_mean_, rate);
  add_(code_covariance_, covariance_now - code_covariance_, rate);
}

std::vector<Objective> Autoencoder::objectives() {
  return {{.name = "reconstruction", .unit = "squared error", .parameters = parameters(),
           .loss = [this](const Tensor& x, const Indices&, Rng& rng) { return loss(x, rng); }}};
}

Figures Autoencoder::evaluate(const Tensor& x, const Indices&, Rng& rng, const EvaluateOptions& options) {
  check_levels(kind(), x, channels(), kGrey);
  Tensor error(Shape{x.size(0)}), after(Shape{x.size(0)}), before(Shape{x.size(0)});
  for_slices(x.size(0), options, [&](Index from, Index to) {
    const Tensor clean = x.slice(0, from, to).contiguous(), given = corrupted(clean, rng), back = reconstruct(given);
    error.slice(0, from, to).copy_from(mean(square(back - clean), {1, 2, 3}));
    after.slice(0, from, to).copy_from(psnr(back, clean));
    if (settings.denoises()) before.slice(0, from, to).copy_from(psnr(given, clean));
  });
  Figures figures{mean_figure("mse", "squared error per pixel", error), mean_figure("psnr_db", "dB PSNR", after)};
  figures[1].higher_is_better = true;
  if (settings.denoises()) figures.push_back(mean_figure("corrupted_psnr_db", "dB PSNR of what it was given", before));
  return figures;
}

Tensor Autoencoder::draw_codes(Index n, Rng& rng) {
  require(batches_.item() > 0, kind(),
          "it has seen no image yet, so nothing is known of its codes; hint: train it first");
  // A little on the diagonal, so that units that never fire do no harm.
  Tensor covariance = code_covariance_.clone();
  Real largest = 0;
  for (Index i = 0; i < code_; ++i) largest = std::max(largest, covariance.at({i, i}));
  for (Index i = 0; i < code_; ++i) covariance.set({i, i}, covariance.at({i, i}) + Real(1e-4) * largest + Real(1e-12));
  return matmul(rng.normal({n, code_}), cholesky(covariance), {.transpose_b = true}) + code_mean_;
}

std::pair<Real, Real> Autoencoder::range(Index latent) const {
  const Real middle = code_mean_.at({latent}), spread = Real(2.5) * std::sqrt(code_covariance_.at({latent, latent}));
  return {middle - spread, middle + spread};
}

ModelConfig Autoencoder::config() const {
  return {{"code", settings.code},
          {"hidden", settings.hidden},
          {"maps", settings.maps},
          {"linear", settings.linear},
          {"tied", settings.tied},
          {"gaussian", settings.gaussian},
          {"masking", settings.masking},
          {"salt_and_pepper", settings.salt_and_pepper},
          {"channels", settings.channels},
          {"height", settings.height},
          {"width", settings.width}};
}

std::map<std::string, std::string> Autoencoder::config_help() const {
  return {{"code", "numbers of the code; 0: as wide as the image everywhere, no bottleneck"},
          {"hidden", "units of the outer hidden layer, half as many of the inner; 0: no hidden layers"},
          {"maps", "above 0: convolutional, with so many maps in the outer layer and twice as many in the inner"},
          {"linear", "1: no hidden layers and no nonlinearity, which learns what PCA finds"},
          {"tied", "1: the decoder's weights are the encoder's, transposed"},
          {"gaussian", "denoising: standard deviation of the noise on what it is given, in hundredths"},
          {"masking", "denoising: hundredths of the pixels it is given that are set to 0"},
          {"salt_and_pepper", "denoising: hundredths of the pixels it is given that are set to 0 or 1"},
          {"channels", "1 for grey images, 3 for red, green and blue"},
          {"height", "rows of the images; convolutional: a multiple of 4"},
          {"width", "columns of the images; convolutional: a multiple of 4"}};
}

}  // namespace gradfold
