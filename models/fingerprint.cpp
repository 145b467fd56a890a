#include "models/fingerprint.h"

#include <fmt/format.h>

#include "tensor/bytes.h"

namespace gradfold {
namespace {

class Fnv1a {
 public:
  void add(ByteView bytes) {
    for (const std::uint8_t byte : bytes) sum_ = (sum_ ^ byte) * 0x100000001b3;
  }
  void add(std::string_view text) { add(ByteView(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())); }
  std::uint64_t sum() const { return sum_; }

 private:
  std::uint64_t sum_ = 0xcbf29ce484222325;
};

}  // namespace

std::uint64_t fingerprint(const ImageModel& model) {
  Fnv1a hash;
  hash.add(fmt::format("{}\n{}\n", model.name(), sizeof(Real)));
  for (const auto& [key, value] : model.config()) hash.add(fmt::format("{}={}\n", key, value));
  for (const auto& [name, value] : model.state()) {
    const Tensor x = value.contiguous();
    hash.add(fmt::format("{} {}\n", name, x.shape()));
    const std::size_t bytes = static_cast<std::size_t>(x.numel()) * sizeof(Real);
    hash.add(ByteView(reinterpret_cast<const std::uint8_t*>(x.data()), bytes));
  }
  return hash.sum();
}

}  // namespace gradfold
