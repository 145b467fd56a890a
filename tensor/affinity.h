#pragma once
// Where the system lets a thread run. Does nothing where the system does not say (Linux does).
namespace gradfold {

// The core that the calling thread is on now, or -1.
int current_core();

// Moves the calling thread to another core, if it is on this one and may run elsewhere. Where it may run is afterwards
// what it was before.
void leave_core(int core);

}  // namespace gradfold
