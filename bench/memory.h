#pragma once

namespace gradfold::bench {

// The most memory that this process has held at a time, in MiB: its code, its data and what freed tensors left in
// the pool.
double peak_memory();

// From now on peak_memory() counts anew, from what is held now; what has been freed is handed back first. False
// where the system cannot forget (it is not Linux): then it still counts since the process began.
bool forget_peak_memory();

}  // namespace gradfold::bench
