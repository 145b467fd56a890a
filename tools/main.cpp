// The gf program: finds the command, parses its options, turns what is thrown into a message and an exit
// code.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <map>

#include "lessons/command_line.h"
#include "lessons/exit_code.h"
#include "lessons/plain_help.h"
#include "tensor/check.h"
#include "tools/command.h"

namespace {

using namespace gradfold;

// The words after the program's name; `help train pixel_cnn` is `train pixel_cnn --help`.
Arguments words(int argc, char** argv) {
  Arguments words(argv + 1, argv + argc);
  if (!words.empty() && words[0] == "help") {
    words.erase(words.begin());
    words.push_back("--help");
  }
  return words;
}

// A command comes first: were any word let through, `gf tset course` would start the course.
void refuse_unknown_command(const Arguments& arguments, const std::vector<std::string>& names) {
  if (arguments.empty() || arguments[0].starts_with('-')) return;
  if (std::find(names.begin(), names.end(), arguments[0]) != names.end()) return;
  throw UsageError("gf", fmt::format("unknown command '{}'{}", arguments[0], did_you_mean(arguments[0], names)));
}

int run(int argc, char** argv) {
  CLI::App app("gradfold: deep learning from scratch, to learn generative models by reading and running them",
               "gf");
  app.formatter(std::make_shared<PlainHelp>());
  app.require_subcommand(0, 1);
  const Arguments arguments = words(argc, argv);
  std::sort(commands().begin(), commands().end(), [](auto& a, auto& b) { return a.name < b.name; });
  std::map<const CLI::App*, Action> actions;
  std::vector<std::string> names;
  for (const Command& command : commands()) {
    CLI::App* sub = app.add_subcommand(command.name, command.help);
    sub->allow_extras();
    sub->option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);  // as shells do
    actions[sub] = command.setup(*sub, arguments);
    names.push_back(command.name);
  }
  refuse_unknown_command(arguments, names);
  try {
    app.parse(Arguments(arguments.rbegin(), arguments.rend()));  // CLI11 wants the last word first
    if (app.get_subcommands().empty()) throw CLI::CallForHelp();
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help
    const auto chosen = app.get_subcommands();
    const CLI::App& of = chosen.empty() ? app : *chosen.front();
    throw UsageError(of.get_name(), in_words(of, error));
  }
  const CLI::App* chosen = app.get_subcommands().front();
  refuse_unknown(*chosen, chosen->remaining());
  return actions.at(chosen)();
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);  // a file above the size that is allowed is an error of the write, with its sentence
  try {
    const int code = run(argc, argv);
    if (std::fflush(stdout) == 0 && !std::ferror(stdout)) return code;
    throw Error("gf", "what it had to say could not be written to the standard output", "is the disk full?");
  } catch (...) {
    return report(std::current_exception());
  }
}
