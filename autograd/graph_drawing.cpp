#include "autograd/graph_drawing.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <unordered_map>

#include "autograd/graph_layout.h"
#include "autograd/record.h"

namespace gradfold {
namespace {

struct Graph {
  std::vector<std::shared_ptr<Node>> nodes;  // inputs before what uses them
  std::vector<std::string> label;            // of each node: the op, or a leaf's name
  std::vector<std::pair<int, int>> edges;
  std::vector<int> module;            // of each node, into paths; -1 for leaves and outside any
  std::vector<std::string> paths;     // module paths in order of first use
};

Graph graph_below(const Var& y, const LeafNames& names, const char* who) {
  require(y.requires_grad(), who, "this value has no graph; hint: was it computed under NoGrad, or detached?");
  Graph g;
  std::unordered_map<const Node*, std::string> leaf_name;
  for (const auto& [name, leaf] : names) leaf_name[leaf.node().get()] = name;
  std::unordered_map<const Node*, int> number;
  std::vector<std::shared_ptr<Node>> todo{y.node()};
  while (!todo.empty()) {
    const std::shared_ptr<Node> node = todo.back();
    todo.pop_back();
    if (!node || !number.emplace(node.get(), 0).second) continue;
    g.nodes.push_back(node);
    todo.insert(todo.end(), node->inputs.begin(), node->inputs.end());
  }
  std::stable_sort(g.nodes.begin(), g.nodes.end(), [](const auto& a, const auto& b) { return a->order < b->order; });
  for (std::size_t i = 0; i < g.nodes.size(); ++i) number[g.nodes[i].get()] = static_cast<int>(i);
  for (std::size_t i = 0; i < g.nodes.size(); ++i) {
    for (const auto& input : g.nodes[i]->inputs) {
      if (input) g.edges.emplace_back(number.at(input.get()), static_cast<int>(i));
    }
    const auto named = leaf_name.find(g.nodes[i].get());
    g.label.push_back(named == leaf_name.end() ? g.nodes[i]->op : named->second);
    g.module.push_back(-1);
    if (!g.nodes[i]->scope) continue;
    const std::string path = g.nodes[i]->scope->path();
    const auto found = std::find(g.paths.begin(), g.paths.end(), path);
    g.module.back() = static_cast<int>(found - g.paths.begin());
    if (found == g.paths.end()) g.paths.push_back(path);
  }
  return g;
}

bool is_leaf(const Node& node) { return node.order == 0; }

// Names are ours, but a module's name may hold anything.
std::string escaped(const std::string& text, const std::map<char, std::string>& with) {
  std::string out;
  for (char c : text) {
    const auto found = with.find(c);
    out += found == with.end() ? std::string(1, c) : found->second;
  }
  return out;
}
std::string for_dot(const std::string& text) { return escaped(text, {{'"', "\\\""}, {'\\', "\\\\"}}); }
std::string for_xml(const std::string& text) {
  return escaped(text, {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}});
}

// Light colours, far apart for neighbouring numbers: the hue advances by the golden angle.
std::string colour(int module) {
  if (module < 0) return "#ffffff";
  const double hue = std::fmod(210 + 137.508 * module, 360.0);
  const auto channel = [&](double offset) {  // HSL to RGB at saturation 0.65, lightness 0.85
    const double k = std::fmod(offset + hue / 30, 12.0);
    return static_cast<int>(255 * (0.85 - 0.0975 * std::max(-1.0, std::min({k - 3, 9 - k, 1.0}))));
  };
  return fmt::format("#{:02x}{:02x}{:02x}", channel(0), channel(8), channel(4));
}

constexpr double kLetter = 7.2, kRow = 62, kBox = 36, kMargin = 16, kLegendRow = 20;

double box_width(const Node& node, const std::string& label) {
  const std::size_t letters = std::max(label.size(), node.shape.str().size());
  return std::max(56.0, kLetter * static_cast<double>(letters) + 16);
}

// Straight where the route is straight, bent in the middle of each row otherwise.
std::string curve(const std::vector<Point>& route, double dx, double dy) {
  const auto place = [&](Point p, double shift) { return fmt::format("{:.1f} {:.1f}", p.x + dx, p.y + dy + shift); };
  std::string path = fmt::format("M{}", place(route.front(), kBox / 2));
  for (std::size_t k = 1; k < route.size(); ++k) {
    const double start = k == 1 ? kBox / 2 : 0, end = k + 1 == route.size() ? -kBox / 2 - 4 : 0;
    const double middle = (route[k - 1].y + start + route[k].y + end) / 2;
    path += fmt::format(" C{}, {}, {}", place({route[k - 1].x, middle}, 0), place({route[k].x, middle}, 0),
                        place(route[k], end));
  }
  return path;
}

std::string svg_box(const Node& node, const std::string& label, int module, Point at) {
  const double w = box_width(node, label);
  const std::string box = fmt::format(
      R"(<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{}" rx="{}" fill="{}" stroke="#555"/>)", at.x - w / 2,
      at.y - kBox / 2, w, kBox, is_leaf(node) ? kBox / 2 : 4, colour(module));
  const std::string name = fmt::format(R"(<text x="{:.1f}" y="{:.1f}" font-weight="bold">{}</text>)", at.x, at.y - 3,
                                       for_xml(label));
  const std::string shape = fmt::format(R"(<text x="{:.1f}" y="{:.1f}" fill="#444">{}</text>)", at.x, at.y + 12,
                                        node.shape.str());
  return box + '\n' + name + '\n' + shape + '\n';
}

