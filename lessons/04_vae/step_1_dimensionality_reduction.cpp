// 4.1  Dimensionality reduction: linear methods press a curved surface flat, non-linear ones follow it.
//
//   linear        y = W (x - m)     PCA: where x varies most; LDA: where labelled classes differ most
//   distances     Isomap: y has the distances along the surface
//   neighbours    LLE, t-SNE, UMAP: y has the same neighbours
//   nets          AE: y is a code from which a decoder gives x back; VAE: a code with noise, see 4.4
//
// Eight methods make maps of two dimensions of the same points: of a Swiss roll, whose true chart is known, and of
// digits. New points, which no method has seen, are drawn where it has a rule for them.
#include <cmath>

#include "data/manifolds.h"
#include "lessons/high_dimensions.h"
#include "lessons/lesson.h"
#include "lessons/map_panels.h"
#include "manifold/distances.h"
#include "manifold/isomap.h"
#include "manifold/lda.h"
#include "manifold/lle.h"
#include "manifold/pca.h"
#include "manifold/quality.h"
#include "manifold/tsne.h"
#include "manifold/umap.h"
#include "nn/activations.h"
#include "nn/linear.h"
#include "nn/losses.h"
#include "nn/optim/adam.h"
#include "nn/optim/schedule.h"
#include "nn/sequential.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/reduce.h"

using namespace gradfold;

