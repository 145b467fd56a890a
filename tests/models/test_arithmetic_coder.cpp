// The coder alone: does what is coded come back, in as many bits as its probabilities say?
#include <cmath>

#include "models/arithmetic_coder.h"
#include "tensor/bytes.h"
#include "tensor/random.h"
#include "tests/doctest.h"
#include "tests/files.h"

using namespace gradfold;

namespace {

using Distribution = std::vector<double>;
struct Step {
  Distribution p;
  std::uint32_t symbol;
};

// Draws n symbols from p.
std::vector<Step> drawn(const Distribution& p, int n, std::uint64_t seed = 1) {
  Rng rng(seed);
  std::vector<Step> steps;
  const Tensor u = rng.uniform({n});
  for (int i = 0; i < n; ++i) {
    std::uint32_t symbol = 0;
    for (double below = p[0]; symbol + 1 < p.size() && u.data()[i] >= below; below += p[symbol]) ++symbol;
    steps.push_back({p, symbol});
  }
  return steps;
}

double ideal_bits(const std::vector<Step>& steps) {
  double bits = 0;
  for (const Step& step : steps) bits -= std::log2(step.p[step.symbol]);
  return bits;
}

Bytes encoded(const std::vector<Step>& steps) {
  ArithmeticEncoder encoder;
  CumulativeFrequencies f;
  for (const Step& step : steps) {
    set_frequencies(f, step.p);
    encoder.encode(f, step.symbol);
  }
  return encoder.finish();
}

// Codes, decodes, compares; returns the bits that were written.
double round_trip(const std::vector<Step>& steps) {
  const Bytes bytes = encoded(steps);
  ArithmeticDecoder decoder(bytes);
  CumulativeFrequencies f;
  std::size_t wrong = 0;
  for (const Step& step : steps) {
    set_frequencies(f, step.p);
    wrong += decoder.decode(f) != step.symbol;
  }
  CHECK(wrong == 0);
  CHECK_FALSE(decoder.exhausted());
  return 8 * static_cast<double>(bytes.size());
}

// Skewed at random, n symbols.
Distribution random_distribution(int n, double skew, Rng& rng) {
  Distribution p;
  double total = 0;
  for (int i = 0; i < n; ++i) {
    p.push_back(std::pow(rng.uniform({1}).item() + 1e-6, skew));
    total += p.back();
  }
  for (double& q : p) q /= total;
  return p;
}

}  // namespace

TEST_CASE("whatever is coded comes back in -log2 p bits and a few: even, skewed, nearly sure, 256 levels") {
  Distribution even(256, 1.0 / 256), peaked(256, 1e-9);
  peaked[17] = 1 - 255e-9;
  const auto halving = [] {
    Distribution p;
    for (int i = 0; i < 20; ++i) p.push_back(std::pow(0.5, i + 1));
    p.back() *= 2;
    return p;
  }();
  for (const Distribution& p : {Distribution{0.5, 0.5}, {0.999, 0.001}, {1e-6, 1 - 1e-6}, even, peaked, halving}) {
    CAPTURE(p.size());
    CAPTURE(p[0]);
    const std::vector<Step> steps = drawn(p, 40000);
    const double ideal = ideal_bits(steps), bits = round_trip(steps);
    // Two bits to end with, up to seven to fill the byte, and what a frequency of 1 for each symbol takes from the
    // rest.
    const double frequencies = 40000 * static_cast<double>(p.size()) / kTotalFrequency / std::log(2);
    CHECK(bits <= ideal * 1.0005 + 10 + 1.1 * frequencies);
    CHECK(bits >= ideal * 0.999 - 1);
  }
}

TEST_CASE("distributions that change with every symbol, of 1 to 300 symbols") {
  Rng rng(2);
  for (const double skew : {0.0, 1.0, 8.0, 40.0}) {
    CAPTURE(skew);
    std::vector<Step> steps;
    for (int i = 0; i < 4000; ++i) {
      const Distribution p = random_distribution(1 + static_cast<int>(rng.below(300)), skew, rng);
      steps.push_back(drawn(p, 1, static_cast<std::uint64_t>(i))[0]);
    }
    CHECK(round_trip(steps) <= ideal_bits(steps) * 1.002 + 12);
  }
}

