#include "tensor/kernels/to_memory.h"

#include "tensor/kernels/simd.h"

namespace gradfold {
namespace {

using Lanes = hn::ScalableTag<Real>;

// out[i] = one(i), in vectors from many(i) wherever a whole aligned one fits.
template <class One, class Many>
void write(Real* out, Index size, One one, Many many) {
  Index i = 0;
  for (; i < size && !is_aligned(out + i); ++i) out[i] = one(i);
  for (; i + kLanes <= size; i += kLanes) hn::Stream(many(i), Lanes(), out + i);
  for (; i < size; ++i) out[i] = one(i);
}

}  // namespace

void flush_to_memory() { hwy::FlushStream(); }

void copy_to_memory(const Real* from, Index size, Real* out) {
  write(out, size, [=](Index i) { return from[i]; }, [=](Index i) { return hn::LoadU(Lanes(), from + i); });
}

void add_to_memory(const Real* a, const Real* b, const Real* gate, Index size, Real* out) {
  const Lanes d;
  if (gate)
    write(out, size, [=](Index i) { return a[i] + (gate[i] > 0 ? b[i] : 0); },
          [=](Index i) {
            const auto passes = hn::Gt(hn::LoadU(d, gate + i), hn::Zero(d));
            return hn::Add(hn::LoadU(d, a + i), hn::IfThenElseZero(passes, hn::LoadU(d, b + i)));
          });
  else
    write(out, size, [=](Index i) { return a[i] + b[i]; },
          [=](Index i) { return hn::Add(hn::LoadU(d, a + i), hn::LoadU(d, b + i)); });
}

}  // namespace gradfold
