// 4.1  Dimensionality reduction: linear methods press a curved surface flat, non-linear ones follow it.
//
//   linear        y = W (x - m)     PCA: where x varies most; LDA: where labelled classes differ most
//   distances     Isomap: y has the distances along the surface
//   neighbours    LLE, t-SNE, UMAP: y has the same neighbours
//   nets          AE: y is a code from which a decoder gives x back; VAE: a code with noise, see 4.4
//
// Eight methods make maps of two dimensions of the same points: of a Swiss roll, whose true chart is known, and of
// digits. New points, which no method has seen, are drawn where it has a rule for them.
#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "autograd/ops.h"
#include "data/manifolds.h"
#include "lessons/lesson.h"
#include "lessons/map_panels.h"
#include "lessons/plane_coder.h"
#include "manifold/distances.h"
#include "manifold/isomap.h"
#include "manifold/lda.h"
#include "manifold/lle.h"
#include "manifold/pca.h"
#include "manifold/quality.h"
#include "manifold/tsne.h"
#include "manifold/umap.h"
#include "models/factor_measures.h"
#include "nn/losses.h"
#include "nn/optim/adam.h"
#include "nn/optim/schedule.h"
#include "tensor/elementwise.h"
#include "tensor/indexing.h"
#include "tensor/reduce.h"

using namespace gradfold;

