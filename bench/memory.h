#pragma once

namespace gradfold::bench {

// The most memory that this process has held at a time, in MiB, since forget_peak_memory() where the system can forget
// (Linux), else since it began. forget_peak_memory() first hands back what freed tensors left in the pool.
double peak_memory();
void forget_peak_memory();

}  // namespace gradfold::bench
