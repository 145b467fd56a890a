#pragma once
#include <stdlib.h>

namespace gradfold::bench {

// Forgets what makes other libraries run another machine's kernels, or their threads wait in another way than
// elsewhere. OpenMP reads its own when a program starts: for those it is the parent, ./gf bench, that counts.
inline void clear_environment() {
  for (const char* name : {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OMP_WAIT_POLICY", "GOMP_SPINCOUNT"})
    unsetenv(name);
}

}  // namespace gradfold::bench
