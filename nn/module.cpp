#include "nn/module.h"

#include <algorithm>
#include <cxxabi.h>
#include <fmt/format.h>
#include <map>
#include <set>
#include <typeinfo>

namespace gradfold {
namespace {

// "a, b, c and 4 more"
std::string list(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 3;
  const std::size_t shown = std::min(names.size(), kShown);
  std::string text = fmt::format("{}", fmt::join(names.begin(), names.begin() + shown, ", "));
  return names.size() > shown ? text + fmt::format(" and {} more", names.size() - shown) : text;
}

// "missing out.weight; unknown head.weight; hidden.bias is [64] but must be [128]", or "" where all fits.
std::string mismatch(const NamedTensors& own, const std::map<std::string, Tensor>& given) {
  std::vector<std::string> missing, unknown, wrong_shapes, parts;
  std::set<std::string> known;
  for (const auto& [name, value] : own) {
    known.insert(name);
    const auto found = given.find(name);
    if (found == given.end()) {
      missing.push_back(name);
    } else if (found->second.shape() != value.shape()) {
      wrong_shapes.push_back(fmt::format("{} is {} but must be {}", name, found->second.shape(), value.shape()));
    }
  }
  for (const auto& [name, value] : given) {
    if (!known.count(name)) unknown.push_back(name);
  }
  if (!missing.empty()) parts.push_back("missing " + list(missing));
  if (!unknown.empty()) parts.push_back("unknown " + list(unknown));
  if (!wrong_shapes.empty()) parts.push_back(list(wrong_shapes));
  return fmt::format("{}", fmt::join(parts, "; "));
}

std::string with_thousands(Index n) {
  std::string text = std::to_string(n);
  for (int at = static_cast<int>(text.size()) - 3; at > 0; at -= 3) text.insert(text.begin() + at, ',');
  return text;
}

}  // namespace

template <class F>
void Module::walk(const std::string& path, F&& f) const {
  f(path, *this);
  for (const Child& c : children_) c.module->walk(path + c.name + ".", f);
}

Var Module::forward(const Var&) {
  throw Error(kind(), "its forward takes something other than one Var; call its own function");
}

Var Module::operator()(const Var& x) {
  return scoped([&] { return forward(x); });
}

void Module::reset_parameters(Rng& rng) {
  for (Parameter& p : parameters_) p.value.mutable_value() = p.init.draw(p.value.shape(), rng);
  for (BufferEntry& b : buffers_) *b.value = b.first.clone();
  drawn_ = true;
  on_values_set();
  for (Child& c : children_) c.module->reset_parameters(rng);
}

std::vector<std::pair<std::string, Var>> Module::named_parameters() const {
  std::vector<std::pair<std::string, Var>> out;
  walk("", [&](const std::string& path, const Module& m) {
    for (const Parameter& p : m.parameters_) out.emplace_back(path + p.name, p.value);
  });
  return out;
}

std::vector<Var> Module::parameters() const {
  std::vector<Var> out;
  for (auto& [name, value] : named_parameters()) out.push_back(std::move(value));
  return out;
}

std::vector<std::pair<std::string, Tensor*>> Module::named_buffers() {
  std::vector<std::pair<std::string, Tensor*>> out;
  walk("", [&](const std::string& path, const Module& m) {
    for (const BufferEntry& b : m.buffers_) out.emplace_back(path + b.name, b.value.get());
  });
  return out;
}

std::vector<std::pair<std::string, Module*>> Module::children() const {
  std::vector<std::pair<std::string, Module*>> out;
  for (const Child& c : children_) out.emplace_back(c.name, c.module.get());
  return out;
}

Index Module::parameter_count() const {
  Index count = 0;
  for (const auto& [name, value] : named_parameters()) count += value.numel();
  return count;
}

Module& Module::train(bool on) {
  training_ = on;
  for (Child& c : children_) c.module->train(on);
  return *this;
}

void Module::zero_grad() {
  for (Var& p : parameters()) p.zero_grad();
}

void Module::freeze(bool on) {
  for (Var& p : parameters()) p.freeze(on);
}

NamedTensors Module::state() const {
  NamedTensors out;
  walk("", [&](const std::string& path, const Module& m) {
    for (const Parameter& p : m.parameters_) out.emplace_back(path + p.name, p.value.value());
    for (const BufferEntry& b : m.buffers_) out.emplace_back(path + b.name, *b.value);
  });
  return out;
}

void Module::load(const NamedTensors& state) {
  const std::map<std::string, Tensor> given(state.begin(), state.end());
  const std::string wrong = mismatch(this->state(), given);
  require(wrong.empty(), kind(), "the state does not fit: {}; hint: build the model with the options that it was saved "
          "with", wrong);
  walk("", [&](const std::string& path, const Module& m) {
    for (const Parameter& p : m.parameters_) Var(p.value).mutable_value() = given.at(path + p.name).clone();
    for (const BufferEntry& b : m.buffers_) *b.value = given.at(path + b.name).clone();
    auto& self = const_cast<Module&>(m);
    self.drawn_ = true;
    self.on_values_set();
  });
}

std::string Module::summary() const {
  std::string text = fmt::format("{:<28} {:<16} {:<40} {:>12}\n", "module", "kind", "parameters", "count");
  walk("", [&](const std::string& path, const Module& m) {
    if (m.parameters_.empty()) return;
    std::vector<std::string> shapes;
    Index count = 0;
    for (const Parameter& p : m.parameters_) {
      shapes.push_back(fmt::format("{} {}", p.name, p.value.shape()));
      count += p.value.numel();
    }
    const std::string where = path.empty() ? m.name_ : path.substr(0, path.size() - 1);
    text += fmt::format("{:<28} {:<16} {:<40} {:>12}\n", where, m.kind(), fmt::format("{}", fmt::join(shapes, ", ")),
                        with_thousands(count));
  });
  return text + fmt::format("{:<28} {:<16} {:<40} {:>12}\n", "total", "", "", with_thousands(parameter_count()));
}

std::string Module::kind() const {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name(
      abi::__cxa_demangle(typeid(*this).name(), nullptr, nullptr, &status), std::free);
  const std::string full = status == 0 ? name.get() : typeid(*this).name();
  const auto colon = full.rfind(':');
  return colon == std::string::npos ? full : full.substr(colon + 1);
}

Var Module::param(std::string name, const Shape& shape, Init init) {
  check_name(name);
  for (Index size : shape) {
    require(size > 0, "Module::param", "'{}' is {} but every size must be 1 or more; hint: a layer was given a width, "
            "a number of maps or a kernel of {}", name, shape, size);
  }
  Tensor value = Tensor::zeros(shape);
  if (init.kind == Init::Kind::kConstant) {
    value.fill(init.a);
  } else {
    drawn_ = false;
  }
  parameters_.push_back({std::move(name), Var(std::move(value), /*requires_grad=*/true), init});
  return parameters_.back().value;
}

Tensor& Module::buffer(std::string name, Tensor value) {
  check_name(name);
  auto kept = std::make_unique<Tensor>(value.clone());
  buffers_.push_back({std::move(name), std::move(kept), std::move(value)});
  return *buffers_.back().value;
}

Module& Module::adopt(std::string name, std::unique_ptr<Module> module) {
  check_name(name);
  module->name_ = name;
  children_.push_back({std::move(name), std::move(module)});
  return *children_.back().module;
}

void Module::check_name(const std::string& name) const {
  require(!name.empty() && name.find_first_of("./") == std::string::npos, kind(),
          "a parameter, buffer or child is named \"{}\"; a name must not be empty, nor hold a dot or a slash", name);
  const auto taken = [&](const auto& entries) {
    return std::any_of(entries.begin(), entries.end(), [&](const auto& e) { return e.name == name; });
  };
  require(!taken(parameters_) && !taken(buffers_) && !taken(children_), kind(), "the name \"{}\" is taken", name);
}

void Module::check_values() const {
  walk("", [](const std::string&, const Module& module) { module.check_drawn(); });
}

void Module::check_drawn() const {
  require(drawn_, kind(), "its parameters have no values yet; hint: call reset_parameters(rng) once on the whole "
          "model, or load a checkpoint; they reach what was declared with child()");
}

}  // namespace gradfold
