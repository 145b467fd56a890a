// The graph as text: every op and leaf once, every edge once, modules as clusters and colours.
#include <algorithm>

#include "autograd/graph_drawing.h"
#include "autograd/graph_layout.h"
#include "autograd/mode.h"
#include "autograd/ops.h"
#include "tests/doctest.h"

using namespace gradfold;

namespace {

Index count(const std::string& text, const std::string& part) {
  Index n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++n;
  return n;
}

// Every element is closed, in order: what a browser asks of an SVG.
bool well_formed(const std::string& xml) {
  std::vector<std::string> open;
  for (std::size_t at = xml.find('<'); at != std::string::npos; at = xml.find('<', at + 1)) {
    const std::size_t end = xml.find('>', at);
    if (end == std::string::npos || xml.find('<', at + 1) < end) return false;
    const std::string tag = xml.substr(at + 1, end - at - 1);
    if (count(tag, "\"") % 2) return false;
    if (tag.back() == '/') continue;
    if (tag.front() != '/') {
      open.push_back(tag.substr(0, tag.find(' ')));
    } else if (open.empty() || open.back() != tag.substr(1)) {
      return false;
    } else {
      open.pop_back();
    }
  }
  return open.empty();
}

// A residual block whose module name needs escaping: 3 leaves, 5 ops, 9 edges.
Var residual() {
  const Var x(Tensor::ones({2, 3}), true), w(Tensor::ones({3, 3}), true), b(Tensor::ones({3}), true);
  ScopeGuard model("model");
  Var h;
  {
    ScopeGuard hidden("hid<den> & \"co\"");
    h = relu(linear(x, w, b));
  }
  return sum(tanh(h) + x);
}

}  // namespace

TEST_CASE("DOT holds each node, edge and module once") {
  const std::string dot = graph_dot(residual());
  CHECK(count(dot, "[label=") == 8);
  CHECK(count(dot, "shape=ellipse") == 3);
  CHECK(count(dot, " -> ") == 8);
  CHECK(count(dot, "subgraph cluster_") == 2);
  CHECK(count(dot, "label=\"linear\\n[2, 3]\"") == 1);
  CHECK(count(dot, "label=\"model.hid<den> & \\\"co\\\"\"") == 1);
  CHECK(count(dot, "{") == count(dot, "}"));
}

TEST_CASE("SVG is well-formed, escaped, and holds each node, edge and module once") {
  const std::string svg = graph_svg(residual());
  CHECK(well_formed(svg));
  CHECK(count(svg, "<path d=\"M") == 8 + 1);  // the edges and the arrow head
  CHECK(count(svg, "<rect") == 8 + 2 + 1);    // the nodes, the legend and the background
  CHECK(count(svg, "model.hid&lt;den&gt; &amp; &quot;co&quot;") == 1);
  CHECK(count(svg, ">linear</text>") == 1);
  CHECK(count(svg, "nan") == 0);
}

TEST_CASE("rows go downwards and no boxes of a row overlap") {
  // 0 -> 1 -> 2 -> 5, 0 -> 5 the long way round, 3 and 4 sources of 5.
  const std::vector<std::pair<int, int>> edges = {{0, 1}, {1, 2}, {2, 5}, {0, 5}, {3, 5}, {4, 5}};
  const std::vector<double> width = {50, 60, 70, 80, 90, 100};
  const GraphLayout g = lay_out(width, edges, 40, 10);
  for (std::size_t e = 0; e < edges.size(); ++e) {
    CHECK(g.route[e].front().y < g.route[e].back().y);
    CHECK(g.route[e].size() == (e == 3 ? 4 : 2));
  }
  for (std::size_t i = 0; i < width.size(); ++i) {
    CHECK(g.centre[i].x - width[i] / 2 >= -1e-9);
    CHECK(g.centre[i].x + width[i] / 2 <= g.width + 1e-9);
    for (std::size_t j = 0; j < i; ++j) {
      if (g.centre[i].y == g.centre[j].y) {
        CHECK(std::abs(g.centre[i].x - g.centre[j].x) >= (width[i] + width[j]) / 2 + 10 - 1e-9);
      }
    }
  }
  CHECK(g.centre[3].y == g.centre[2].y);  // a source stands right above its use
  CHECK(g.height == 4 * 40);
}

TEST_CASE("a leaf stands under its name where it has one") {
  const Var w(Tensor::ones({2}), true), b(Tensor::ones({2}), true);
  const std::string svg = graph_svg(w + b, {{"hidden<1>.weight", w}}), dot = graph_dot(w + b, {{"hidden.weight", w}});
  CHECK(well_formed(svg));
  CHECK(count(svg, ">hidden&lt;1&gt;.weight</text>") == 1);
  CHECK(count(svg, ">leaf</text>") == 1);
  CHECK(count(dot, "label=\"hidden.weight\\n[2]\"") == 1);
}

TEST_CASE("a graph of one leaf is drawn; a constant has none and says so") {
  CHECK(well_formed(graph_svg(Var(Tensor::ones({2}), true))));
  CHECK_THROWS_WITH_AS(graph_svg(Var(Tensor::ones({2}))),
                       doctest::Contains("graph_svg: this value has no graph"), Error);
}
