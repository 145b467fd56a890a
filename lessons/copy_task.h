#pragma once
#include "models/autoregressive.h"

// Can a net relate two pixels so many rows apart? Lesson 2.4 asks with a task that needs nothing else.
namespace gradfold {

// The smallest task that needs two pixels `apart` rows from each other (2 or more): two images of 3 columns, alike but
// for a dot, on the left of both first and last row or on the right of both. A full row announces the last one:
//
//   1 0 0     0 0 1
//   0 0 0     0 0 0
//   1 1 1     1 1 1
//   1 0 0     0 0 1
//
// Nobody can know the first row's pixels beforehand: ln 2 nats. The last row's cost nothing more if the model relates
// the two rows, and another ln 2 if it cannot see that far.
Tensor copied_dots(Index apart);
// What the first pixel of the last row costs the model, mean of both images, in nats: 0 .. ln 2 and more.
double nats_of_copy(AutoregressiveModel& model, const Tensor& dots);

// A PixelCNN of 16 maps and so many blocks, without blocks a Row LSTM of 16 units, learns the task in 300 steps: what
// the copy costs it then. The least of three nets, or of fewer if one has learned it (0.01 nats).
double learn_to_copy(Index blocks, Index apart, Rng& rng);

}  // namespace gradfold
