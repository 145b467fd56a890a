#pragma once
#include <string>
#include <vector>

#include "tensor/bytes.h"

// The checksum that our .safetensors files carry in their metadata, {"crc32": "1a2b3c4d"}: CRC-32 of the
// header and the data, with zeros for the eight digits of its own. Other programs' files have none, and read
// as well.
namespace gradfold {

inline constexpr const char* kChecksumKey = "crc32";
inline constexpr const char* kNoChecksum = "00000000";  // what stands in the header before it is known

// Of a header whose metadata hold `written` as the checksum, and of the data after it.
std::string checksum(std::string header, const std::string& written, const std::vector<ByteView>& data);

// Puts it into a header that holds kNoChecksum.
void insert_checksum(std::string& header, const std::string& checksum);

}  // namespace gradfold
