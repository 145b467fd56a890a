#pragma once
#include <cstdint>
#include <span>
#include <vector>

// Arithmetic coding with 32-bit numbers, after Witten, Neal and Cleary (1987), "Arithmetic coding for data
// compression", Communications of the ACM 30(6).
//
// A message is a number in [0, 1). The interval in which it lies begins as all of that; every symbol narrows it to the
// part that the symbol's probability gives it, so that in the end it is prod p_i wide and a number inside takes
// -sum log2 p_i bits, and two more. Leading bits on which both ends agree are written as soon as they do, and the
// interval is stretched: that is why 32 bits are enough for a message of any length.
namespace gradfold {

// Where each symbol begins, in units of 2^-24: [symbols + 1] from 0 to kTotalFrequency, strictly rising.
using CumulativeFrequencies = std::vector<std::uint32_t>;
inline constexpr std::uint32_t kTotalFrequency = std::uint32_t{1} << 24;

// The probabilities p [symbols] (of any sum: they are divided by it) as whole frequencies. Each symbol gets 1 in
// any case, so that what a model holds for impossible can be coded, in 24 bits; the cost to the others is symbols
// / 2^24 / ln 2 bits each time: 2e-5 for 256. Throws if p holds a number below 0 or NaN, or nothing else than 0.
void set_frequencies(CumulativeFrequencies& cumulative, std::span<const double> p);

class ArithmeticEncoder {
 public:
  void encode(const CumulativeFrequencies& cumulative, std::uint32_t symbol);
  // The message, padded with zeros to whole bytes; the encoder is empty afterwards.
  std::vector<std::uint8_t> finish();

 private:
  void write(bool bit);
  void write_agreed(bool bit);

  std::uint64_t low_ = 0, high_ = 0xffffffff;  // both ends belong to the interval
  std::uint64_t undecided_ = 0;  // bits after the next, which will be its opposite: the interval lies about the middle
  std::vector<std::uint8_t> bytes_;
  int free_bits_ = 0;  // of the last byte
};

class ArithmeticDecoder {
 public:
  // Bytes that live as long as the decoder.
  explicit ArithmeticDecoder(std::span<const std::uint8_t> bytes);
  // The next symbol, given the same frequencies as when it was encoded. With others, or of bytes that are no message,
  // it is some symbol, never an error: the caller checks what comes out.
  std::uint32_t decode(const CumulativeFrequencies& cumulative);
  // True once symbols have been decoded from nothing: more than the message holds.
  bool exhausted() const;

 private:
  bool read();

  std::span<const std::uint8_t> bytes_;
  std::uint64_t bits_read_ = 0;
  std::uint64_t low_ = 0, high_ = 0xffffffff, value_ = 0;
};

}  // namespace gradfold
