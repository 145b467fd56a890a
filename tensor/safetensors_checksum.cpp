#include "tensor/safetensors_checksum.h"

#include <fmt/format.h>

#include "tensor/crc32.h"

namespace gradfold {
namespace {

// As nlohmann's JSON writes it. In a header that another program wrote it may look otherwise: then it is
// nowhere.
void replace_digits(std::string& header, const std::string& from, const std::string& to) {
  const std::string key = fmt::format("\"{}\":\"", kChecksumKey);
  const std::size_t at = header.find(key + from + "\"");
  if (at != std::string::npos) header.replace(at + key.size(), from.size(), to);
}

}  // namespace

std::string checksum(std::string header, const std::string& written, const std::vector<ByteView>& data) {
  replace_digits(header, written, kNoChecksum);
  std::uint32_t sum = crc32({reinterpret_cast<const std::uint8_t*>(header.data()), header.size()});
  for (const ByteView& bytes : data) sum = crc32(bytes, sum);
  return fmt::format("{:08x}", sum);
}

void insert_checksum(std::string& header, const std::string& checksum) {
  replace_digits(header, kNoChecksum, checksum);
}

}  // namespace gradfold
