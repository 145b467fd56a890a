#include "models/arithmetic_coder.h"

#include <algorithm>
#include <cmath>

#include "tensor/check.h"

namespace gradfold {
namespace {

constexpr int kBits = 32, kTotalBits = 24;
constexpr std::uint64_t kHalf = std::uint64_t{1} << (kBits - 1), kQuarter = kHalf / 2;

// The part of [low, high] that belongs to a symbol. Between symbols the interval is wider than a quarter of 2^32, so a
// frequency of 1 is at least 64 wide.
void narrow(std::uint64_t& low, std::uint64_t& high, const CumulativeFrequencies& cumulative, std::uint32_t symbol) {
  const std::uint64_t width = high - low + 1;
  high = low + (width * cumulative[symbol + 1] >> kTotalBits) - 1;
  low = low + (width * cumulative[symbol] >> kTotalBits);
}

// While the first bit of both ends agrees, or the interval lies about the middle, in its inner half: hands that
// bit, or the middle, on and stretches the interval to twice its width.
template <class Agreed, class Middle>
void stretch(std::uint64_t& low, std::uint64_t& high, Agreed agreed, Middle middle) {
  for (;;) {
    std::uint64_t start = 0;
    if (high < kHalf) {
      agreed(false);
    } else if (low >= kHalf) {
      start = kHalf;
      agreed(true);
    } else if (low >= kQuarter && high < kHalf + kQuarter) {
      start = kQuarter;
      middle();
    } else {
      return;
    }
    low = 2 * (low - start);
    high = 2 * (high - start) + 1;
  }
}

}  // namespace

void set_frequencies(CumulativeFrequencies& cumulative, std::span<const double> p) {
  require(!p.empty() && p.size() <= kTotalFrequency / 2, "set_frequencies",
          "there are {} symbols; 1 .. {} can be coded", p.size(), kTotalFrequency / 2);
  double total = 0;
  bool fine = true;
  for (const double q : p) {
    fine &= q >= 0;
    total += q;
  }
  require(fine && total > 0 && std::isfinite(total), "set_frequencies",
          "the probabilities add up to {}, some below 0 or no number; hint: a model whose weights are NaN cannot code",
          total);
  const auto symbols = static_cast<std::uint32_t>(p.size());
  const double to_share = kTotalFrequency - symbols;  // each has 1 already
  cumulative.resize(p.size() + 1);
  cumulative[0] = 0;
  double below = 0;
  for (std::uint32_t i = 1; i < symbols; ++i) {
    below += p[i - 1];
    cumulative[i] = i + static_cast<std::uint32_t>(std::min(1.0, below / total) * to_share);
  }
  cumulative[symbols] = kTotalFrequency;
}

void ArithmeticEncoder::write(bool bit) {
  if (free_bits_ == 0) {
    bytes_.push_back(0);
    free_bits_ = 8;
  }
  --free_bits_;
  if (bit) bytes_.back() |= static_cast<std::uint8_t>(1 << free_bits_);
}

void ArithmeticEncoder::write_agreed(bool bit) {
  write(bit);
  for (; undecided_ > 0; --undecided_) write(!bit);
}

void ArithmeticEncoder::encode(const CumulativeFrequencies& cumulative, std::uint32_t symbol) {
  require(symbol + 1 < cumulative.size(), "ArithmeticEncoder", "symbol {} of {} cannot be coded", symbol,
          cumulative.size() - 1);
  narrow(low_, high_, cumulative, symbol);
  stretch(low_, high_, [this](bool bit) { write_agreed(bit); }, [this] { ++undecided_; });
}

std::vector<std::uint8_t> ArithmeticEncoder::finish() {
  ++undecided_;  // a quarter that lies inside the interval, whatever is read after it
  write_agreed(low_ >= kQuarter);
  std::vector<std::uint8_t> out = std::move(bytes_);
  *this = {};
  return out;
}

ArithmeticDecoder::ArithmeticDecoder(std::span<const std::uint8_t> bytes) : bytes_(bytes) {
  for (int i = 0; i < kBits; ++i) value_ = value_ << 1 | static_cast<std::uint64_t>(read());
}

bool ArithmeticDecoder::read() {
  const std::uint64_t at = bits_read_++;
  return at / 8 < bytes_.size() && (bytes_[at / 8] >> (7 - at % 8) & 1) != 0;
}

std::uint32_t ArithmeticDecoder::decode(const CumulativeFrequencies& cumulative) {
  const std::uint64_t width = high_ - low_ + 1;
  const std::uint64_t point = (((value_ - low_ + 1) << kTotalBits) - 1) / width;  // of 2^24
  const auto after = std::upper_bound(cumulative.begin(), cumulative.end(), point);
  const auto symbol = static_cast<std::uint32_t>(after - cumulative.begin() - 1);
  narrow(low_, high_, cumulative, symbol);
  const auto next = [this](std::uint64_t start) {
    value_ = 2 * (value_ - start) | static_cast<std::uint64_t>(read());
  };
  stretch(low_, high_, [&](bool bit) { next(bit ? kHalf : 0); }, [&] { next(kQuarter); });
  return symbol;
}

// It reads 32 bits ahead, of which the message holds two or more.
bool ArithmeticDecoder::exhausted() const { return bits_read_ > 8 * bytes_.size() + kBits; }

}  // namespace gradfold
