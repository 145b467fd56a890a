#include "autograd/graph_layout.h"

#include <algorithm>
#include <limits>

namespace gradfold {
namespace {

// Nodes, and one more place for every row that a long edge crosses.
struct Place {
  int row = 0;
  double width = 0, x = 0;
  std::vector<int> above = {}, below = {};
};

// Row of each node: after all its inputs; a source stands right above the first that uses it.
std::vector<int> rows_of(int nodes, const std::vector<std::pair<int, int>>& edges) {
  std::vector<int> row(static_cast<std::size_t>(nodes), 0), inputs(row), first_use(row);
  for (auto [from, to] : edges) ++inputs[static_cast<std::size_t>(to)];
  std::vector<std::pair<int, int>> by_target = edges;
  std::sort(by_target.begin(), by_target.end(), [](auto a, auto b) { return a.second < b.second; });
  for (auto [from, to] : by_target) {
    int& below = row[static_cast<std::size_t>(to)];
    below = std::max(below, row[static_cast<std::size_t>(from)] + 1);
  }
  std::fill(first_use.begin(), first_use.end(), std::numeric_limits<int>::max());
  for (auto [from, to] : edges) {
    int& use = first_use[static_cast<std::size_t>(from)];
    use = std::min(use, row[static_cast<std::size_t>(to)]);
  }
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (inputs[i] == 0 && first_use[i] != std::numeric_limits<int>::max()) row[i] = first_use[i] - 1;
  }
  return row;
}

class Layout {
 public:
  Layout(const std::vector<double>& width, const std::vector<std::pair<int, int>>& edges, double gap) : gap_(gap) {
    const std::vector<int> row = rows_of(static_cast<int>(width.size()), edges);
    for (std::size_t i = 0; i < width.size(); ++i) places_.push_back({.row = row[i], .width = width[i]});
    for (auto [from, to] : edges) paths_.push_back(connect(from, to));
    for (int i = 0; i < static_cast<int>(places_.size()); ++i) {
      const auto r = static_cast<std::size_t>(places_[static_cast<std::size_t>(i)].row);
      if (rows_.size() <= r) rows_.resize(r + 1);
      rows_[r].push_back(i);
    }
  }

  GraphLayout solve(std::size_t nodes, double row_height) {
    for (auto& row : rows_) pack(row);
    for (int sweep = 0; sweep < 12; ++sweep) {
      for (std::size_t k = 0; k < rows_.size(); ++k) sort_row(rows_[sweep % 2 ? rows_.size() - 1 - k : k], sweep % 2);
    }
    for (int round = 0; round < 40; ++round) {
      for (std::size_t k = 0; k < rows_.size(); ++k) settle(rows_[round % 2 ? rows_.size() - 1 - k : k]);
    }
    return read(nodes, row_height);
  }

 private:
  Place& at(int i) { return places_[static_cast<std::size_t>(i)]; }

  // The places an edge leads through, from its source to its target.
  std::vector<int> connect(int from, int to) {
    std::vector<int> path{from};
    for (int row = at(from).row + 1; row < at(to).row; ++row) {
      places_.push_back({.row = row, .width = 4});
      path.push_back(static_cast<int>(places_.size()) - 1);
    }
    path.push_back(to);
    for (std::size_t k = 1; k < path.size(); ++k) {
      at(path[k - 1]).below.push_back(path[k]);
      at(path[k]).above.push_back(path[k - 1]);
    }
    return path;
  }

  void pack(const std::vector<int>& row) {
    double x = 0;
    for (int i : row) {
      at(i).x = x + at(i).width / 2;
      x += at(i).width + gap_;
    }
    for (int i : row) at(i).x -= (x - gap_) / 2;
  }

  double mean_x(const std::vector<int>& of, double otherwise) {
    if (of.empty()) return otherwise;
    double total = 0, weights = 0;
    for (int i : of) {
      total += weight(i) * at(i).x;
      weights += weight(i);
    }
    return total / weights;
  }

  // A net's parameters arrange themselves around its trunk, not the trunk around them.
  double weight(int i) { return at(i).above.empty() ? 0.02 : 1; }

  // Fewer crossings: by the mean place of the neighbours on one side.
  void sort_row(std::vector<int>& row, bool upwards) {
    std::vector<std::pair<double, int>> keys;
    for (int i : row) keys.emplace_back(mean_x(upwards ? at(i).below : at(i).above, at(i).x), i);
    std::stable_sort(keys.begin(), keys.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (std::size_t k = 0; k < row.size(); ++k) row[k] = keys[k].second;
    pack(row);
  }

  // Towards the middle of all neighbours, in the order they have. Pushing right from the left end and left
  // from the right end both keep the distances, and so does their mean, moved as a whole to where it
  // misses the wishes least.
  void settle(const std::vector<int>& row) {
    std::vector<double> wish, right, left;
    for (int i : row) {
      std::vector<int> neighbours = at(i).above;
      neighbours.insert(neighbours.end(), at(i).below.begin(), at(i).below.end());
      wish.push_back(mean_x(neighbours, at(i).x));
    }
    right = left = wish;
    const auto distance = [&](std::size_t k) { return (at(row[k - 1]).width + at(row[k]).width) / 2 + gap_; };
    for (std::size_t k = 1; k < row.size(); ++k) right[k] = std::max(right[k], right[k - 1] + distance(k));
    for (std::size_t k = row.size(); k-- > 1;) left[k - 1] = std::min(left[k - 1], left[k] - distance(k));
    double miss = 0, weights = 0;
    for (std::size_t k = 0; k < row.size(); ++k) {
      at(row[k]).x = (right[k] + left[k]) / 2;
      miss += weight(row[k]) * (at(row[k]).x - wish[k]);
      weights += weight(row[k]);
    }
    for (int i : row) at(i).x -= miss / weights;
  }

  GraphLayout read(std::size_t nodes, double row_height) {
    double low = 0, high = 0;
    for (const Place& p : places_) {
      low = std::min(low, p.x - p.width / 2);
      high = std::max(high, p.x + p.width / 2);
    }
    const auto point = [&](int i) { return Point{at(i).x - low, (at(i).row + 0.5) * row_height}; };
    GraphLayout out{.width = high - low, .height = static_cast<double>(rows_.size()) * row_height};
    for (std::size_t i = 0; i < nodes; ++i) out.centre.push_back(point(static_cast<int>(i)));
    for (const auto& path : paths_) {
      out.route.emplace_back();
      for (int i : path) out.route.back().push_back(point(i));
    }
    return out;
  }

  std::vector<Place> places_;
  std::vector<std::vector<int>> paths_, rows_;
  double gap_;
};

}  // namespace

GraphLayout lay_out(const std::vector<double>& width, const std::vector<std::pair<int, int>>& edges,
                    double row_height, double gap) {
  return Layout(width, edges, gap).solve(width.size(), row_height);
}

}  // namespace gradfold