namespace {

struct Points {
  Tensor x;        // [N, D]
  Indices labels;  // [N], for LDA
};

struct Map {
  std::string method;
  Tensor y, fresh;  // [N, 2] of the points it was fitted to; [M, 2] of new ones, undefined where there is no rule
  double seconds;
};

// ---- autoencoders: of the eight the only ones that can go back from y to x ----------------------------------
struct Net {
  Net(Index features, bool variational, Rng rng) : variational(variational) {
    const auto add = [&](Sequential& net, Index in, Index first, Index second, Index out) {
      net.add<Linear>(in, first).add<ReLU>().add<Linear>(first, second).add<ReLU>().add<Linear>(second, out);
      net.reset_parameters(rng);
    };
    add(encoder, features, 256, 64, variational ? 4 : 2);
    add(decoder, 2, 64, 256, features);
  }
  Tensor encode(const Tensor& x) { return encoder(x).value().slice(1, 0, 2).contiguous(); }
  // The share of what x varies that does not come back.
  double error(const Tensor& x) {
    return sum_of_squares(decoder(encode(x)).value() - x) / sum_of_squares(x - mean(x, {0}, true));
  }
  bool variational;
  Sequential encoder, decoder;
};

void train(Lesson& lesson, Net& net, const Tensor& x, Real noise, Index epochs, Rng rng) {
  std::vector<Var> parameters = net.encoder.parameters();
  for (const Var& p : net.decoder.parameters()) parameters.push_back(p);
  Adam optimizer(parameters, {.lr = 2e-3});
  const Dataset rows{.name = "points", .images = x.reshape({x.size(0), 1, 1, x.size(1)}), .labels = {}, .factors = {}};
  Lesson::Epochs batches =
      lesson.epochs(rows, {.batch = 50, .epochs = epochs, .title = net.variational ? "VAE" : "AE"});
  const Schedule rate = schedule::cosine(batches.steps());
  Index step = 0;
  for (const Batch& batch : batches) {
    const Tensor points = batch.images.flatten(1);
    Var code = net.encoder(points), prior = Tensor::scalar(Real(0));
    if (net.variational) {  // the encoder gives mean and log variance; the code is drawn
      const Var mu = slice(code, 1, 0, 2), log_var = slice(code, 1, 2, 4);
      prior = kl_to_standard_normal(mu, log_var, Reduction::kBatchMean);
      code = mu + exp(log_var * Real(0.5)) * rng.normal(mu.value().shape());
    }
    const Var loss = mse_loss(net.decoder(code), points, Reduction::kBatchMean) / (2 * noise * noise) + prior;
    optimizer.zero_grad();
    loss.backward();
    optimizer.set_lr(2e-3 * rate(step++));
    optimizer.step();
  }
}

// ---- the eight ------------------------------------------------------------------------------------------------
// Isomap and LLE need a graph in one part: the fewest neighbours, from 12 on, that give it.
Index connecting_neighbors(const Tensor& x) {
  for (Index k = 12;; k += 4)
    if (connected_components(neighbor_graph(nearest_neighbors(x, k))).count() == 1) return k;
}

std::vector<Map> eight_maps(Lesson& lesson, const Points& fit, const Tensor& fresh, Net& ae, Net& vae, Real noise,
                            Index epochs) {
  std::vector<Map> maps;
  const auto add = [&](const std::string& name, const std::function<std::pair<Tensor, Tensor>()>& draw) {
    const double start = lesson.seconds();
    auto [y, of_fresh] = draw();
    maps.push_back({name, y, of_fresh, lesson.seconds() - start});
  };
  const auto with = [&](auto model) {  // a method that has fit() and transform()
    model.fit(fit.x);
    return std::pair{model.embedding, model.transform(fresh)};
  };
  const auto net = [&](Net& coder) {
    train(lesson, coder, fit.x, noise, epochs, lesson.rng("codes"));
    return std::pair{coder.encode(fit.x), coder.encode(fresh)};
  };
  const Index k = connecting_neighbors(fit.x);
  add("PCA", [&] {
    Pca pca({.n_components = 2});
    return std::pair{pca.fit_transform(fit.x), pca.transform(fresh)};
  });
  add("LDA", [&] {
    Lda lda({.n_components = 2});
    return std::pair{lda.fit_transform(fit.x, fit.labels), lda.transform(fresh)};
  });
  add("Isomap", [&] { return with(Isomap({.n_neighbors = k})); });
  add("LLE", [&] { return with(Lle({.n_neighbors = k})); });
  add("t-SNE", [&] { return std::pair{Tsne().fit_transform(fit.x), Tensor()}; });  // no rule for new points
  add("UMAP", [&] { return with(Umap({.random_state = lesson.seed()})); });
  add("AE", [&] { return net(ae); });
  add("VAE", [&] { return net(vae); });
  return maps;
}

Tensor panels(const std::vector<Map>& maps, const std::vector<Color>& colors) {
  std::vector<Tensor> out;
  for (const Map& map : maps) out.push_back(draw_map(map.y, colors).unsqueeze(0));
  return concatenate(out, 0);
}

double two_component_error(const Tensor& x, const Tensor& fresh) {
  Pca pca({.n_components = 2});
  pca.fit(x);
  return sum_of_squares(pca.inverse_transform(pca.transform(fresh)) - fresh) /
         sum_of_squares(fresh - mean(fresh, {0}, true));
}

}  // namespace

