#include "models/pixel_rnn.h"

#include "autograd/ops.h"
#include "nn/cached_diagonal_bilstm.h"
#include "nn/cached_row_lstm.h"
#include "tensor/elementwise.h"

namespace gradfold {
namespace {

// x + 1x1 to 2h (dropout (LSTM (x)))
struct PixelRnnLayer : Module {
  PixelRnnLayer(PixelRnnKind kind, const PixelRnnConfig& c, DropoutOptions dropout)
      : lstm(kind == PixelRnnKind::kRowLstm
                 ? adopt("lstm", std::make_unique<RowLstm>(2 * c.hidden, c.hidden,
                                                           RowLstmOptions{.kernel = c.kernel, .groups = c.channels}))
                 : adopt("lstm", std::make_unique<DiagonalBiLstm>(2 * c.hidden, c.hidden,
                                                                  DiagonalBiLstmOptions{.groups = c.channels}))),
        expand(child<MaskedConv2d>("expand", MaskType::kB, c.hidden, 2 * c.hidden, 1,
                                   MaskedConvOptions{.groups = c.channels})),
        dropout(child<Dropout>("dropout", dropout)) {}

  Module& lstm;
  MaskedConv2d& expand;
  Dropout& dropout;

  Var forward(const Var& x) override { return x + expand(dropout(lstm(x))); }
};

const PixelRnnConfig& checked(const PixelRnnConfig& c) {
  require(c.hidden > 0 && c.layers >= 1 && c.head > 0, "PixelRnn",
          "hidden is {}, layers {} and head {}; each must be 1 or more", c.hidden, c.layers, c.head);
  require(c.channels >= 1 && c.hidden % c.channels == 0 && c.head % c.channels == 0, "PixelRnn",
          "{} units and {} maps of the head cannot be split into {} equal groups, one for each channel; hint: for RGB "
          "use multiples of 3",
          c.hidden, c.head, c.channels);
  return c;
}

// PixelRnnLayer at one pixel.
struct CachedPixelRnnLayer : PixelLayer {
  CachedPixelRnnLayer(PixelRnnLayer& layer, Index n, Index width) : expand(layer.expand, n, width) {
    if (auto* rows = dynamic_cast<RowLstm*>(&layer.lstm)) {
      lstm = std::make_unique<CachedRowLstm>(*rows, n, width);
    } else {
      lstm = std::make_unique<CachedDiagonalBiLstm>(dynamic_cast<DiagonalBiLstm&>(layer.lstm), n, width);
    }
  }

  std::unique_ptr<PixelLayer> lstm;
  CachedMaskedConv expand;

  Tensor at(Index y, Index x, const Tensor& in) override { return in + expand.at(y, x, lstm->at(y, x, in)); }
};

// PixelRnn::forward at one pixel.
struct CachedPixelRnn : PixelNet {
  CachedPixelRnn(const MaskedConv2d& input, const MaskedConv2d& hidden, const MaskedConv2d& output, Index n,
                 Index width, bool widen)
      : width(width), widen(widen), input(input, n, width + widen), hidden(hidden, n, width),
        output(output, n, width) {}

  const Index width;
  const bool widen;  // the maps have a blank column on the right
  CachedMaskedConv input, hidden, output;
  std::vector<CachedPixelRnnLayer> layers;
  Index begun = 0;  // the row whose pixels are being made

  Tensor trunk(Index y, Index x) {
    Tensor maps = input.at(y, x);
    for (CachedPixelRnnLayer& layer : layers) maps = layer.at(y, x, maps);
    return maps;
  }
  void set(Index y, Index x, const Tensor& pixel) override { input.set(y, x, pixel * Real{2} - Real{1}); }
  Tensor logits(Index y, Index x) override {
    if (widen && y != begun) trunk(y - 1, width);
    begun = y;
    return output.at(y, x, relu(hidden.at(y, x, relu(trunk(y, x)))));
  }
};

}  // namespace

PixelRnn::PixelRnn(PixelRnnKind kind, PixelRnnConfig config)
    : AutoregressiveModel(config.levels, config.channels), kind(kind), settings(checked(config)),
      dropout_(child<DropoutStream>("dropout", config.dropout)),
      input_(child<MaskedConv2d>("input", MaskType::kA, config.channels, 2 * config.hidden, 7,
                                 MaskedConvOptions{.groups = config.channels})),
      layers_(child<Sequential>("layers")),
      hidden_(child<MaskedConv2d>("hidden", MaskType::kB, 2 * config.hidden, config.head, 1,
                                  MaskedConvOptions{.groups = config.channels})),
      output_(child<MaskedConv2d>("output", MaskType::kB, config.head, config.channels * logits_per_channel(), 1,
                                  MaskedConvOptions{.groups = config.channels})) {
  for (Index i = 0; i < config.layers; ++i) layers_.add<PixelRnnLayer>(kind, config, dropout_.options());
}

Var PixelRnn::forward(const Var& x) {
  check_shape("PixelRnn", "x", x.shape(), {"N", settings.channels, "H", "W"});
  dropout_.begin_pass();
  Var maps = x * Real{2} - Real{1};
  // Under mask A the maps at a row's last pixel do not show that pixel, so the right LSTM, which starts there, would
  // have nothing of it for the row below. One blank column further on it is seen.
  const bool widen = kind == PixelRnnKind::kDiagonalBiLstm;
  if (widen) maps = pad(maps, {{0, 0}, {0, 0}, {0, 0}, {0, 1}});
  maps = relu(layers_(input_(maps)));
  if (widen) maps = slice(maps, 3, 0, x.size(3));
  return output_(relu(hidden_(maps)));
}

std::unique_ptr<PixelNet> PixelRnn::cached(Index n, Index width) {
  const bool widen = kind == PixelRnnKind::kDiagonalBiLstm;
  auto net = std::make_unique<CachedPixelRnn>(input_, hidden_, output_, n, width, widen);
  for (Index i = 0; i < settings.layers; ++i) {
    net->layers.emplace_back(dynamic_cast<PixelRnnLayer&>(layers_[static_cast<std::size_t>(i)]), n, width + widen);
  }
  return net;
}

ModelConfig PixelRnn::config() const {
  ModelConfig all = {{"hidden", settings.hidden},
                     {"layers", settings.layers},
                     {"head", settings.head},
                     {"levels", settings.levels},
                     {"channels", settings.channels},
                     {"dropout", settings.dropout}};
  if (kind == PixelRnnKind::kRowLstm) all["kernel"] = settings.kernel;
  return all;
}

std::map<std::string, std::string> PixelRnn::config_help() const {
  std::map<std::string, std::string> all = {
      {"hidden", "units of each LSTM; the trunk between the layers carries twice as many maps"},
      {"layers", "LSTM layers, each with a residual connection around it"},
      {"head", "maps of the 1x1 layer before the output"},
      {"levels", "values of a pixel: 2 for black and white, 256 for all greys"},
      {"channels", "1 for grey images, 3 for red, green and blue (hidden and head must be multiples of it)"},
      {"dropout", "percent of each LSTM's states that a training step hides from the next layer"}};
  if (kind == PixelRnnKind::kRowLstm) all["kernel"] = "columns of the row above that a state sees; odd, mostly 3";
  return all;
}

}  // namespace gradfold
