#pragma once

namespace gradfold::bench {

// The machine's multiply-add peak, as measured: independent chains of multiply-adds in registers, one
// equal share for each thread of num_threads(). It is a way of a comparison like any other.
double fma_work(int threads);  // GFLOP of one run_fma()
void run_fma();

}  // namespace gradfold::bench
