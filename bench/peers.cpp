#include "bench/peers.h"

#include <dlfcn.h>
#include <fmt/core.h>

#include <cstdint>
#include <cstdlib>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace gradfold::bench {
namespace {

template <class Function>
Function* symbol(const char* library, const char* name) {
  void* handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  void* found = handle ? dlsym(handle, name) : nullptr;
  if (!found) fmt::print("note: {} was not found in {}: compared without it\n", name, library);
  return reinterpret_cast<Function*>(found);
}

using CblasSgemm = void(int, int, int, int, int, int, float, const float*, int, const float*, int, float, float*, int);
using DnnlSgemm = int(char, char, std::int64_t, std::int64_t, std::int64_t, float, const float*, std::int64_t,
                      const float*, std::int64_t, float, float*, std::int64_t);

void add_openblas(std::vector<GemmPeer>& peers) {
  const char* library = "libopenblas.so.0";
  auto* sgemm = symbol<CblasSgemm>(library, "cblas_sgemm");
  if (!sgemm) return;
  const auto run = [sgemm](const GemmArgs& g) {
    constexpr int kRowMajor = 101, kAsIs = 111;
    sgemm(kRowMajor, kAsIs, kAsIs, int(g.m), int(g.n), int(g.k), 1, g.a, int(g.lda), g.b, int(g.ldb), 0, g.c,
          int(g.ldc));
  };
  peers.push_back({"OpenBLAS", run, symbol<void(int)>(library, "openblas_set_num_threads")});
}

void add_onednn(std::vector<GemmPeer>& peers) {
  auto* sgemm = symbol<DnnlSgemm>("libdnnl.so.2", "dnnl_sgemm");
  if (!sgemm) return;
  const auto run = [sgemm](const GemmArgs& g) {
    sgemm('N', 'N', g.m, g.n, g.k, 1, g.a, g.lda, g.b, g.ldb, 0, g.c, g.ldc);
  };
  const auto set_threads = [](int threads) {
#ifdef _OPENMP
    omp_set_num_threads(threads);
#else
    (void)threads;
#endif
  };
  peers.push_back({"oneDNN", run, set_threads});
}

}  // namespace

const std::vector<GemmPeer>& gemm_peers() {
  static const std::vector<GemmPeer> peers = [] {
    std::vector<GemmPeer> found;
    add_openblas(found);
    add_onednn(found);
    return found;
  }();
  return peers;
}

}  // namespace gradfold::bench
