#pragma once
#include "tensor/real.h"

// Writes that go past the cache, for results so large that they would be gone from it before anyone reads them:
// written through the cache, each line would first be fetched.
namespace gradfold {

// After the last write of a thread, before another may read: until then they are seen in no particular order.
// Waits for memory, so once for all that a task writes.
void flush_to_memory();

void copy_to_memory(const Real* from, Index size, Real* out);

// out = a + b where gate > 0 (everywhere, if null), else a.
void add_to_memory(const Real* a, const Real* b, const Real* gate, Index size, Real* out);

}  // namespace gradfold
