#include "lessons/latent_pictures.h"

#include <algorithm>

#include "tensor/elementwise.h"
#include "tensor/indexing.h"

namespace gradfold {
namespace {

// Each label `times` in a row; one label, or none, is that of all.
Indices repeat(const Indices& labels, Index times) {
  if (labels.numel() <= 1) return labels;
  Indices out(Shape{labels.numel() * times});
  for (Index i = 0; i < out.numel(); ++i) out[i] = labels[i / times];
  return out;
}

}  // namespace

Tensor reconstructions(LatentModel& model, const Tensor& x, const Indices& labels) {
  return concatenate({x.contiguous(), model.reconstruct(x, labels)}, 0);
}

Tensor traversals(LatentModel& model, const Tensor& z, Index steps, const Indices& labels) {
  std::vector<Tensor> rows;
  for (Index latent = 0; latent < model.latents(); ++latent) rows.push_back(model.walk(z, latent, steps));
  return model.decode(concatenate(rows, 0), labels);
}

Tensor interpolations(LatentModel& model, const Tensor& a, const Tensor& b, Index steps, const Indices& labels) {
  const Index d = model.code_size();
  check_shape("interpolations", "a", a.shape(), {"N", d});
  check_shape("interpolations", "b", b.shape(), {a.size(0), d});
  require(steps >= 2, "interpolations", "steps is {} but must be 2 or more: both ends are among them", steps);
  const Tensor t = (Tensor::arange(steps) / static_cast<Real>(steps - 1)).reshape({1, steps, 1});
  const Tensor line = a.reshape({-1, 1, d}) * (Real{1} - t) + b.reshape({-1, 1, d}) * t;
  return model.decode(line.reshape({-1, d}), repeat(labels, steps));
}

Tensor latent_map(LatentModel& model, Index steps, const Indices& labels) {
  require(model.code_size() == 2, "latent_map", "the model's codes have {} numbers, but only 2 make a plane",
          model.code_size());
  Tensor z({steps, steps, 2});
  const Tensor corner = Tensor::zeros({1, 2});
  const Tensor right = model.walk(corner, 0, steps).select(1, 0), up = model.walk(corner, 1, steps).select(1, 1);
  z.select(2, 0).copy_from(right.reshape({1, steps}));
  z.select(2, 1).copy_from(up.flip(0).reshape({steps, 1}));  // the first row of a picture is its top
  return model.decode(z.reshape({-1, 2}), labels);
}

Chart latents_by_kl(const Tensor& nats) {
  check_shape("latents_by_kl", "nats", nats.shape(), {"D"});
  std::vector<double> sorted = values(nats);
  std::sort(sorted.rbegin(), sorted.rend());
  std::vector<std::string> names;
  for (Index i = 1; i <= nats.numel(); ++i) names.push_back(i % 5 == 0 ? fmt::format("{}", i) : "");
  Chart chart({.title = "what each latent says about an image", .x = "latents, sorted", .y = "KL, nats"});
  return chart.bars("", names, sorted);
}

}  // namespace gradfold
