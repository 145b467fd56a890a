#pragma once
#include "manifold/pca.h"
#include "nn/activations.h"
#include "nn/linear.h"
#include "nn/sequential.h"
#include "tensor/elementwise.h"
#include "tensor/reduce.h"

namespace gradfold {

// An autoencoder of points x [N, D] with a code of two numbers, a place on a plane: D -> 256 -> 64 -> 2 and back, ReLU
// between. A variational one's encoder gives four, the code's mean and its log variance. Lesson 4.1 trains it.
struct PlaneCoder {
  PlaneCoder(Index features, bool variational, Rng rng) : variational(variational) {
    const auto add = [&](Sequential& net, Index in, Index first, Index second, Index out) {
      net.add<Linear>(in, first).add<ReLU>().add<Linear>(first, second).add<ReLU>().add<Linear>(second, out);
      net.reset_parameters(rng);
    };
    add(encoder, features, 256, 64, variational ? 4 : 2);
    add(decoder, 2, 64, 256, features);
  }
  // Of both nets.
  std::vector<Var> parameters() const {
    std::vector<Var> out = encoder.parameters();
    for (const Var& p : decoder.parameters()) out.push_back(p);
    return out;
  }
  // The places [N, 2]; of a variational one, their means.
  Tensor encode(const Tensor& x) { return encoder(x).value().slice(1, 0, 2).contiguous(); }
  // The share of x's variance that is lost on the way there and back.
  double loss(const Tensor& x) {
    return sum_of_squares(decoder(encode(x)).value() - x) / sum_of_squares(x - mean(x, {0}, true));
  }

  const bool variational;
  Sequential encoder, decoder;
};

// The same of the best linear code of two numbers: the share of new points' variance that PCA, fitted to x, loses.
inline double two_component_loss(const Tensor& x, const Tensor& fresh) {
  Pca pca({.n_components = 2});
  pca.fit(x);
  const Tensor back = pca.inverse_transform(pca.transform(fresh));
  return sum_of_squares(back - fresh) / sum_of_squares(fresh - mean(fresh, {0}, true));
}

}  // namespace gradfold
