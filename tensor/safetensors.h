#pragma once
#include <filesystem>
#include <map>
#include <string>

#include "tensor/tensor.h"

// The safetensors format: an 8-byte little-endian header length, a JSON header with name, dtype, shape and
// byte range of each tensor, then the bytes. Reads F64, F32, F16, BF16 and integers (converted to Real);
// writes F32 (F64 in the double build) or F16.
namespace gradfold {

struct SafeTensors {
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> metadata;  // "__metadata__": text to text
};

// Throws an Error for a truncated or corrupt file: what was expected, what was found. A file of ours carries a
// checksum (tensor/safetensors_checksum.h), so that no damage to it goes unseen.
SafeTensors read_safetensors(const std::filesystem::path& path);

enum class StoredType { kReal, kF16 };
// Written to a temporary file beside `path`, flushed to the disk and renamed over it: a crash or a full disk
// leaves the old file as it was.
void write_safetensors(const std::filesystem::path& path, const SafeTensors& content,
                       StoredType type = StoredType::kReal);

}  // namespace gradfold