TEST_CASE("a long run of what is nearly sure costs next to nothing; what is impossible costs 24 bits and comes back") {
  const Distribution sure{1 - 1e-12, 1e-12}, impossible{1, 0};
  std::vector<Step> run(1000000, Step{sure, 0});
  CHECK(round_trip(run) <= 16);
  run[500000] = {impossible, 1};
  run[999999] = {{0, 0, 1}, 0};
  CHECK(round_trip(run) <= 16 + 2 * 24);
  CHECK(round_trip({}) == 8);
  CHECK(round_trip(std::vector<Step>(5000, Step{{1}, 0})) == 8);  // one symbol: nothing to tell
}

TEST_CASE("every message of a few symbols: the ends of the interval and its middle") {
  const Distribution p{0.25, 0.5 - 1e-7, 1e-7, 0.25};
  for (int message = 0; message < 1024; ++message) {
    std::vector<Step> steps;
    for (int i = 0; i < 5; ++i) steps.push_back({p, static_cast<std::uint32_t>(message >> (2 * i) & 3)});
    round_trip(steps);
  }
  // The interval stays about the middle for as long as it is told to, and then falls to either side.
  const Distribution thirds{1. / 3, 1. / 3, 1. / 3};
  for (const std::uint32_t last : {0u, 1u, 2u}) {
    std::vector<Step> steps(3000, Step{thirds, 1});
    steps.push_back({thirds, last});
    CHECK(round_trip(steps) == approx(3001 * std::log2(3), 0.005));
  }
}

TEST_CASE("frequencies rise from 0 to 2^24 and leave no symbol out") {
  CumulativeFrequencies f;
  Rng rng(3);
  for (const int symbols : {1, 2, 3, 256, 65536}) {
    for (const double skew : {0.0, 1.0, 60.0}) {
      set_frequencies(f, random_distribution(symbols, skew, rng));
      REQUIRE(f.size() == static_cast<std::size_t>(symbols) + 1);
      CHECK(f.front() == 0);
      CHECK(f.back() == kTotalFrequency);
      bool rises = true;
      for (std::size_t i = 1; i < f.size(); ++i) rises &= f[i] > f[i - 1];
      CHECK(rises);
    }
  }
  set_frequencies(f, Distribution{0, 0, 3, 1});  // of any sum
  CHECK(f[1] == 1);
  CHECK(f[2] == 2);
  CHECK(f[3] / double{kTotalFrequency} == approx(0.75, 1e-6));
}

TEST_CASE("what is no distribution is refused, and a symbol that is none") {
  CumulativeFrequencies f;
  for (const Distribution& p : {Distribution{0.5, std::nan("")}, {-0.1, 1.1}, {0, 0}, {1, INFINITY}})
    CHECK(contains(message_of([&] { set_frequencies(f, p); }), "set_frequencies: the probabilities add up to"));
  CHECK(contains(message_of([&] { set_frequencies(f, {}); }), "there are 0 symbols"));
  set_frequencies(f, Distribution{0.5, 0.5});
  ArithmeticEncoder encoder;
  CHECK(message_of([&] { encoder.encode(f, 2); }) == "ArithmeticEncoder: symbol 2 of 2 cannot be coded");
}

TEST_CASE("a decoder of too few or of any bytes gives symbols, ends, and says that it has run dry") {
  const std::vector<Step> steps = drawn({0.4, 0.3, 0.3}, 2000);
  const Bytes whole = encoded(steps);
  CumulativeFrequencies f;
  set_frequencies(f, steps[0].p);
  Rng rng(4);
  for (std::size_t length : {std::size_t{0}, std::size_t{1}, whole.size() / 2, whole.size() - 5}) {
    Bytes bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    for (std::uint8_t& byte : bytes)
      if (rng.below(10) == 0) byte = static_cast<std::uint8_t>(rng.below(256));
    ArithmeticDecoder decoder(bytes);
    for (std::size_t i = 0; i < steps.size() && !decoder.exhausted(); ++i) CHECK(decoder.decode(f) < 3);
    CHECK(decoder.exhausted());
  }
}
