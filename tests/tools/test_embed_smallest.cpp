// `gf embed` of next to no data: a map, or one sentence; 1 where the points are to blame, 2 where an option is.
#include <algorithm>

#include "tensor/npy.h"
#include "tensor/random.h"
#include "tests/doctest.h"
#include "tests/files.h"
#include "tests/manifold/map_fixture.h"
#include "tests/tools/process.h"

using namespace gradfold;
namespace fs = std::filesystem;

namespace {

struct SmallEmbed {
  std::string method, points;  // "9x3"
  Words more;
  int exit = 0;
  std::string says = {};
};

// Points of such sizes and labels for two classes, in files.
class SmallData {
 public:
  explicit SmallData(const std::vector<Shape>& sizes) {
    for (const Shape& size : sizes) {
      write_npy(folder_ / (name(size) + ".npy"), Rng(1).normal(size));
      Indices labels(Shape{size[0]});
      for (Index i = 0; i < size[0]; ++i) labels[i] = static_cast<std::int32_t>(i % 2);
      write_npy(folder_ / (name(size) + "_labels.npy"), labels);
    }
  }

  void check(const SmallEmbed& row) const {
    CAPTURE(row.method);
    CAPTURE(row.points);
    CAPTURE(row.says);
    fs::remove(out());
    Words words{"embed", row.method, "--data", path(row.points + ".npy"), "--out", out()};
    if (row.method == "lda") words.insert(words.end(), {"--labels", path(row.points + "_labels.npy")});
    words.insert(words.end(), row.more.begin(), row.more.end());
    const Finished done = gf(words);
    CAPTURE(done.err);
    CHECK(done.exit == row.exit);
    CHECK(fs::exists(out()) == (row.exit == 0));
    if (row.exit == 0 && fs::exists(out())) CHECK(all_finite(read_npy(out())));
    if (row.exit == 0) return;
    // "pca: 9 points of 3 numbers", if it got so far; then one sentence, and a hint perhaps.
    std::string said = done.err;
    if (said.starts_with(row.method + ": ")) said.erase(0, said.find('\n') + 1);
    CHECK(contains(said.substr(0, said.find('\n')), row.says));
    CHECK(std::count(said.begin(), said.end(), '\n') == 1 + contains(said, "\n  hint: "));
    CHECK(done.out.empty());
  }

 private:
  static std::string name(const Shape& size) { return fmt::format("{}x{}", size[0], size[1]); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string out() const { return path("y.npy"); }

  Scratch folder_;
};

}  // namespace

TEST_CASE("embed: one point and two are too few for most methods, whatever the options") {
  const SmallData data({{1, 3}, {2, 3}});
  for (const SmallEmbed& row : std::vector<SmallEmbed>{{"pca", "1x3", {}, 1, "Pca: x is [1, 3]; at least 2 points"},
                                         {"lda", "1x3", {}, 1, "Lda: x is [1, 3]; at least 2 points"},
                                         {"mds", "1x3", {}, 1, "ClassicalMds: x is [1, 3]; at least 2 points"},
                                         {"isomap", "1x3", {}, 1, "Isomap: x is [1, 3]; at least 3 points"},
                                         {"lle", "1x3", {}, 1, "Lle: x is [1, 3]; at least 4 points"},
                                         {"tsne", "1x3", {}, 1, "Tsne: x is [1, 3]; at least 3 points"},
                                         {"umap", "1x3", {}, 1, "Umap: x is [1, 3]; at least 3 points"},
                                         {"pca", "2x3", {}},
                                         {"pca", "2x3", {"--svd_solver", "randomized"}},
                                         {"lda", "2x3", {}, 1, "it takes more points than classes"},
                                         {"mds", "2x3", {"--n_components", "1"}},
                                         {"mds", "2x3", {}, 2, "n_components is 2 but there are 2 points"},
                                         {"isomap", "2x3", {}, 1, "at least 3 points"},
                                         {"lle", "2x3", {}, 1, "at least 4 points"},
                                         {"tsne", "2x3", {}, 1, "at least 3 points"},
                                         {"umap", "2x3", {}, 1, "at least 3 points"}})
    data.check(row);
}

TEST_CASE("embed: an option that the points do not allow is misuse, found before the work") {
  const SmallData data({{9, 3}, {9, 30}, {30, 1}});
  for (const SmallEmbed& row : std::vector<SmallEmbed>{
           {"isomap", "9x3", {"--n_neighbors", "9"}, 2, "n_neighbors is 9 but there are 9 points"},
           {"lle", "9x3", {"--n_neighbors", "9"}, 2, "n_neighbors is 9 but there are 9 points"},
           {"tsne", "9x3", {}, 2, "perplexity is 30 but must be from 1 to below 8"},
           {"umap", "9x3", {}, 2, "n_neighbors is 15 but must be from 2 to 9"},
           {"pca", "9x3", {"--n_components", "4"}, 2, "it must be from 1 to 3, min(N, D)"},
           {"pca", "9x3", {"--n_components", "4", "--svd_solver", "randomized"}, 2, "it must be from 1 to 3"},
           {"pca", "9x30", {"--n_components", "10"}, 2, "it must be from 1 to 9, min(N, D)"},
           {"lda", "9x3", {"--n_components", "2"}, 2, "2 classes of 3 features have 1 discriminants"},
           {"mds", "9x3", {"--n_components", "9"}, 2, "it must be from 1 to 8"},
           {"isomap", "9x3", {"--n_components", "9"}, 2, "it must be from 1 to 8"},
           {"lle", "9x3", {"--n_components", "7"}, 2, "it must be from 1 to 6"},
           {"tsne", "9x3", {"--perplexity", "3", "--n_components", "4"}, 2, "maps have 1, 2 or 3"},
           {"umap", "9x3", {"--n_neighbors", "3", "--n_components", "4"}, 2, "maps have 1, 2 or 3"},
           {"pca", "9x30", {"--pca", "10"}, 2, "--pca is 10 but"},
           {"pca", "30x1", {}, 2, "n_components is 2 but x is [30, 1]"}})
    data.check(row);
}

TEST_CASE("embed: one column, as many neighbours as there are, and --pca of all columns work") {
  const SmallData data({{9, 3}, {30, 1}});
  for (const SmallEmbed& row : std::vector<SmallEmbed>{{"pca", "30x1", {"--n_components", "1"}},
                                         {"lda", "30x1", {}},
                                         {"mds", "30x1", {}},
                                         {"isomap", "30x1", {}},
                                         {"lle", "30x1", {}},
                                         {"tsne", "30x1", {"--perplexity", "5", "--max_iter", "50"}},
                                         {"umap", "30x1", {"--n_epochs", "20"}},
                                         {"isomap", "9x3", {"--n_neighbors", "8"}},
                                         {"lle", "9x3", {"--n_neighbors", "8"}},
                                         {"umap", "9x3", {"--n_neighbors", "9", "--n_epochs", "20"}},
                                         {"pca", "9x3", {"--pca", "30"}}})
    data.check(row);
}

TEST_CASE("embed: --quality of two points is refused before a map is written") {
  const SmallData data({{2, 3}, {3, 3}});
  data.check({"pca", "2x3", {"--quality"}, 2, "--quality ranks neighbours, of 3 points at least; "});
  data.check({"pca", "3x3", {"--quality"}});
}
