#pragma once
#include "models/autoregressive.h"

namespace gradfold {

// Distillation (Hinton, Vinyals, Dean 2015, "Distilling the knowledge in a neural network", arXiv 1503.02531): a
// student learns from what a teacher, an autoregressive model that was trained before, says of each pixel of an image.
// That tells more than the pixel itself, which is one draw, so the student learns less of what is chance in its images.
// For binary images of one channel.

// p(x_i = 1 | earlier pixels) by the teacher, [N, 1, H, W], for images x [N, 1, H, W]. Without a graph.
Tensor pixel_probabilities(AutoregressiveModel& teacher, const Tensor& x, const Indices& labels = {});

struct DistillationLoss {
  Var cross_entropy;  // between teacher and student: sum over pixels, mean over images, in nats; the loss
  double nll;         // the student's -log p(x), mean over images, in nats
};

// Of a student on images x, for which the teacher says `probabilities`; both [N, 1, H, W].
DistillationLoss distillation_loss(AutoregressiveModel& student, const Tensor& x, const Tensor& probabilities,
                                   const Indices& labels = {});

}  // namespace gradfold
