#pragma once
#include <memory>

#include "models/classifier.h"
#include "nn/module.h"

// Discriminative models: a net with one logit for each class, fitted to p(y | x) alone. How x came about it
// does not ask, so it cannot tell how likely an x is, nor draw one.
namespace gradfold {

struct FitOptions {
  Index steps = 400;
  Index batch = 0;         // samples in a step; 0 takes all of them
  double lr = 0.1;         // Adam's, falling to 0 along a cosine
  Real penalty = 0;        // lambda of lambda / 2 |weights|^2, added to the mean cross-entropy; biases are free
  std::uint64_t seed = 1;  // first values and batches
};

struct NetClassifier : Classifier {
  explicit NetClassifier(FitOptions options) : options(options) {}
  void fit(const Tensor& x, const Indices& y, Index classes) override;
  Tensor log_posterior(const Tensor& x) const override;

  FitOptions options;
  std::unique_ptr<Module> net;  // after fit

 protected:
  virtual std::unique_ptr<Module> make_net(Index features, Index classes) const = 0;
};

// Logistic (softmax) regression: logits = W x + b. The loss has no local minima; all samples in each step.
struct LogisticRegression : NetClassifier {
  explicit LogisticRegression(FitOptions options = {}) : NetClassifier(options) {}

 protected:
  std::unique_ptr<Module> make_net(Index features, Index classes) const override;
};

// One hidden layer of `hidden` ReLU units.
struct MlpClassifier : NetClassifier {
  explicit MlpClassifier(Index hidden = 128, FitOptions options = {.steps = 600, .batch = 64, .lr = 3e-3})
      : NetClassifier(options), hidden(hidden) {}

  Index hidden;

 protected:
  std::unique_ptr<Module> make_net(Index features, Index classes) const override;
};

// Small and convolutional, for images: 3x3 neighbourhoods, then 3x3 of those, everywhere; then what was found where.
struct ConvClassifier : NetClassifier {
  struct ImageSize {
    Index channels, height, width;
  };
  explicit ConvClassifier(ImageSize image, FitOptions options = {.steps = 600, .batch = 64, .lr = 3e-3},
                          Index maps = 16)
      : NetClassifier(options), image(image), maps(maps) {}

  const ImageSize image;  // of which each row of x is one, flat
  const Index maps;

 protected:
  std::unique_ptr<Module> make_net(Index features, Index classes) const override;
};

}  // namespace gradfold