// Colour and path of each module.
std::string svg_legend(const std::vector<std::string>& paths) {
  std::string out;
  double top = kMargin;
  for (std::size_t m = 0; m < paths.size(); ++m, top += kLegendRow) {
    out += fmt::format(R"(<rect x="{}" y="{}" width="14" height="14" fill="{}" stroke="#555"/>)", kMargin, top,
                       colour(static_cast<int>(m)));
    out += fmt::format("<text x=\"{}\" y=\"{}\">{}</text>\n", kMargin + 20, top + 12, for_xml(paths[m]));
  }
  return out;
}

double legend_width(const std::vector<std::string>& paths) {
  double width = 0;
  for (const std::string& path : paths) width = std::max(width, kLetter * static_cast<double>(path.size()) + 60);
  return width;
}

constexpr const char* kArrowHead =
    R"(<defs><marker id="arrow" markerWidth="7" markerHeight="7" refX="3" refY="3.5" orient="auto">)"
    R"(<path d="M0 0 L7 3.5 L0 7 z" fill="#555"/></marker></defs>)";

}  // namespace

std::string graph_dot(const Var& y, const LeafNames& names) {
  const Graph g = graph_below(y, names, "graph_dot");
  std::string out =
      "digraph gradfold {\n  rankdir=TB;\n  node [shape=box, style=\"filled\", fontname=\"monospace\"];\n";
  const auto add = [&](std::size_t i) {
    const Node& node = *g.nodes[i];
    out += fmt::format("  n{} [label=\"{}\\n{}\", fillcolor=\"{}\"{}];\n", i, for_dot(g.label[i]), node.shape.str(),
                       colour(g.module[i]), is_leaf(node) ? ", shape=ellipse" : "");
  };
  for (int m = -1; m < static_cast<int>(g.paths.size()); ++m) {
    if (m >= 0) {
      const std::string& path = g.paths[static_cast<std::size_t>(m)];
      out += fmt::format("  subgraph cluster_{} {{\n  label=\"{}\";\n", m, for_dot(path));
    }
    for (std::size_t i = 0; i < g.nodes.size(); ++i) {
      if (g.module[i] == m) add(i);
    }
    if (m >= 0) out += "  }\n";
  }
  for (auto [from, to] : g.edges) out += fmt::format("  n{} -> n{};\n", from, to);
  return out + "}\n";
}

std::string graph_svg(const Var& y, const LeafNames& names) {
  const Graph g = graph_below(y, names, "graph_svg");
  std::vector<double> widths;
  for (std::size_t i = 0; i < g.nodes.size(); ++i) widths.push_back(box_width(*g.nodes[i], g.label[i]));
  const GraphLayout layout = lay_out(widths, g.edges, kRow, /*gap=*/14);

  const double left = kMargin + legend_width(g.paths), legend = kLegendRow * static_cast<double>(g.paths.size());
  std::string out = fmt::format(R"(<svg xmlns="http://www.w3.org/2000/svg" width="{:.0f}" height="{:.0f}" )",
                                left + layout.width + kMargin, 2 * kMargin + std::max(layout.height, legend));
  out += "font-family=\"monospace\" font-size=\"12\">\n" + std::string(kArrowHead) +
         "\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n" + svg_legend(g.paths);
  out += "<g fill=\"none\" stroke=\"#555\" marker-end=\"url(#arrow)\">\n";
  for (const auto& route : layout.route) out += fmt::format("<path d=\"{}\"/>\n", curve(route, left, kMargin));
  out += "</g>\n<g text-anchor=\"middle\">\n";
  for (std::size_t i = 0; i < g.nodes.size(); ++i) {
    out += svg_box(*g.nodes[i], g.label[i], g.module[i],
                   {layout.centre[i].x + left, layout.centre[i].y + kMargin});
  }
  return out + "</g>\n</svg>\n";
}

}  // namespace gradfold
