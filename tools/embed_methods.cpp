#include "tools/embed_methods.h"

#include <algorithm>
#include <map>
#include <memory>

#include "manifold/isomap.h"
#include "manifold/lda.h"
#include "manifold/lle.h"
#include "manifold/mds.h"
#include "manifold/nn_descent.h"
#include "manifold/pca.h"
#include "manifold/tsne.h"
#include "manifold/umap.h"

namespace gradfold {
namespace {

// --n_components, --n_neighbors, ...
template <class T>
CLI::Option* number(CLI::App& app, const std::string& name, T& value, const std::string& help) {
  return app.add_option("--" + name, value, help)->capture_default_str();
}

std::function<Tensor(EmbedJob&)> pca(CLI::App& app) {
  auto options = std::make_shared<PcaOptions>(PcaOptions{.n_components = 2});
  number(app, "n_components", options->n_components, "coordinates of the map")->check(positive());
  app.add_flag("--whiten", options->whiten, "every coordinate with variance 1");
  app.add_option_function<std::string>(
         "--svd_solver",
         [options](const std::string& name) {
           options->svd_solver = name == "randomized" ? PcaOptions::Solver::kRandomized : PcaOptions::Solver::kExact;
         },
         "exact (or full), or randomized for thousands of features [exact]")
      ->check(CLI::IsMember({"exact", "full", "randomized"}));
  return [options](EmbedJob& job) {
    options->random_state = job.seed;
    Pca model(*options);
    job.stage("fit", [&] { model.fit(job.x); });
    job.results["explained_variance_ratio"] = model.explained_variance_ratio.to_vector();
    return job.stage("transform", [&] { return model.transform(job.x); });
  };
}

std::function<Tensor(EmbedJob&)> lda(CLI::App& app) {
  auto options = std::make_shared<LdaOptions>();
  number(app, "n_components", options->n_components, "coordinates of the map; 0: one less than there are classes")
      ->check(whole());
  number(app, "shrinkage", options->shrinkage, "of the covariance within the classes, towards that of a ball")
      ->check(share());
  return [options](EmbedJob& job) {
    Lda model(*options);
    job.stage("fit", [&] { model.fit(job.x, job.labels); });
    job.results["explained_variance_ratio"] = model.explained_variance_ratio.to_vector();
    return job.stage("transform", [&] { return model.transform(job.x); });
  };
}

std::function<Tensor(EmbedJob&)> mds(CLI::App& app) {
  auto options = std::make_shared<MdsOptions>();
  number(app, "n_components", options->n_components, "coordinates of the map")->check(positive());
  return [options](EmbedJob& job) {
    ClassicalMds model(*options);
    const Tensor y = job.stage("fit", [&] { return model.fit_transform(job.x); });
    job.results["eigenvalues"] = model.eigenvalues;
    return y;
  };
}

std::function<Tensor(EmbedJob&)> isomap(CLI::App& app) {
  auto options = std::make_shared<IsomapOptions>();
  number(app, "n_neighbors", options->n_neighbors, "edges from each point")->check(positive());
  number(app, "n_components", options->n_components, "coordinates of the map")->check(positive());
  app.add_flag_callback("--no_join_components", [options] { options->join_components = false; },
                        "a graph in several parts is an error, instead of joined by the parts' closest points");
  return [options](EmbedJob& job) {
    Isomap model(*options);
    job.stage("fit", [&] { model.fit(job.x); });
    job.results["components"] = model.parts.count();
    if (model.parts.count() > 1)
      fmt::print(stderr, "isomap: the neighbours' graph is in {} parts, which were joined by their closest points; "
                         "more --n_neighbors may connect them\n", model.parts.count());
    job.results["eigenvalues"] = model.eigenvalues;
    job.results["residual_variance"] = job.stage("residual_variance", [&] { return model.residual_variance(); });
    return model.embedding;
  };
}

std::function<Tensor(EmbedJob&)> lle(CLI::App& app) {
  auto options = std::make_shared<LleOptions>();
  number(app, "n_neighbors", options->n_neighbors, "points that each is mixed from")->check(positive());
  number(app, "n_components", options->n_components, "coordinates of the map")->check(positive());
  number(app, "reg", options->reg, "added to the weights' equations, as a share of their trace")
      ->check(not_negative());
  return [options](EmbedJob& job) {
    Lle model(*options);
    job.stage("fit", [&] { model.fit(job.x); });
    job.results["eigenvalues"] = model.eigenvalues;
    return model.embedding;
  };
}

// --init, --method, ...: a choice by name.
template <class T>
void choice(CLI::App& app, const std::string& name, T& value, const std::map<std::string, T>& known,
            const std::string& help) {
  std::vector<std::string> names;
  for (const auto& [word, means] : known) names.push_back(word);
  app.add_option_function<std::string>(
         "--" + name, [&value, known](const std::string& word) { value = known.at(word); }, help)
      ->check(CLI::IsMember(names));
}

// --neighbors: how a method's nearest neighbours are found.
enum class NeighborSearch { kExact, kNnDescent };

std::shared_ptr<NeighborSearch> neighbor_search(CLI::App& app) {
  auto search = std::make_shared<NeighborSearch>(NeighborSearch::kExact);
  choice<NeighborSearch>(app, "neighbors", *search,
                         {{"exact", NeighborSearch::kExact}, {"nn_descent", NeighborSearch::kNnDescent}},
                         "how neighbours are found: exact, or nn_descent, which misses a few, says how many and is "
                         "quicker for very many points [exact]");
  return search;
}

// The approximate search says which share of the true neighbours it found.
Neighbors find_neighbors(EmbedJob& job, Index k, NeighborSearch search) {
  constexpr Index kSample = 1000;
  job.results["neighbors"] = search == NeighborSearch::kExact ? "exact" : "nn_descent";
  if (search == NeighborSearch::kExact) {
    Progress bar({.title = "neighbours", .total = job.x.size(0), .unit = "points"});
    return job.stage("neighbors", [&] { return nearest_neighbors(job.x, k, rows_on(bar)); });
  }
  Neighbors near = job.stage("neighbors", [&] { return nn_descent(job.x, k, {.random_state = job.seed}); });
  const double recall = job.stage("recall", [&] { return neighbor_recall(job.x, near, kSample, job.seed); });
  job.results["neighbor_recall"] = recall;
  fmt::print(stderr, "nn_descent: {:.4f} of the {} nearest neighbours of {} points\n", recall, k,
             std::min(kSample, job.x.size(0)));
  return near;
}

std::function<Tensor(EmbedJob&)> tsne(CLI::App& app) {
  auto options = std::make_shared<TsneOptions>();
  number(app, "n_components", options->n_components, "coordinates of the map, 1 to 3")->check(positive());
  number(app, "perplexity", options->perplexity, "how many neighbours a point looks at")->check(positive());
  number(app, "early_exaggeration", options->early_exaggeration, "what attraction is multiplied by at first")
      ->check(positive());
  number(app, "learning_rate", options->learning_rate,
         "without the factor 4 of scikit-learn's gradient; auto, or 0: by the number of points")
      ->transform(CLI::Transformer(std::map<std::string, std::string>{{"auto", "0"}}))
      ->check(not_negative());
  number(app, "max_iter,--n_iter", options->max_iter, "iterations")->check(positive());
  number(app, "angle", options->angle, "of Barnes-Hut: 0 is exact, above 0.8 coarse")->check(share());
  using Method = TsneOptions::Method;
  choice<Method>(app, "method", options->method,
                 {{"auto", Method::kAuto}, {"exact", Method::kExact}, {"barnes_hut", Method::kBarnesHut},
                  {"fft", Method::kFft}},
                 "of the repulsion: exact, barnes_hut, fft, or auto, whichever is quicker [auto]");
  choice<TsneOptions::Init>(app, "init", options->init,
                            {{"pca", TsneOptions::Init::kPca}, {"random", TsneOptions::Init::kRandom}},
                            "where the map starts: pca or random [pca]");
  const auto search = neighbor_search(app);
  return [options, search, &app](EmbedJob& job) {
    if (app.count("--angle") > 0 && (options->method == Method::kExact || options->method == Method::kFft))
      throw UsageError("embed", "--angle is of Barnes-Hut's tree, which the methods exact and fft do not grow");
    options->random_state = job.seed;
    const Tsne before(*options);
    before.check(job.x);
    const Neighbors near = find_neighbors(job, before.neighbors_needed(job.x.size(0)), *search);
    Progress bar({.title = "t-SNE", .total = options->max_iter, .unit = "iterations"});
    Index done = 0;
    options->progress = [&](Index iteration, double kl) {
      bar.step(iteration - done, fmt::format("KL {:.4f}", kl));
      done = iteration;
    };
    Tsne model(*options);
    const Tensor y = job.stage("layout", [&] { return model.fit_transform(job.x, near); });
    job.results["kl_divergence"] = model.kl_divergence;
    job.results["n_iter"] = model.n_iter;
    return y;
  };
}

std::function<Tensor(EmbedJob&)> umap(CLI::App& app) {
  auto options = std::make_shared<UmapOptions>();
  auto supervised = std::make_shared<bool>(false);
  number(app, "n_neighbors", options->n_neighbors, "of a point, itself among them")->check(positive());
  number(app, "n_components", options->n_components, "coordinates of the map, 1 to 3")->check(positive());
  number(app, "min_dist", options->min_dist, "how close points may be drawn")->check(not_negative());
  number(app, "spread", options->spread, "how wide clusters are drawn, 0.001 to 1000")->check(positive());
  number(app, "n_epochs", options->n_epochs, "passes over the edges; 0: 500 up to 10,000 points, else 200")
      ->check(whole());
  number(app, "learning_rate", options->learning_rate, "of the first pass; it falls to 0")->check(positive());
  number(app, "negative_sample_rate", options->negative_sample_rate, "points pushed away for each one drawn near")
      ->check(positive());
  number(app, "repulsion_strength", options->repulsion_strength, "how hard they are pushed")->check(not_negative());
  number(app, "set_op_mix_ratio", options->set_op_mix_ratio,
         "1: an edge that either end has counts; 0: only one that both have")
      ->check(share());
  number(app, "local_connectivity", options->local_connectivity, "neighbours that are surely connected")
      ->check(positive());
  choice<UmapOptions::Init>(app, "init", options->init,
                            {{"spectral", UmapOptions::Init::kSpectral}, {"random", UmapOptions::Init::kRandom}},
                            "where the map starts: spectral or random [spectral]");
  app.add_flag("--supervised", *supervised, "let the labels draw classes apart");
  number(app, "target_weight", options->target_weight,
         "of the labels: 0 ignores them, 1 cuts every edge between unlike points")
      ->check(share());
  const auto search = neighbor_search(app);
  return [options, supervised, search, &app](EmbedJob& job) {
    if (*supervised && job.labels.numel() == 0)
      throw UsageError("embed", "--supervised needs labels, and the data have none", "--labels l.npy");
    if (!*supervised && app.count("--target_weight") > 0)
      throw UsageError("embed", "--target_weight is of the labels, which count with --supervised only");
    options->random_state = job.seed;
    Umap(*options).check(job.x);
    const Neighbors near = find_neighbors(job, options->n_neighbors - 1, *search);
    Progress bar({.title = "UMAP", .total = 0, .unit = "epochs"});
    Index done = 0;
    options->progress = [&](Index epoch, Index) {
      bar.step(epoch - done);
      done = epoch;
    };
    Umap model(*options);
    job.stage("layout", [&] { model.fit(job.x, near, *supervised ? job.labels : Indices()); });
    const UmapLoss loss = job.stage("loss", [&] { return model.loss(); });
    job.results["loss"] = loss.sampled;
    job.results["cross_entropy"] = loss.cross_entropy;
    job.results["a"] = model.curve.a;
    job.results["b"] = model.curve.b;
    return model.embedding;
  };
}

}  // namespace

RowProgress rows_on(Progress& bar) {
  return [&bar, before = Index{0}](Index done, Index) mutable {
    bar.step(done - before);
    before = done;
  };
}

const std::vector<EmbedMethod>& embed_methods() {
  static const std::vector<EmbedMethod> methods = {
      {.name = "pca", .help = "the flat subspace that keeps most of the variance", .setup = pca},
      {.name = "lda", .help = "the directions that tell labelled classes apart", .needs_labels = true, .setup = lda},
      {.name = "mds", .help = "the distances of all pairs, as well as a flat map can", .setup = mds},
      {.name = "isomap", .help = "the distances along the surface", .setup = isomap},
      {.name = "lle", .help = "each point as the same mixture of its neighbours", .setup = lle},
      {.name = "tsne", .help = "who is near whom, clusters apart", .setup = tsne},
      {.name = "umap", .help = "the graph of neighbours, quickly", .setup = umap},
  };
  return methods;
}

}  // namespace gradfold
