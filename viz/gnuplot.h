#pragma once
#include <string>

namespace gradfold {

struct GnuplotResult {
  bool ok = false;
  std::string output;  // the picture
  std::string error;   // why not, in one line
};

// Runs `gnuplot` from PATH with the script as its standard input (no shell, the user's own settings unread)
// and returns what it writes to its standard output.
GnuplotResult run_gnuplot(const std::string& script);

// Text as a gnuplot string. Between single quotes gnuplot replaces nothing: no backquotes, no variables.
std::string gnuplot_quote(const std::string& text);

}  // namespace gradfold