namespace {

struct Points {
  Tensor x;        // [N, D]
  Indices labels;  // [N], for LDA
};

// ---- autoencoders (lessons/plane_coder.h): besides PCA the only ones that also go back from y to x ---
void train(Lesson& lesson, PlaneCoder& net, const Tensor& x, Real noise, Index epochs, Rng rng) {
  Adam optimizer(net.parameters(), {.lr = 2e-3});
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
enum : std::size_t { kPca, kLda, kIsomap, kLle, kTsne, kUmap, kAe, kVae };

std::vector<DrawnMap> eight_maps(Lesson& lesson, const Points& fit, const Tensor& fresh, PlaneCoder& ae,
                                 PlaneCoder& vae, Real noise, Index epochs) {
  std::vector<DrawnMap> maps;
  const auto add = [&](const std::string& name, const std::function<std::pair<Tensor, Tensor>()>& draw) {
    const double start = lesson.seconds();
    auto [y, of_fresh] = draw();
    maps.push_back({name, y, of_fresh, lesson.seconds() - start});
  };
  const auto fitted = [&](auto model, const auto&... labels) {
    const Tensor y = model.fit_transform(fit.x, labels...);
    return std::pair{y, model.transform(fresh)};
  };
  const auto net = [&](PlaneCoder& coder) {
    train(lesson, coder, fit.x, noise, epochs, lesson.rng("codes"));
    return std::pair{coder.encode(fit.x), coder.encode(fresh)};
  };
  const Index k = connecting_neighbors(fit.x);  // Isomap and LLE need a graph in one part; more make shortcuts
  add("PCA", [&] { return fitted(Pca({.n_components = 2})); });
  add("LDA", [&] { return fitted(Lda({.n_components = 2}), fit.labels); });
  add("Isomap", [&] { return fitted(Isomap({.n_neighbors = k})); });
  add("LLE", [&] { return fitted(Lle({.n_neighbors = k})); });
  add("t-SNE", [&] { return std::pair{Tsne().fit_transform(fit.x), Tensor()}; });  // no rule for new points
  add("UMAP", [&] { return fitted(Umap({.random_state = lesson.seed()})); });
  add("AE", [&] { return net(ae); });
  add("VAE", [&] { return net(vae); });
  return maps;
}

// ---- what the seed decides ------------------------------------------------------------------------------------
struct Reruns {
  std::string method;
  std::vector<Tensor> maps;  // [N, 2], a seed each
};
// Two maps more of each method that draws random numbers, with others. t-SNE starts from PCA, so that it has no
// choice; here it starts anywhere.
std::vector<Reruns> maps_of_seeds(Lesson& lesson, const Points& fit, const std::vector<DrawnMap>& first, Real noise,
                                  Index epochs) {
  std::vector<Reruns> out;
  for (const std::size_t method : {kTsne, kUmap, kAe, kVae})
    out.push_back({first[method].method, {first[method].y}});
  for (std::uint64_t seed = 1000 * lesson.seed(); seed < 1000 * lesson.seed() + 2; ++seed) {
    out[0].maps.push_back(Tsne({.init = TsneOptions::Init::kRandom, .random_state = seed}).fit_transform(fit.x));
    out[1].maps.push_back(Umap({.random_state = seed}).fit_transform(fit.x));
    for (const bool variational : {false, true}) {
      PlaneCoder net(fit.x.size(1), variational, Rng(seed).fork("net"));
      train(lesson, net, fit.x, noise, epochs, Rng(seed).fork("codes"));
      out[variational ? 3 : 2].maps.push_back(net.encode(fit.x));
    }
  }
  return out;
}

// Mean and range of a measure over maps.
std::string over_seeds(const Reruns& reruns, const std::function<double(const Tensor&)>& measure) {
  std::vector<double> values;
  for (const Tensor& y : reruns.maps) values.push_back(measure(y));
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  return fmt::format("{:.3f} ({:.3f} to {:.3f})", sum / static_cast<double>(values.size()), *low, *high);
}

}  // namespace

int main(int argc, char** argv) {
  Lesson lesson(argc, argv,
                {.step = "4.1", .title = "Dimensionality reduction: linear and non-linear",
                 .note = "Linear (선형기법): PCA, LDA / Non-Linear (비선형 기법): Autoencoders, t-SNE, Isomap, LLE "
                         "-> 복잡하고 곡선적인 매니폴드 구조를 반영",
                 .claim = "Linear: PCA, LDA. Non-linear: autoencoders, t-SNE, Isomap, LLE, which follow complex, "
                          "curved manifolds.",
                 .look_at = "Look at maps.png: in which of the upper maps do dark dots lie among light ones?\n"
                            "Give LDA a .shrinkage of 0.3: what of digits it was fitted to, what of new ones?\n"
                            "Give Isomap 30 neighbours: what becomes of the roll, and why?",
                 .labels = true, .epochs = 0, .full_epochs = 0, .train = 1000, .test = 500});

  // ---- the Swiss roll: the answer is known ------------------------------------------------------------------
  const Index n = lesson.full() ? 4000 : 1500;
  PointCloud all = swiss_roll(n + 500, lesson.rng("roll"));
  all.points = all.points / Real(7);  // the nets like coordinates of about 1
  const Tensor chart = all.chart.slice(0, 0, n).contiguous(), length = chart.select(1, 0).contiguous();
  const Tensor sheet = sqrt(squared_distances(chart));
  Points roll{all.points.slice(0, 0, n).contiguous(), Indices(Shape{n})};
  const Tensor new_roll = all.points.slice(0, n, n + 500).contiguous();
  for (Index i = 0; i < n; ++i) roll.labels[i] = static_cast<std::int32_t>(length.at({i}) / 25);  // classes for LDA
  PlaneCoder roll_ae(3, false, lesson.rng("AE")), roll_vae(3, true, lesson.rng("VAE"));
  const std::vector<DrawnMap> rolls = eight_maps(lesson, roll, new_roll, roll_ae, roll_vae, Real(0.1), 150);
  std::vector<double> blur, agreement;
  const Tensor new_sheet = sqrt(squared_distances(all.chart)).slice(0, n, n + 500).slice(1, 0, n).contiguous();
  lesson.say("  {:14} {:>16} {:>11} {:>10} {:>12} {:>12} {:>9}", "Swiss roll", "trustworthiness", "continuity", "blur",
             "new points", "correlation", "seconds");
  for (const DrawnMap& map : rolls) {
    blur.push_back(sheet_blur(map.y, sheet));
    agreement.push_back(distance_agreement(sheet, map.y).pearson);
    const std::string placed =
        map.fresh.defined() ? fmt::format("{:.2f}", sheet_blur(map.fresh, map.y, new_sheet)) : "-";
    lesson.say("  {:14} {:16.3f} {:11.3f} {:10.2f} {:>12} {:12.4f} {:9.2f}", map.method,
               trustworthiness(roll.x, map.y), continuity(roll.x, map.y), blur.back(), placed, agreement.back(),
               map.seconds);
  }

  // ---- digits: nobody knows their chart ---------------------------------------------------------------------
  const auto read = [&](const Dataset& set, Index most) {
    const Dataset some = slice(set, 0, std::min(set.size(), most));
    return Points{some.images.flatten(1).contiguous(), some.labels};
  };
  const Points digits = read(lesson.train_images(), 4000), test = read(lesson.test_images(), 2000);
  PlaneCoder digit_ae(digits.x.size(1), false, lesson.rng("AE")), digit_vae(digits.x.size(1), true, lesson.rng("VAE"));
  const std::vector<DrawnMap> maps = eight_maps(lesson, digits, test.x, digit_ae, digit_vae, Real(0.2), 60);
  std::vector<double> fitted, fresh;
  lesson.say("\n  {:14} {:>16} {:>11} {:>6} {:>6} {:>11} {:>6} {:>9}", "digits", "trustworthiness", "continuity",
             "1-NN", "5-NN", "new: 1-NN", "5-NN", "seconds");
  for (const DrawnMap& map : maps) {
    const bool rule = map.fresh.defined();
    const auto placed = [&](Index k) {
      return rule ? knn_accuracy(map.fresh, test.labels, map.y, digits.labels, k) : 0;
    };
    fitted.push_back(knn_accuracy(map.y, digits.labels, 1));
    fresh.push_back(placed(1));
    lesson.say("  {:14} {:16.3f} {:11.3f} {:6.3f} {:6.3f} {:>11} {:>6} {:9.2f}", map.method,
               trustworthiness(digits.x, map.y), continuity(digits.x, map.y), fitted.back(),
               knn_accuracy(map.y, digits.labels, 5), rule ? fmt::format("{:.3f}", fresh.back()) : "-",
               rule ? fmt::format("{:.3f}", placed(5)) : "-", map.seconds);
  }
  const std::vector<Reruns> again = maps_of_seeds(lesson, digits, maps, Real(0.2), 60);
  lesson.say("\n  {:14} {:>24} {:>24} {:>24}", "three seeds", "trustworthiness", "continuity", "5-NN");
  for (const Reruns& reruns : again) {
    lesson.say("  {:14} {:>24} {:>24} {:>24}", reruns.method,
               over_seeds(reruns, [&](const Tensor& y) { return trustworthiness(digits.x, y); }),
               over_seeds(reruns, [&](const Tensor& y) { return continuity(digits.x, y); }),
               over_seeds(reruns, [&](const Tensor& y) { return knn_accuracy(y, digits.labels, 5); }));
  }
  lesson.picture("maps.png",
                 map_grid({{"Swiss roll", rolls, value_colors(length)},
                           {"digits", maps, class_colors(digits.labels)}}),
                 "above the Swiss roll, coloured by the length along it, below digits, a colour for each");

  // ---- the claims -------------------------------------------------------------------------------------------
  const double linear = std::min(blur[kPca], blur[kLda]);
  lesson.claim("V1", "linear methods look at the roll from one side: points behind one another fall on one place",
               linear, linear > 1.7,
               "the ten nearest on the map are {:.1f} (PCA) and {:.1f} (LDA) times as far away on the sheet as the "
               "ten nearest there",
               blur[kPca], blur[kLda]);
  const double curved_maps = std::max({blur[kIsomap], blur[kTsne], blur[kUmap]});
  lesson.claim("V1", "Isomap, t-SNE and UMAP follow it: neighbours on the map are neighbours on the sheet",
               curved_maps, curved_maps < 1.4, "{:.2f}, {:.2f} and {:.2f} times", blur[kIsomap], blur[kTsne],
               blur[kUmap]);
  const double along = std::abs(correlation(rolls[kLle].y.select(1, 0), length));
  lesson.claim("V1", "LLE lays it open: its first coordinate is the length along the roll", along, along > 0.95,
               "correlation {:.4f}; PCA's first {:.2f}", along,
               std::abs(correlation(rolls[kPca].y.select(1, 0), length)));
  lesson.claim("V1", "Isomap even keeps its lengths: distances on the map are those along the sheet",
               agreement[kIsomap], agreement[kIsomap] > 0.99, "correlation {:.4f}; PCA {:.2f}, t-SNE {:.2f}",
               agreement[kIsomap], agreement[kPca], agreement[kTsne]);
  const double roll_flat = two_component_loss(roll.x, new_roll), flat = two_component_loss(digits.x, test.x);
  const double roll_curved = roll_ae.loss(new_roll), curved = digit_ae.loss(test.x);
  lesson.claim("V1", "an autoencoder's two numbers lie on a curved surface: more of new points comes back than by PCA",
               curved, roll_curved < roll_flat / 2 && curved < 0.95 * flat,
               "lost of the roll {:.1f} % (PCA {:.1f} %), of digits {:.0f} % (PCA {:.0f} %)", 100 * roll_curved,
               100 * roll_flat, 100 * curved, 100 * flat);
  const double least = std::min({fitted[kLle], fitted[kTsne], fitted[kUmap], fitted[kAe], fitted[kVae]});
  lesson.claim("V1", "of digits, too, LLE, t-SNE, UMAP and the nets keep classes apart better than PCA, unlabelled",
               least, least > fitted[kPca] + 0.05,
               "nearest neighbour right: PCA {:.2f}; {:.2f}, {:.2f}, {:.2f}, {:.2f} and {:.2f}; Isomap {:.2f}",
               fitted[kPca], fitted[kLle], fitted[kTsne], fitted[kUmap], fitted[kAe], fitted[kVae], fitted[kIsomap]);
  lesson.claim("V1", "(control) a map may flatter: LDA, which saw the labels, keeps classes apart where it was fitted",
               fresh[kLda], fresh[kLda] < fitted[kLda] - 0.1,
               "fitted {:.2f}, new digits {:.2f}; UMAP, which did not, {:.2f} and {:.2f}", fitted[kLda], fresh[kLda],
               fitted[kUmap], fresh[kUmap]);
  const PointCloud plane = hypercube(1000, 2, 3, lesson.rng("plane"));
  const Tensor on_plane = sqrt(squared_distances(plane.chart));
  const auto kept = [&](const Tensor& y) { return distance_agreement(on_plane, y).pearson; };
  const double by_pca = kept(Pca({.n_components = 2}).fit_transform(plane.points));
  const double by_isomap = kept(Isomap({.n_neighbors = 10}).fit_transform(plane.points));
  const double by_tsne = kept(Tsne().fit_transform(plane.points));
  lesson.claim("V1", "(control) where nothing is curved the linear method is exact, and the others only add errors",
               by_pca, by_pca > 0.99999 && by_isomap < by_pca && by_tsne < by_pca,
               "a square in space: correlation PCA {:.5f}, Isomap {:.5f}, t-SNE {:.3f}", by_pca, by_isomap, by_tsne);
  return lesson.close();
}
