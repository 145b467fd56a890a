#pragma once
#include "tensor/indices.h"
#include "tensor/random.h"
#include "tensor/tensor.h"

// How far latent codes say what the factors of an image are: by correlation, and by two scores that need factors that
// are known, which generated data have and real data never have.
namespace gradfold {

// Pearson's correlation of a [N] and b [N], -1 to 1; 0 where one of them does not vary.
double correlation(const Tensor& a, const Tensor& b);
// The same of what is left when each group's means are taken off both: what a and b share beyond what the group, say
// the class of a digit, says about them. group [N] of 0 .. groups - 1.
double correlation_within(const Tensor& a, const Tensor& b, const Indices& group, Index groups);
// All pairs of columns: a [N, A], b [N, B] -> [A, B].
Tensor correlations(const Tensor& a, const Tensor& b);
// The same as correlation_within() has it.
Tensor correlations_within(const Tensor& a, const Tensor& b, const Indices& group, Index groups);

// Values [N] in `bins` equal bins between the smallest and the largest.
Indices in_bins(const Tensor& values, Index bins);

// Mutual information gap (Chen et al. 2018, "Isolating Sources of Disentanglement in VAEs", arXiv 1802.04942): for each
// factor the difference of the two largest mutual informations that single codes have with it, over the factor's
// entropy. 1: one code says everything about the factor, the others nothing. 0: two codes say equally much.
struct InformationGap {
  double gap;          // mean over factors
  Tensor information;  // [D, K] I(code; factor) in nats, by counting in bins
  Tensor entropy;      // [K] H(factor)
};
// codes [N, D] and factors [N, K] of the same N images. Both are put into bins first: codes of few samples in many bins
// seem to say more than they do, by about (code_bins - 1) (factor_bins - 1) / (2 N) nats.
InformationGap information_gap(const Tensor& codes, const Tensor& factors, Index code_bins = 20,
                               Index factor_bins = 10);

// The score of FactorVAE (Kim & Mnih 2018, arXiv 1802.05983): hold one factor, let the others vary, and see which code
// varies least against its spread over all images: a vote for "this code is that factor". The score is the share of
// votes that the best table code -> factor foretells, on votes that did not make it.
struct VoteOptions {
  Index votes = 400;         // to make the table, and as many again to judge it
  Index images = 32;         // in a vote: drawn from those whose factor lies in one bin
  Index factor_bins = 10;
  double collapsed = 0.05;   // codes that vary less than this part of the widest one's deviation do not take part
};
struct FactorVote {
  double score;   // 1 / K is guessing
  Tensor votes;   // [D, K] share of the table's votes
};
FactorVote factor_vote(const Tensor& codes, const Tensor& factors, Rng rng, const VoteOptions& options = {});

}  // namespace gradfold
