#pragma once
#include <functional>
#include <vector>

#include "tensor/kernels/gemm.h"

// Other libraries that the benchmarks compare with, loaded when they are there; nothing links them.
namespace gradfold::bench {

struct GemmPeer {
  const char* name;
  std::function<void(const GemmArgs&)> gemm;  // C = A B, neither transposed
  std::function<void(int)> set_threads;
};

// OpenBLAS and oneDNN, those found; says once which were not.
const std::vector<GemmPeer>& gemm_peers();

}  // namespace gradfold::bench
