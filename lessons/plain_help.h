#pragma once
#include <CLI/CLI.hpp>

namespace gradfold {

// --help in the words that one types: "usage: ./gf train MODEL --out FILE [OPTIONS]", "--epochs N", and what is
// taken unless given, "[10]", after the explanation.
class PlainHelp : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App* app, std::string name) const override;
  std::string make_option_name(const CLI::Option* option, bool is_positional) const override;
  std::string make_option_opts(const CLI::Option* option) const override;
  std::string make_option_desc(const CLI::Option* option) const override;
};

}  // namespace gradfold
