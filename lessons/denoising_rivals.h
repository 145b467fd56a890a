#pragma once
#include "manifold/pca.h"

// Ways to take noise away that a denoising autoencoder must beat. Each is told what no user knows: it tries several
// settings and keeps the result that is nearest to the clean images, by PSNR. Grey values are cut off at 0 and 1.
//   damaged, clean [N, C, H, W] -> [N, C, H, W]
namespace gradfold {

// A median filter of 3 x 3 or of 5 x 5.
Tensor best_median(const Tensor& damaged, const Tensor& clean);

// What 8, 16, 24, 32, 48, 64 or 96 components keep, as many of them as `pca` was fitted with.
Tensor best_projection(const Pca& pca, const Tensor& damaged, const Tensor& clean);

// The mean PSNR of images y against x, in dB, with y's grey values cut off at 0 and 1.
double mean_psnr(const Tensor& y, const Tensor& x);

}  // namespace gradfold
