#include "models/vae_nets.h"

#include "autograd/ops.h"
#include "nn/activations.h"
#include "nn/reshape.h"
#include "tensor/indexing.h"

namespace gradfold {
namespace {

const VaeNetOptions& checked(const VaeNetOptions& o) {
  require(o.height > 0 && o.width > 0 && o.channels > 0 && o.latents > 0 && o.classes >= 0, "Vae",
          "height is {}, width {}, channels {}, latents {} and classes {}; the first four must be 1 or more, classes "
          "0 or more",
          o.height, o.width, o.channels, o.latents, o.classes);
  require(o.maps >= 0 && o.hidden > 0 && o.layers >= 0 && o.halvings >= 1 && o.blocks >= 0 && o.dense >= 0, "Vae",
          "maps is {}, hidden {}, layers {}, halvings {}, blocks {} and dense {}; hidden and halvings must be 1 or "
          "more, the others 0 or more",
          o.maps, o.hidden, o.layers, o.halvings, o.blocks, o.dense);
  return o;
}

// Rows (or columns) after i convolutions with stride 2: 28, 14, 7, 4.
Index halved(Index size, Index times) {
  for (; times > 0; --times) size = (size + 1) / 2;
  return size;
}

Index maps_at(const VaeNetOptions& o, Index times) { return times == 1 ? o.maps : 2 * o.maps; }

Index smallest(const VaeNetOptions& o) {
  return maps_at(o, o.halvings) * halved(o.height, o.halvings) * halved(o.width, o.halvings);
}

// Hidden units of the encoder that the latents are made from.
Index features(const VaeNetOptions& o) {
  if (o.maps > 0) return o.dense > 0 ? o.dense : smallest(o);
  return o.layers > 0 ? o.hidden : o.height * o.width * o.channels + o.classes;
}

void add_dropout(Sequential& net, const VaeNetOptions& o, Rng& rng) {
  if (o.dropout > 0) net.add<Dropout>(o.dropout, rng);
}

void build_mlp_encoder(Sequential& net, const VaeNetOptions& o) {
  Index in = o.height * o.width * o.channels + o.classes;
  for (Index i = 0; i < o.layers; ++i, in = o.hidden) net.add<Linear>(in, o.hidden).add<ReLU>();
}

void build_conv_encoder(Sequential& net, const VaeNetOptions& o) {
  Index in = o.channels + o.classes;
  for (Index i = 1; i <= o.halvings; ++i) {
    if (i > 1) net.add<ReLU>();
    net.add<Conv2d>(in, maps_at(o, i), 3, ConvOptions{.stride = 2, .padding = 1});
    in = maps_at(o, i);
    for (Index b = 0; b < o.blocks; ++b) net.add<VaeBlock>(in);
  }
  net.add<ReLU>().add<Flatten>();
  if (o.dense > 0) net.add<Linear>(smallest(o), o.dense).add<ReLU>();
}

void build_mlp_decoder(Sequential& net, const VaeNetOptions& o, Rng& rng) {
  Index in = o.latents + o.classes;
  for (Index i = 0; i < o.layers; ++i, in = o.hidden) {
    net.add<Linear>(in, o.hidden).add<ReLU>();
    if (i == 0) add_dropout(net, o, rng);
  }
  net.add<Linear>(in, o.numbers * o.height * o.width).add<Unflatten>(Shape{o.numbers, o.height, o.width});
}

void build_conv_decoder(Sequential& net, const VaeNetOptions& o, Rng& rng) {
  Index in = o.latents + o.classes;
  if (o.dense > 0) {
    net.add<Linear>(in, o.dense).add<ReLU>();
    in = o.dense;
  }
  net.add<Linear>(in, smallest(o));
  add_dropout(net, o, rng);
  net.add<Unflatten>(Shape{maps_at(o, o.halvings), halved(o.height, o.halvings), halved(o.width, o.halvings)});
  for (Index i = o.halvings; i >= 1; --i) {
    for (Index b = 0; b < o.blocks; ++b) net.add<VaeBlock>(maps_at(o, i));
    // An even size is twice the half, an odd one less by 1.
    const Size2 even(1 - halved(o.height, i - 1) % 2, 1 - halved(o.width, i - 1) % 2);
    net.add<ReLU>().add<ConvTranspose2d>(maps_at(o, i), i > 1 ? maps_at(o, i - 1) : o.numbers, 3,
                                         ConvTransposeOptions{.stride = 2, .padding = 1, .output_padding = even});
  }
}

}  // namespace

VaeBlock::VaeBlock(Index maps)
    : reduce(child<Conv2d>("reduce", maps, (maps + 1) / 2, 1)),
      conv(child<Conv2d>("conv", (maps + 1) / 2, (maps + 1) / 2, 3, ConvOptions{.padding = 1})),
      expand(child<Conv2d>("expand", (maps + 1) / 2, maps, 1)) {}

Var VaeBlock::composed(const Var& x) { return x + expand(relu(conv(relu(reduce(relu(x)))))); }

Var VaeBlock::forward(const Var& x) {
  return bottleneck(x, {reduce.weight, reduce.bias}, {conv.weight, conv.bias}, {expand.weight, expand.bias});
}

VaeEncoder::VaeEncoder(const VaeNetOptions& o, Rng& rng)
    : options(checked(o)), trunk_(child<Sequential>("trunk")),
      head_(child<Linear>("head", features(o), 2 * o.latents)) {
  if (o.maps > 0) build_conv_encoder(trunk_, o);
  else build_mlp_encoder(trunk_, o);
  add_dropout(trunk_, o, rng);
}

Posterior VaeEncoder::posterior(const Var& x, const Indices& labels) {
  check_shape("VaeEncoder", "x", x.shape(), {"N", options.channels, options.height, options.width});
  return scoped([&] {
    const Index n = x.size(0);
    Var in = x * Real{2} - Real{1};
    if (options.maps == 0) in = reshape(in, {n, options.channels * options.height * options.width});
    if (options.classes > 0) {
      const Tensor known = one_hot(labels, options.classes);
      const Tensor maps = known.reshape({n, options.classes, 1, 1});
      const Shape all = {n, options.classes, options.height, options.width};
      in = concatenate({in, Var(options.maps > 0 ? maps.expand(all).contiguous() : known)}, 1);
    }
    const Var both = head_(trunk_.size() > 0 ? trunk_(in) : in);
    return Posterior{slice(both, 1, 0, options.latents), slice(both, 1, options.latents, 2 * options.latents)};
  });
}

VaeDecoder::VaeDecoder(const VaeNetOptions& o, Rng& rng) : options(checked(o)), trunk_(child<Sequential>("trunk")) {
  if (o.maps > 0) build_conv_decoder(trunk_, o, rng);
  else build_mlp_decoder(trunk_, o, rng);
}

Var VaeDecoder::pixels(const Var& z, const Indices& labels) {
  check_shape("VaeDecoder", "z", z.shape(), {"N", options.latents});
  return scoped([&] {
    if (options.classes == 0) return trunk_(z);
    return trunk_(concatenate({z, Var(one_hot(labels, options.classes))}, 1));
  });
}

}  // namespace gradfold
