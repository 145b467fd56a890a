#include "nn/optim/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tensor/check.h"

namespace gradfold {
namespace {

double share(Index count, Index counts) {
  return static_cast<double>(std::min(count, counts)) / static_cast<double>(counts);
}

void check_counts(const char* who, Index counts) {
  require(counts > 0, who, "it is to last {} counts but must last 1 or more", counts);
}

}  // namespace

Schedule operator*(const Schedule& a, const Schedule& b) {
  return {[a, b](Index count) { return a(count) * b(count); }};
}

Schedule schedule::constant(double factor) {
  return {[factor](Index) { return factor; }};
}

Schedule schedule::cosine(Index counts, double last) {
  check_counts("schedule::cosine", counts);
  return {[counts, last](Index count) {
    return last + (1 - last) * (1 + std::cos(std::numbers::pi * share(count, counts))) / 2;
  }};
}

Schedule schedule::step_decay(Index every, double factor) {
  check_counts("schedule::step_decay", every);
  return {[every, factor](Index count) { return std::pow(factor, static_cast<double>(count / every)); }};
}

Schedule schedule::exponential(double factor) {
  return {[factor](Index count) { return std::pow(factor, static_cast<double>(count)); }};
}

Schedule schedule::warm_up(Index counts, double first) {
  check_counts("schedule::warm_up", counts);
  return {[counts, first](Index count) { return first + (1 - first) * share(count, counts); }};
}

Schedule schedule::then(const Schedule& a, Index counts, const Schedule& b) {
  return {[a, counts, b](Index count) { return count < counts ? a(count) : b(count - counts); }};
}

}  // namespace gradfold
