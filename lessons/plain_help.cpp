#include "lessons/plain_help.h"

#include <algorithm>
#include <cctype>

namespace gradfold {
namespace {

std::string upper(std::string word) {
  std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::toupper(c); });
  return word;
}

// N for a whole number, X for any, FILE for --out, WORD for the rest; an option may bring its own name.
std::string placeholder(const CLI::Option* option) {
  const std::string type = option->get_type_name();
  if (type.starts_with("INT") || type.starts_with("UINT")) return "N";
  if (type.starts_with("FLOAT")) return "X";
  if (!type.starts_with("TEXT")) return type;
  return option->check_lname("out") ? "FILE" : "WORD";
}

}  // namespace

std::string PlainHelp::make_usage(const CLI::App* app, std::string name) const {
  std::string text = "usage: ";
  text += name.starts_with("gf") ? "./" + name : name.starts_with("lesson") ? "./gf " + name : name;
  std::string required;
  for (const CLI::Option* option : app->get_options()) {
    if (option->get_positional()) {
      const std::string word = upper(option->get_name(true));
      text += option->get_required() ? " " + word : " [" + word + "]";
    } else if (option->get_required()) {
      required += " " + option->get_name() + " " + placeholder(option);
    }
  }
  const auto commands = app->get_subcommands([](const CLI::App* c) { return !c->get_name().empty(); });  // not groups
  return text + (commands.empty() ? "" : " COMMAND") + required + " [OPTIONS]\n";
}

std::string PlainHelp::make_option_name(const CLI::Option* option, bool is_positional) const {
  return is_positional ? upper(option->get_name(true)) : CLI::Formatter::make_option_name(option, false);
}

std::string PlainHelp::make_option_opts(const CLI::Option* option) const {
  const bool takes_value = option->get_type_size() != 0 && !option->get_positional();
  return takes_value ? " " + placeholder(option) : "";
}

std::string PlainHelp::make_option_desc(const CLI::Option* option) const {
  const std::string usual = option->get_default_str();
  return option->get_description() + (usual.empty() ? "" : " [" + usual + "]");
}

}  // namespace gradfold
