#include "tools/bench_results.h"

#include <algorithm>
#include <map>
#include <regex>

#include <fmt/format.h>

namespace gradfold {
namespace {

using json = nlohmann::ordered_json;

// The entry whose `key` is in the middle: the upper one of an even number.
template <class Entry, class Key>
const Entry& middle(std::vector<const Entry*> entries, Key key) {
  const auto half = entries.begin() + static_cast<std::ptrdiff_t>(entries.size() / 2);
  std::nth_element(entries.begin(), half, entries.end(), [&](auto* a, auto* b) { return key(*a) < key(*b); });
  return **half;
}

// Groups in the order in which their names first came.
template <class Entry>
std::vector<std::vector<const Entry*>> by_name(const std::vector<Entry>& all,
                                               std::string (*name)(const Entry&)) {
  std::map<std::string, std::size_t> place;
  std::vector<std::vector<const Entry*>> groups;
  for (const Entry& entry : all) {
    const auto [at, is_new] = place.emplace(name(entry), groups.size());
    if (is_new) groups.emplace_back();
    groups[at->second].push_back(&entry);
  }
  return groups;
}

double place_of(const json& entry) {
  if (entry.value("error_occurred", false)) return 0;
  return entry.contains("ratio") ? entry["ratio"].get<double>() : milliseconds_of(entry);
}

std::string time_text(double ms) {
  if (ms >= 1e4) return fmt::format("{:.1f} s", ms / 1e3);
  if (ms >= 1) return fmt::format("{:.{}f} ms", ms, ms < 100 ? 2 : 0);
  return ms >= 1e-3 ? fmt::format("{:.{}f} us", ms * 1e3, ms < 0.1 ? 2 : 0)
                    : fmt::format("{:.1f} ns", ms * 1e6);
}

std::string number(const json& entry, const char* key, int digits) {
  return entry.contains(key) ? fmt::format("{:.{}f}", entry[key].get<double>(), digits) : "";
}

// What a case says besides: its unit and peer, or the counters that are its own (images/s, peak_MB).
std::string remark(const json& entry) {
  if (entry.value("error_occurred", false)) return "FAILED: " + entry.value("error_message", "");
  if (entry.contains("ours")) {
    const bool below = entry.contains("ratio") && entry["ratio"] < entry["goal"];
    return entry.value("label", "") + (below ? "  BELOW" : "");
  }
  static const std::regex own(
      "name|.*_index|run_.*|repetitions|threads|iterations|.*_time|time_unit|aggregate_.*");
  std::string text;
  for (const auto& [key, value] : entry.items()) {
    if (!value.is_number() || std::regex_match(key, own)) continue;
    text += fmt::format("{}{} {:.1f}", text.empty() ? "" : ", ", key, value.get<double>());
  }
  return text;
}

}  // namespace

double milliseconds_of(const json& entry) {
  static const std::map<std::string, double> units = {{"ns", 1e-6}, {"us", 1e-3}, {"ms", 1}, {"s", 1e3}};
  return entry.contains("ms")
             ? entry["ms"].get<double>()
             : entry["real_time"].get<double>() * units.at(entry["time_unit"].get<std::string>());
}

std::string case_name(const std::string& run_name) {
  static const std::regex settings(
      "(/(iterations|repeats|min_time):[^/]*|/manual_time|/real_time|/process_time)+$");
  return std::regex_replace(run_name, settings, "");
}

json merged(const std::vector<json>& processes) {
  std::vector<json> runs;
  for (std::size_t i = 0; i < processes.size(); ++i) {
    for (json run : processes[i].at("benchmarks")) {
      run["repetitions"] = processes.size();
      run["repetition_index"] = i;
      runs.push_back(run);
    }
  }
  json out = {{"context", processes.at(0).at("context")}, {"benchmarks", runs}};
  for (const auto& group :
       by_name<json>(runs, [](const json& run) { return run["run_name"].get<std::string>(); })) {
    json median = middle(group, place_of);
    median["name"] = median["run_name"].get<std::string>() + "_median";
    median["run_type"] = "aggregate";
    median["aggregate_name"] = "median";
    median.erase("repetition_index");
    out["benchmarks"].push_back(median);
  }
  return out;
}

std::string table_of(const json& merged) {
  std::vector<json> rows;
  std::size_t width = 4;
  for (const json& entry : merged.at("benchmarks")) {
    if (entry["run_type"] != "aggregate") continue;
    rows.push_back(entry);
    width = std::max(width, case_name(entry["run_name"]).size());
  }
  std::string text = fmt::format("{:<{}} {:>9} {:>9} {:>9} {:>6} {:>6} {:>7}\n", "case", width, "time",
                                 "ours", "peer", "ratio", "goal", "of peak");
  for (const json& row : rows) {
    const bool failed = row.value("error_occurred", false);
    const std::string line = fmt::format(
        "{:<{}} {:>9} {:>9} {:>9} {:>6} {:>6} {:>7}  {}", case_name(row["run_name"]), width,
        failed ? "" : time_text(milliseconds_of(row)), number(row, "ours", 1), number(row, "peer", 1),
        number(row, "ratio", 2), number(row, "goal", 2), number(row, "of_peak", 2), remark(row));
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

json versus(const std::vector<PeerRound>& rounds) {
  json out = {{"cases", json::array()}};
  const auto name = [](const PeerRound& r) { return r.name + " " + r.peer; };
  for (const auto& group : by_name<PeerRound>(rounds, name)) {
    const PeerRound& r = middle(group, [](const PeerRound& round) { return round.ratio(); });
    out["cases"].push_back({{"case", r.name},
                            {"ours_ms", r.ours_ms},
                            {"peer", r.peer},
                            {"peer_ms", r.peer_ms},
                            {"ratio", r.ratio()}});
  }
  return out;
}

std::string versus_table(const json& versus) {
  std::size_t width = 4;
  for (const json& c : versus.at("cases")) width = std::max(width, c["case"].get<std::string>().size());
  std::string text =
      fmt::format("{:<{}} {:>10} {:>10} {:>6}  peer\n", "case", width, "ours", "peer", "ratio");
  for (const json& c : versus.at("cases")) {
    text += fmt::format("{:<{}} {:>10} {:>10} {:>6.2f}  {}{}\n", c["case"].get<std::string>(), width,
                        time_text(c["ours_ms"]), time_text(c["peer_ms"]), c["ratio"].get<double>(),
                        c["peer"].get<std::string>(), c["ratio"] < 1 ? "  BELOW" : "");
  }
  return text;
}

}  // namespace gradfold
