#pragma once
#include <atomic>
#include <cstddef>

#include "tensor/real.h"

namespace gradfold {

// A block of memory, 64-byte aligned, counted by the tensors that look at it. Freed blocks go to a pool
// that the next tensor of a similar size takes them from: a training step allocates the same sizes again
// and again, and fresh pages cost more than most kernels.
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(Index elements);  // throws std::bad_alloc for more than the machine has, with what is in use
  Buffer(const Buffer& other) noexcept : block_(other.block_) { retain(); }
  Buffer(Buffer&& other) noexcept : block_(other.block_) { other.block_ = nullptr; }
  Buffer& operator=(Buffer other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~Buffer() {
    if (block_ && block_->users.fetch_sub(1, std::memory_order_acq_rel) == 1) give_back(block_);
  }

  Real* data() const { return block_ ? reinterpret_cast<Real*>(block_ + 1) : nullptr; }
  explicit operator bool() const { return block_ != nullptr; }
  // True when no other tensor shares this memory, so that it may be written in place.
  bool unique() const { return block_ && block_->users.load(std::memory_order_acquire) == 1; }
  bool same_as(const Buffer& other) const { return block_ == other.block_; }

 private:
  struct alignas(64) Block {
    std::atomic<Index> users;
    std::size_t bytes;  // payload, after rounding to a size class
    Block* next;        // in the pool's free list
  };
  friend class Pool;
  static void give_back(Block* block) noexcept;
  void retain() const {
    if (block_) block_->users.fetch_add(1, std::memory_order_relaxed);
  }
  Block* block_ = nullptr;
};

struct PoolStats {
  std::size_t in_use;  // bytes held by tensors now
  std::size_t peak;    // most that in_use has been
  std::size_t cached;  // bytes free in the pool
};
PoolStats pool_stats();
// Hands all cached blocks back to the system.
void trim_pool();

}  // namespace gradfold
