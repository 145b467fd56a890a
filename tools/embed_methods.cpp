#include "tools/embed_methods.h"

#include <map>

#include "manifold/isomap.h"
#include "manifold/lda.h"
#include "manifold/lle.h"
#include "manifold/mds.h"
#include "manifold/pca.h"

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
           options->svd_solver = name == "exact" ? PcaOptions::Solver::kExact : PcaOptions::Solver::kRandomized;
         },
         "exact, or randomized for thousands of features [exact]")
      ->check(CLI::IsMember({"exact", "randomized"}));
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
      ->check(CLI::Range(0., 1.));
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
      ->check(CLI::NonNegativeNumber);
  return [options](EmbedJob& job) {
    Lle model(*options);
    job.stage("fit", [&] { model.fit(job.x); });
    job.results["eigenvalues"] = model.eigenvalues;
    return model.embedding;
  };
}

}  // namespace

const std::vector<EmbedMethod>& embed_methods() {
  static const std::vector<EmbedMethod> methods = {
      {.name = "pca", .help = "the flat subspace that keeps most of the variance", .setup = pca},
      {.name = "lda", .help = "the directions that tell labelled classes apart", .needs_labels = true, .setup = lda},
      {.name = "mds", .help = "the distances of all pairs, as well as a flat map can", .setup = mds},
      {.name = "isomap", .help = "the distances along the surface", .setup = isomap},
      {.name = "lle", .help = "each point as the same mixture of its neighbours", .setup = lle},
  };
  return methods;
}

}  // namespace gradfold
