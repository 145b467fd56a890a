#pragma once
#include <exception>

namespace gradfold {

// For what has escaped everything else: prints its sentence to stderr and returns the exit code that the command line
// promises, 2 for a UsageError, 1 for any other.
int report(const std::exception_ptr& thrown);

}  // namespace gradfold
