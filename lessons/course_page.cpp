#include "lessons/course_page.h"

#include <array>
#include <cstdio>
#include <fstream>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "viz/report.h"

namespace gradfold {
namespace {

namespace fs = std::filesystem;

// What the step wrote about itself (lessons/lesson.h).
ReportStep report_of(const nlohmann::json& json, const fs::path& page_folder) {
  ReportStep step{.id = json.at("step"), .title = json.at("title"), .seconds = json.at("seconds")};
  for (const char* text : {"note", "note_en"}) {
    if (!json.value(text, "").empty()) step.paragraphs.push_back(json.at(text));
  }
  step.paragraphs.push_back(
      fmt::format("seed {}, data {}", json.at("seed").get<std::uint64_t>(), json.at("data").get<std::string>()));
  for (const auto& claim : json.at("claims")) {
    step.claims.push_back({claim.at("id"), claim.at("claim"), claim.at("shown"), claim.at("holds")});
  }
  for (std::size_t i = 0; i < json.at("pictures").size(); ++i) {
    const fs::path picture = json.at("pictures").at(i).get<std::string>();  // in the step's folder, wherever that is
    const fs::path file = page_folder / step.id / picture.filename();
    step.pictures.push_back({fs::relative(file, page_folder), json.at("captions").at(i)});
  }
  return step;
}

std::string part_title(int part) {
  static const std::array names = {"Generative models", "PixelRNN and PixelCNN", "Manifolds",
                                   "Autoencoders and VAE"};
  return part >= 1 && part <= int(names.size()) ? fmt::format("{}. {}", part, names[part - 1])
                                                : fmt::format("{}.", part);
}

// The results by part and number; a file that is no step's result is left out.
std::map<std::pair<int, int>, nlohmann::json> results_in(const fs::path& out) {
  std::map<std::pair<int, int>, nlohmann::json> results;
  for (const auto& entry : fs::directory_iterator(out)) {
    std::pair<int, int> place;
    if (std::sscanf(entry.path().filename().c_str(), "%d.%d", &place.first, &place.second) != 2) continue;
    auto json = nlohmann::json::parse(std::ifstream(entry.path() / "result.json"), nullptr, false);
    if (json.is_object() && json.contains("claims")) results.emplace(place, std::move(json));
  }
  return results;
}

}  // namespace

void write_course_page(const fs::path& out) {
  Report report{.title = "gradfold: the course"};
  for (const auto& [place, json] : results_in(out)) {
    const std::string title = part_title(place.first);
    if (report.parts.empty() || report.parts.back().title != title) report.parts.push_back({title, {}});
    report.parts.back().steps.push_back(report_of(json, out));
  }
  write_report(out / "index.html", report);
}

}  // namespace gradfold
