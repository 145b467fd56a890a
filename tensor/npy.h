#pragma once
#include <filesystem>
#include <map>
#include <string>

#include "tensor/indices.h"
#include "tensor/tensor.h"

// NumPy's .npy and .npz (NEP 1). Reading takes little- or big-endian float16/32/64, int/uint 8..64 and bool, C
// or Fortran order, and converts to Real; writing is little-endian C order, float32 (float64 in the double
// build) or int32. Every reader throws an Error that names the file, what was expected and what was found.
namespace gradfold {

Tensor read_npy(const std::filesystem::path& path);
// Integers or bool that fit 32 bits.
Indices read_npy_indices(const std::filesystem::path& path);
void write_npy(const std::filesystem::path& path, const Tensor& x);
void write_npy(const std::filesystem::path& path, const Indices& x);

// Arrays by name, as np.savez and np.savez_compressed write them; entries that are no .npy are passed over.
std::map<std::string, Tensor> read_npz(const std::filesystem::path& path);
// Not compressed; at most 4 GiB.
void write_npz(const std::filesystem::path& path, const std::map<std::string, Tensor>& arrays);

}  // namespace gradfold
