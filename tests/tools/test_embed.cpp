// build/gf embed as a child process: every method, what it writes and prints, and what it refuses.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <set>
#include <tuple>

#include <nlohmann/json.hpp>

#include "data/manifolds.h"
#include "manifold/lda.h"
#include "manifold/lle.h"
#include "manifold/pca.h"
#include "manifold/tsne.h"
#include "manifold/umap.h"
#include "tensor/elementwise.h"
#include "tensor/npy.h"
#include "tensor/random.h"
#include "tests/doctest.h"
#include "tests/files.h"
#include "tests/tools/process.h"
#include "viz/gnuplot.h"
#include "viz/png.h"

using namespace gradfold;
namespace fs = std::filesystem;

namespace {

// A roll of 600 points, with the inner or outer half of its length as labels, in files.
struct Roll {
  Roll() {
    const PointCloud roll = swiss_roll(600, Rng(1));
    labels = Indices(Shape{600});
    for (Index i = 0; i < 600; ++i) labels[i] = roll.chart.at({i, 0}) > 55;
    points = roll.points;
    write_npy(folder / "x.npy", points);
    write_npy(folder / "l.npy", labels);
  }
  Words words(const std::string& method, Words more = {}) const {
    Words all{"embed", method, "--data", (folder / "x.npy").string(), "--out", (folder / "y.npy").string()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  std::string path(const std::string& name) const { return (folder / name).string(); }

  Scratch folder;
  Tensor points;
  Indices labels;
};

}  // namespace

TEST_CASE("embed: every method maps a .npy to a .npy, with time by stage and measures on request") {
  const Roll roll;
  for (const std::string method : {"pca", "lda", "mds", "isomap", "lle", "tsne", "umap"}) {
    CAPTURE(method);
    Words more{"--labels", roll.path("l.npy"), "--quality", "--json", "--n_components", method == "lda" ? "1" : "2"};
    if (method == "isomap" || method == "lle") more.insert(more.end(), {"--n_neighbors", "8"});
    const Finished done = gf(roll.words(method, more));
    REQUIRE_MESSAGE(done.exit == 0, done.err);
    const auto result = nlohmann::json::parse(done.out);  // one object, and nothing else on stdout
    CHECK(result["method"] == method);
    CHECK(result["n"] == 600);
    CHECK(result["seconds"] > 0);
    CHECK(result["stages"].contains("quality"));
    CHECK(result["stages"].size() >= 2);
    // Classes are halves of the roll: even a line through it tells most of them apart.
    CHECK(result["knn_accuracy"] > 0.7);
    CHECK(result["trustworthiness"] > 0.6);
    CHECK(result["continuity"] > (method == "lda" ? 0.7 : 0.9));
    if (method == "tsne") CHECK(result["kl_divergence"].get<double>() > 0);
    if (method == "isomap") CHECK(result["residual_variance"].get<double>() < 0.01);
    if (method == "umap") CHECK(result["loss"].get<double>() > 0);
    if (method == "umap") CHECK(result["cross_entropy"].get<double>() > 0);
    if (method == "umap") CHECK(result["a"].get<double>() == approx(1.5769, 0.01));
    CHECK(read_npy(roll.folder / "y.npy").shape() == Shape{600, method == "lda" ? 1 : 2});
  }
}

TEST_CASE("embed: the map is the library's; a seed gives the same bytes on one thread and on three") {
  const Roll roll;
  REQUIRE(gf(roll.words("pca")).exit == 0);
  CHECK(identical(read_npy(roll.folder / "y.npy"), Pca({.n_components = 2}).fit_transform(roll.points)));
  for (const std::string method : {"lda", "mds", "isomap", "lle"}) {
    CAPTURE(method);
    Words more{"--labels", roll.path("l.npy"), "--n_components", "1", "--threads", "1"};
    REQUIRE(gf(roll.words(method, more)).exit == 0);
    const std::string one = contents(roll.folder / "y.npy");
    more.back() = "3";
    REQUIRE(gf(roll.words(method, more)).exit == 0);
    CHECK(contents(roll.folder / "y.npy") == one);
  }
  for (const std::string method : {"tsne", "umap"}) {
    CAPTURE(method);
    // PCA is a method, too: here it is a value of --init.
    if (method == "tsne") {
      CHECK(gf(roll.words(method, {"--init", "pca", "--n_iter", "20", "--learning_rate", "auto"})).exit == 0);
    }
    const std::string init = "random";
    REQUIRE(gf(roll.words(method, {"--init", init, "--seed", "3", "--threads", "1"})).exit == 0);
    const std::string one = contents(roll.folder / "y.npy");
    REQUIRE(gf(roll.words(method, {"--init", init, "--seed", "3", "--threads", "3"})).exit == 0);
    CHECK(contents(roll.folder / "y.npy") == one);
    REQUIRE(gf(roll.words(method, {"--init", init, "--seed", "4"})).exit == 0);
    CHECK(contents(roll.folder / "y.npy") != one);
  }
}

TEST_CASE("embed: the randomised PCA is the library's; a seed gives the same bytes on one thread and on two") {
  const Scratch folder;
  const Tensor x = Rng(5).normal({3000, 300});
  write_npy(folder / "x.npy", x);
  const auto embed = [&](const std::string& seed, const std::string& threads) {
    const std::string from = (folder / "x.npy").string(), to = (folder / "y.npy").string();
    const Finished done = gf({"embed", "pca", "--data", from, "--out", to, "--svd_solver", "randomized", "--seed", seed,
                              "--threads", threads});
    REQUIRE_MESSAGE(done.exit == 0, done.err);
    return contents(folder / "y.npy");
  };
  const std::string one = embed("3", "1");
  CHECK(embed("3", "2") == one);
  Pca library({.n_components = 2, .svd_solver = PcaOptions::Solver::kRandomized, .random_state = 3});
  CHECK(identical(read_npy(folder / "y.npy"), library.fit_transform(x)));
  CHECK(embed("4", "2") != one);
}

TEST_CASE("embed: every option of a method reaches it: the map is the library's with that option, and another one") {
  const Roll roll;
  const Tensor x = Rng(2).normal({60, 4}) * Tensor::from({3, 2, 1, 1});
  Indices labels(Shape{60});
  for (Index i = 0; i < 60; ++i) labels[i] = static_cast<std::int32_t>(i % 3);
  write_npy(roll.folder / "x.npy", x);
  write_npy(roll.folder / "l.npy", labels);
  const auto embed = [&](const std::string& method, Words more) {
    more.insert(more.end(), {"--seed", "3"});
    if (method == "lda") more.insert(more.end(), {"--labels", roll.path("l.npy")});
    if (method == "tsne") more.insert(more.end(), {"--perplexity", "5", "--max_iter", "10"});
    if (method == "umap") more.insert(more.end(), {"--n_epochs", "10"});
    const Finished done = gf(roll.words(method, more));
    REQUIRE_MESSAGE(done.exit == 0, done.err);
    return read_npy(roll.folder / "y.npy");
  };
  const auto umap = [&](UmapOptions options) {
    options.n_epochs = 10, options.random_state = 3;
    return Umap(options).fit_transform(x);
  };
  struct Row {
    std::string method;
    Words option;
    Tensor map;
  };
  const std::vector<Row> rows{
      {"pca", {"--whiten"}, Pca({.n_components = 2, .whiten = true}).fit_transform(x)},
      {"lda", {"--shrinkage", "0.5"}, Lda({.shrinkage = 0.5}).fit_transform(x, labels)},
      {"lle", {"--reg", "0.1"}, Lle({.reg = 0.1}).fit_transform(x)},
      {"tsne", {"--early_exaggeration", "4"},
       Tsne({.perplexity = 5, .early_exaggeration = 4, .max_iter = 10, .random_state = 3}).fit_transform(x)},
      {"umap", {"--min_dist", "0.5"}, umap({.min_dist = 0.5})},
      {"umap", {"--spread", "2"}, umap({.spread = 2})},
      {"umap", {"--negative_sample_rate", "2"}, umap({.negative_sample_rate = 2})},
      {"umap", {"--repulsion_strength", "3"}, umap({.repulsion_strength = 3})},
      {"umap", {"--set_op_mix_ratio", "0.5"}, umap({.set_op_mix_ratio = 0.5})},
      {"umap", {"--local_connectivity", "3"}, umap({.local_connectivity = 3})},
      {"umap", {"--learning_rate", "0.5"}, umap({.learning_rate = 0.5})}};
  for (const Row& row : rows) {
    CAPTURE(row.option);
    CHECK(identical(embed(row.method, row.option), row.map));
    CHECK_FALSE(identical(embed(row.method, {}), row.map));
  }
  // Two parts: joined, unless that is not wanted.
  Tensor parts = x.clone();
  for (Index i = 0; i < 30; ++i) parts.set({i, 0}, parts.at({i, 0}) + 100);
  write_npy(roll.folder / "x.npy", parts);
  CHECK(gf(roll.words("isomap")).exit == 0);
  const Finished apart = gf(roll.words("isomap", {"--no_join_components"}));
  CHECK(apart.exit == 1);
  CHECK(contains(apart.err, "2 parts"));
}

TEST_CASE("embed: neighbours by NN-descent, with the share of the true ones, and a map as good") {
  const Roll roll;
  for (const std::string method : {"tsne", "umap"}) {
    CAPTURE(method);
    const auto embed = [&](Words more) {
      more.insert(more.end(), {"--quality", "--json"});
      const Finished done = gf(roll.words(method, more));
      REQUIRE_MESSAGE(done.exit == 0, done.err);
      return std::pair(nlohmann::json::parse(done.out), done.err);
    };
    const auto [exact, quiet] = embed({});
    CHECK(exact["neighbors"] == "exact");
    CHECK_FALSE(exact.contains("neighbor_recall"));
    CHECK_FALSE(contains(quiet, "nn_descent"));
    const auto [found, said] = embed({"--neighbors", "nn_descent"});
    CHECK(found["neighbors"] == "nn_descent");
    CHECK(found["neighbor_recall"] > 0.95);
    CHECK(found["neighbor_recall"] <= 1);
    CHECK(found["stages"].contains("neighbors"));
    CHECK(found["stages"].contains("recall"));
    CHECK(contains(said, "nearest neighbours of 600 points"));
    CHECK(found["trustworthiness"].get<double>() > exact["trustworthiness"].get<double>() - 0.02);
  }
  REQUIRE(gf(roll.words("umap", {"--neighbors", "nn_descent", "--threads", "1"})).exit == 0);
  const std::string one = contents(roll.folder / "y.npy");
  REQUIRE(gf(roll.words("umap", {"--neighbors", "nn_descent", "--threads", "3"})).exit == 0);
  CHECK(contents(roll.folder / "y.npy") == one);
  CHECK(contains(gf({"help", "embed", "umap"}).out, "--neighbors"));
}

TEST_CASE("embed: images by name, PCA first, a picture in the labels' colours") {
  const Roll roll;
  const Finished done = gf({"embed", "isomap", "--data", "strokes", "--limit", "120", "--pca", "20", "--n_neighbors",
                            "8", "--out", roll.path("y.npy"), "--plot", roll.path("y.png"), "--json"});
  REQUIRE_MESSAGE(done.exit == 0, done.err);
  const auto result = nlohmann::json::parse(done.out);
  CHECK(result["stages"].contains("pca"));
  CHECK(contains(done.err, "120 points of 784 numbers"));
  CHECK(contains(done.err, "120 points of 20 numbers"));
  CHECK(fs::exists(roll.folder / "y.csv"));  // the numbers, with gnuplot or without
  if (run_gnuplot("print 1\n").error == "gnuplot was not found") return skip("gnuplot is not installed");
  const Image picture = read_png(roll.folder / "y.png");
  std::set<std::tuple<int, int, int>> colors;
  for (const Color c : picture.pixels()) colors.insert({c.r, c.g, c.b});
  CHECK(picture.width() == 900);
  CHECK(colors.size() > 10);

  // The same map of two classes, without labels and with: each class has a colour of its own then.
  const auto hues = [&](const std::string& name, Words more) {
    more.insert(more.end(), {"--plot", roll.path(name)});
    REQUIRE(gf(roll.words("pca", more)).exit == 0);
    std::array<int, 12> count = {};
    const Image drawn = read_png(roll.folder / name);
    for (const Color c : drawn.pixels()) {
      if (std::max({c.r, c.g, c.b}) - std::min({c.r, c.g, c.b}) < 80) continue;  // paper, ink or grey
      const double turn = std::atan2(std::sqrt(3.0) * (c.g - c.b), 2.0 * c.r - c.g - c.b) / (2 * std::numbers::pi);
      ++count[static_cast<std::size_t>(std::lround(12 * (turn + 1))) % 12];
    }
    return std::count_if(count.begin(), count.end(), [](int pixels) { return pixels > 300; });
  };
  const auto plain = hues("plain.png", {}), labelled = hues("labelled.png", {"--labels", roll.path("l.npy")});
  CHECK(plain == 1);
  CHECK(labelled == 2);
}

TEST_CASE("embed: what it refuses, in one sentence, before anything is written") {
  const Roll roll;
  Tensor hole = roll.points.clone();
  hole.set({7, 2}, std::numeric_limits<Real>::quiet_NaN());
  write_npy(roll.folder / "nan.npy", hole);
  hole = roll.points.clone();
  hole.set({8, 0}, std::numeric_limits<Real>::infinity());
  write_npy(roll.folder / "inf.npy", hole);
  write_npy(roll.folder / "two.npy", roll.points.slice(0, 0, 2).contiguous());
  write_npy(roll.folder / "short.npy", roll.labels.slice(0, 599));
  Indices pairs = roll.labels;
  pairs.shape = {pairs.numel() / 2, 2};
  write_npy(roll.folder / "pairs.npy", pairs);
  const auto with = [&](const std::string& file, const std::string& method, Words more = {}) {
    Words words = roll.words(method, more);
    words[3] = roll.path(file);
    return words;
  };
  struct Row {
    Words words;
    int exit;
    std::string says;
  };
  for (const Row& row : std::vector<Row>{
           {roll.words("tsme"), 2, "there is no method 'tsme'; did you mean"},
           {roll.words("lda"), 2, "has no labels"},
           {roll.words("umap", {"--supervised"}), 2, "--supervised needs labels"},
           {roll.words("pca", {"--labels", roll.path("short.npy")}), 2, "599 labels but"},
           {roll.words("pca", {"--labels", roll.path("pairs.npy")}), 1, "labels are one whole number for each point"},
           {roll.words("tsne", {"--init", "spectral"}), 2, "--init: spectral not in {pca,random}"},
           {roll.words("umap", {"--neighbors", "some"}), 2, "--neighbors"},
           {roll.words("pca", {"--neighbors", "exact"}), 2, "--neighbors"},
           {roll.words("umap", {"--neighbors", "nn_descent", "--n_neighbors", "601"}), 2, "n_neighbors is 601"},
           {with("nan.npy", "umap", {"--neighbors", "nn_descent"}), 1, "row 7, column 2"},
           {with("two.npy", "umap", {"--neighbors", "nn_descent"}), 1, "at least 3 points"},
           {roll.words("tsne", {"--perplexity", "700"}), 2, "perplexity is 700"},
           {roll.words("isomap", {"--n_neighbors", "600"}), 2, "n_neighbors is 600 but there are 600 points"},
           {roll.words("umap", {"--n_neighbors", "601"}), 2, "n_neighbors is 601"},
           {with("nan.npy", "pca"), 1, "row 7, column 2"},
           {with("nan.npy", "pca", {"--svd_solver", "randomized"}), 1, "Pca: x has nan in row 7, column 2"},
           {with("inf.npy", "pca", {"--svd_solver", "randomized"}), 1, "Pca: x has inf in row 8, column 0"},
           {with("inf.npy", "umap"), 1, "Umap: x has inf in row 8, column 0"},
           {with("nan.npy", "tsne"), 1, "row 7, column 2"},
           {with("nan.npy", "umap"), 1, "row 7, column 2"},
           {with("nan.npy", "isomap"), 1, "row 7, column 2"},
           {with("nan.npy", "lle"), 1, "row 7, column 2"},
           {with("nan.npy", "mds"), 1, "row 7, column 2"},
           {with("nan.npy", "lda", {"--labels", roll.path("l.npy")}), 1, "row 7, column 2"},
           {with("two.npy", "mds", {"--n_components", "3"}), 2, "n_components is 3"},
           {with("two.npy", "umap"), 1, "at least 3 points"},
           {with("two.npy", "isomap"), 1, "at least 3 points"},
           {roll.words("pca", {"--split", "valid"}), 2, "--split is for images that have splits"},
           {roll.words("tsne", {"--method", "exact", "--angle", "0.3"}), 2, "--angle is of Barnes-Hut's tree"},
           {roll.words("umap", {"--target_weight", "0.3"}), 2, "--target_weight is of the labels"},
           {roll.words("tsne", {"--perplexity", "inf"}), 2, "--perplexity: 'inf' is more than 1e9"},
           {roll.words("pca", {"--out", roll.path("l.npy"), "--labels", roll.path("l.npy")}), 2,
            "l.npy, which is read; name another file"},
           {with("missing.npy", "pca"), 1, "missing.npy"}}) {
    const Finished done = gf(row.words);
    CAPTURE(row.says);
    CAPTURE(done.err);
    CHECK(done.exit == row.exit);
    CHECK(contains(done.err, row.says));
    CHECK(done.out.empty());
    CHECK_FALSE(fs::exists(roll.folder / "y.npy"));
  }
}
