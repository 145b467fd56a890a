#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

// The gf program's commands. One file each, which registers itself:
//   Action setup(CLI::App& app, const Arguments&) { add options; return [options] { ...; return 0; }; }
//   const RegisterCommand command("train", "train a model", setup);
namespace gradfold {

// What a command does once its options are parsed; its result is the exit code (0 fine, 1 failed, 2 misuse).
// An Error that it throws is printed and becomes 1, a UsageError 2.
using Action = std::function<int()>;
using Arguments = std::vector<std::string>;

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

// Whole or other numbers above 0.
CLI::Validator positive();

// The word of `known` nearest to `word` (by edit distance, at most 2 away), or "".
std::string nearest(const std::string& word, const std::vector<std::string>& known);
// "; did you mean NEAREST?" or "".
std::string did_you_mean(const std::string& word, const std::vector<std::string>& known);

// Throws a UsageError unless --out ends in one of these: ".png".
void require_ending(const CLI::App& app, const std::filesystem::path& out, const std::vector<std::string>& endings);

// The group of options that are a model's: "Settings of pixel_cnn".
inline const std::string kModelSettings = "Settings of ";

// Throws a UsageError for words that `app` was given and does not know; it names the nearest option, or a model's
// settings if none is near.
void refuse_unknown(const CLI::App& app, const Arguments& left_over);

}  // namespace gradfold