int main(int argc, char** argv) {
  Lesson lesson(argc, argv,
                {.step = "4.1", .title = "Dimensionality reduction: linear and non-linear",
                 .note = "Linear (선형기법): PCA, LDA / Non-Linear (비선형 기법): Autoencoders, t-SNE, Isomap, LLE "
                         "-> 복잡하고 곡선적인 매니폴드 구조를 반영",
                 .claim = "Linear: PCA, LDA. Non-linear: autoencoders, t-SNE, Isomap, LLE, which follow complex, "
                          "curved manifolds.",
                 .look_at = "Look at maps.png: where does a dark dot lie on a light one? Then at the tables.",
                 .labels = true, .epochs = 0, .full_epochs = 0, .train = 1000, .test = 500});
  const Index n = lesson.full() ? 4000 : 1000;

  // ---- the Swiss roll --------------------------------------------------------------------------------------
  const PointCloud all = swiss_roll(n + 500, lesson.rng("roll"));
  const double variance = sum_of_squares(all.points - mean(all.points, {0}, true)) / (3. * all.points.size(0));
  const Real scale = static_cast<Real>(1 / std::sqrt(variance));
  const Tensor chart = all.chart.slice(0, 0, n).contiguous(), length = chart.select(1, 0).contiguous();
  const Tensor sheet = sqrt(squared_distances(chart));
  Points roll{(all.points.slice(0, 0, n) * scale).contiguous(), Indices(Shape{n})};
  const Tensor new_roll = (all.points.slice(0, n, n + 500) * scale).contiguous();
  const Real low = min(length).item(), high = max(length).item() * Real(1.0001);
  for (Index i = 0; i < n; ++i)  // LDA's classes: fourths of the roll
    roll.labels[i] = static_cast<std::int32_t>(4 * (length.at({i}) - low) / (high - low));
  Net roll_ae(3, false, lesson.rng("AE")), roll_vae(3, true, lesson.rng("VAE"));
  const std::vector<Map> rolls = eight_maps(lesson, roll, new_roll, roll_ae, roll_vae, Real(0.1), 200);
  lesson.say("  Swiss roll, {} points   T      C      T sheet   r      s", n);
  std::vector<double> sheet_trust, correlation;
  for (const Map& map : rolls) {
    sheet_trust.push_back(trustworthiness(chart, map.y));
    correlation.push_back(distance_agreement(sheet, map.y).pearson);
    lesson.say("  {:22} {:.3f}  {:.3f}  {:.3f}  {:.4f}  {:.2f}", map.method, trustworthiness(roll.x, map.y),
               continuity(roll.x, map.y), sheet_trust.back(), correlation.back(), map.seconds);
  }

  // ---- digits ----------------------------------------------------------------------------------------------
  const auto read = [&](const Dataset& set, Index most) {
    const Dataset some = slice(set, 0, std::min(set.size(), most));
    return Points{some.images.flatten(1).contiguous(), some.labels};
  };
  const Points digits = read(lesson.train_images(), n), test = read(lesson.test_images(), 2000);
  Net digit_ae(digits.x.size(1), false, lesson.rng("AE")), digit_vae(digits.x.size(1), true, lesson.rng("VAE"));
  const std::vector<Map> maps = eight_maps(lesson, digits, test.x, digit_ae, digit_vae, Real(0.2), 60);
  lesson.say("\n  digits, {} points       T      C      accuracy  new     s", digits.x.size(0));
  std::vector<double> accuracy, new_accuracy;
  for (const Map& map : maps) {
    accuracy.push_back(knn_accuracy(map.y, digits.labels));
    new_accuracy.push_back(
        map.fresh.defined() ? nearest_neighbor_accuracy(map.fresh, test.labels, map.y, digits.labels) : 0);
    lesson.say("  {:22} {:.3f}  {:.3f}  {:.3f}  {}  {:.2f}", map.method, trustworthiness(digits.x, map.y),
               continuity(digits.x, map.y), accuracy.back(),
               map.fresh.defined() ? fmt::format("{:.3f}", new_accuracy.back()) : "  -  ", map.seconds);
  }
  std::vector<std::string> names;
  for (const Map& map : maps) names.push_back(map.method);
  lesson.picture("maps.png",
                 grid(concatenate({panels(rolls, value_colors(length)), panels(maps, class_colors(digits.labels))}, 0),
                      {.columns = 8, .zoom = 1, .column_titles = names, .row_titles = {"Swiss roll", "digits"}}),
                 "above the Swiss roll, coloured by the length along it, below digits, a colour for each");
  lesson.say("errors: roll pca {:.3f} ae {:.3f} vae {:.3f}; digits pca {:.3f} ae {:.3f} vae {:.3f}",
             two_component_error(roll.x, new_roll), roll_ae.error(new_roll), roll_vae.error(new_roll),
             two_component_error(digits.x, test.x), digit_ae.error(test.x), digit_vae.error(test.x));
  return lesson.close();
}
