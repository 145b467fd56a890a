#pragma once
#include <vector>

#include "models/autoregressive.h"

// Binary images so small that all of them can be listed: up to 4x4 pixels, 65,536 images. What a model says of them is
// then a table, and every claim about a distribution can be checked by adding up (total_probability in
// likelihood_model.h adds up all of it).
namespace gradfold {

// Every binary image of side x side pixels, side up to 4, [2^(side * side), 1, side, side]: pixel i of image k,
// counted row by row from the top left, is bit i of k.
Tensor every_binary_image(Index side);

// The place of each image of x [N, 1, H, W] of 0 and 1, at most 16 pixels, in every_binary_image, [N].
Indices image_numbers(const Tensor& x);

// p(x), or p(x | label), of every_binary_image(side), in its order.
std::vector<double> joint_table(LikelihoodModel& model, Index side, const Indices& label = {});

// What share of x [N, 1, side, side] each of every_binary_image(side) is: what joint_table predicts.
std::vector<double> share_table(const Tensor& x);

// From the joint p(x_1, ..., x_i) in a table of 2^i numbers, x_i the highest bit, p(x_1, ..., x_i-1): x_i summed out.
std::vector<double> sum_out_last_pixel(const std::vector<double>& joint);

// Every conditional p(x_i | x_1, ..., x_i-1) of images x [N, 1, side, side] of 0 and 1 twice: as
// p(x_1, ..., x_i) / p(x_1, ..., x_i-1) from the joint table, and as the net says it with noise in place of all pixels
// after x_i. The largest difference; NaN if there is one.
double worst_conditional(AutoregressiveModel& model, const Tensor& x, Rng rng);

}  // namespace gradfold
