#pragma once
#include "tensor/random.h"
#include "tensor/tensor.h"

// Damage that a denoising autoencoder learns to undo (Vincent et al. 2010, "Stacked denoising autoencoders", section
// 4.2). x of any shape, grey values 0..1 -> the same shape; drawn anew on every call.
namespace gradfold {

// x + sigma e, e ~ N(0, 1) for each element; not cut off at 0 and 1.
Tensor add_gaussian_noise(const Tensor& x, Real sigma, Rng& rng);
// Each element 0 with probability `share`, so that nothing is known of it.
Tensor mask_out(const Tensor& x, Real share, Rng& rng);
// Each element with probability `share` 0 or 1, one as likely as the other.
Tensor salt_and_pepper(const Tensor& x, Real share, Rng& rng);

}  // namespace gradfold
