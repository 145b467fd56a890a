#pragma once
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

// What several processes measured, brought together: of each case the process in the middle counts.
namespace gradfold {

// "gemm/threads:1/64/64/64" of Google Benchmark's "gemm/threads:1/64/64/64/iterations:15/manual_time".
std::string case_name(const std::string& run_name);

// A case's time: its counter "ms" where it has one, else Google Benchmark's.
double milliseconds_of(const nlohmann::ordered_json& run);

// Google Benchmark's own JSON of several processes as one: every process is a repetition of its cases, and
// after them each case comes once more as "..._median", from the process whose ratio (for cases without one:
// whose time) is the one in the middle.
nlohmann::ordered_json merged(const std::vector<nlohmann::ordered_json>& processes);

// The "_median" entries of merged() as a table: case, time, ours, peer, ratio, goal, of peak; BELOW where the
// ratio is below the goal.
std::string table_of(const nlohmann::ordered_json& merged);

// One case in one round: milliseconds of ours and of the peer's.
struct PeerRound {
  std::string name, peer;
  double ours_ms, peer_ms;
  double ratio() const { return peer_ms / ours_ms; }  // above 1 ours is faster
};

// {"cases": [{"case", "ours_ms", "peer", "peer_ms", "ratio"}]}: of each case and peer the round whose ratio
// is in the middle.
nlohmann::ordered_json versus(const std::vector<PeerRound>& rounds);
// The same for people; BELOW where the peer is faster.
std::string versus_table(const nlohmann::ordered_json& versus);

}  // namespace gradfold
