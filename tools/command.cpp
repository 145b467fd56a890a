#include "tools/command.h"

#include <algorithm>
#include <numeric>

#include "tensor/check.h"

namespace gradfold {

std::vector<Command>& commands() {
  static std::vector<Command> all;
  return all;
}

namespace {

// Levenshtein's distance: insertions, deletions and replacements from a to b.
int edit_distance(const std::string& a, const std::string& b) {
  std::vector<int> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    int diagonal = row[0]++;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const int replaced = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

}  // namespace

CLI::Validator positive() {
  return {[](const std::string& text) {
            double value = 0;
            return CLI::detail::lexical_cast(text, value) && value > 0 ? "" : "'" + text + "' is no number above 0";
          },
          "> 0"};
}

std::string nearest(const std::string& word, const std::vector<std::string>& known) {
  std::string best;
  int least = 3;
  for (const std::string& candidate : known) {
    const int distance = edit_distance(word, candidate);
    if (distance < least) least = distance, best = candidate;
  }
  return best;
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& known) {
  const std::string near = nearest(word, known);
  return near.empty() ? "" : "; did you mean " + near + "?";
}

void refuse_unknown(const CLI::App& app, const Arguments& left_over) {
  if (left_over.empty()) return;
  const std::string word = left_over.front().substr(0, left_over.front().find('='));
  std::vector<std::string> known;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  }
  throw UsageError(app.get_name(), fmt::format("unknown {} {}{}", word.front() == '-' ? "option" : "argument", word,
                                               did_you_mean(word, known)));
}

}  // namespace gradfold
