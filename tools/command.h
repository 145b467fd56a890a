#pragma once
#include <functional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "lessons/command_line.h"

// The gf program's commands. One file each, which registers itself:
//   Action setup(CLI::App& app, const Arguments&) { add options; return [options] { ...; return 0; }; }
//   const RegisterCommand command("train", "train a model", setup);
namespace gradfold {

// What a command does once its options are parsed; its result is the exit code (0 fine, 1 failed, 2 misuse).
// An Error that it throws is printed and becomes 1, a UsageError 2.
using Action = std::function<int()>;
using Arguments = std::vector<std::string>;

// The first of the words that is one of `names`, or "". A word behind an --option may be its value (--init pca) and
// counts only if there is no other; which options take one is not known yet.
std::string first_named(const Arguments& arguments, const std::vector<std::string>& names);

struct Command {
  std::string name, help;
  // Adds the command's options. `arguments` are the words that will be parsed, for options that depend on
  // others (a model's own).
  std::function<Action(CLI::App& app, const Arguments& arguments)> setup;
};

std::vector<Command>& commands();

struct RegisterCommand {
  template <class Setup>
  RegisterCommand(std::string name, std::string help, Setup setup) {
    commands().push_back({std::move(name), std::move(help), std::move(setup)});
  }
};

}  // namespace gradfold
