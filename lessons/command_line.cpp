#include "lessons/command_line.h"

#include <algorithm>
#include <numeric>

#include <fmt/ranges.h>

#include "tensor/check.h"

namespace gradfold {
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
            return CLI::detail::lexical_cast(text, value) && value > 0
                       ? ""
                       : "'" + text + "' is no number above 0";
          },
          "> 0"};
}

CLI::Validator whole() {
  return {[](const std::string& text) {
            const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
            return digits ? "" : "'" + text + "' is no whole number of 0 or more";
          },
          ">= 0"};
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

void require_ending(const CLI::App& app, const std::filesystem::path& out, const std::vector<std::string>& endings,
                    const std::string& name) {
  const std::string file = out.filename().string();
  for (const std::string& ending : endings) {
    if (file.size() > ending.size() && file.ends_with(ending)) return;
  }
  throw UsageError(app.get_name(),
                   fmt::format("{} is {} but must end in {}", name, out.string(), fmt::join(endings, " or ")));
}

void refuse_unknown(const CLI::App& app, const std::vector<std::string>& left_over) {
  if (left_over.empty()) return;
  const std::string word = left_over.front().substr(0, left_over.front().find('='));
  std::vector<std::string> known, settings;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      known.push_back("--" + name);
      if (option->get_group().starts_with(kModelSettings)) {
        settings.push_back(fmt::format("--{:<9} {}", name, option->get_description()));
      }
    }
  }
  const std::string kind = word.starts_with("-") ? "option" : "argument", near = did_you_mean(word, known);
  const bool list = near.empty() && !settings.empty();
  throw UsageError(
      app.get_name(), fmt::format("unknown {} {}{}", kind, word, near),
      list ? fmt::format("settings of the model are\n    {}", fmt::join(settings, "\n    ")) : "");
}

}  // namespace gradfold
