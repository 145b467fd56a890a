#include "tensor/buffer.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <mutex>
#include <new>

namespace gradfold {

// Free lists by size class. A class is a power of two or one of three steps between two of them, so at
// most a fifth of a block is unused.
class Pool {
 public:
  using Block = Buffer::Block;

  // Never destroyed: tensors with static lifetime may outlive any static pool.
  static Pool& instance() {
    static Pool* pool = new Pool;
    return *pool;
  }

  Block* take(std::size_t bytes) {
    const int c = size_class(bytes);
    bytes = class_bytes(c);
    std::lock_guard<std::mutex> lock(mutex_);
    Block* block = free_[c];
    if (block) {
      free_[c] = block->next;
      stats_.cached -= bytes;
    } else {
      make_room(bytes);
      block = new (fresh(sizeof(Block) + bytes)) Block;
      block->bytes = bytes;
    }
    stats_.in_use += bytes;  // last: the system may have refused
    stats_.peak = std::max(stats_.peak, stats_.in_use);
    block->users.store(1, std::memory_order_relaxed);
    return block;
  }

  void give_back(Block* block) noexcept {
    std::lock_guard<std::mutex> lock(mutex_);
    stats_.in_use -= block->bytes;
    if constexpr (kSanitized) return release(block);
    const int c = size_class(block->bytes);
    block->next = free_[c];
    free_[c] = block;
    stats_.cached += block->bytes;
  }

  void trim() {
    std::lock_guard<std::mutex> lock(mutex_);
    release_cached();
  }

  PoolStats stats() {
    std::lock_guard<std::mutex> lock(mutex_);
    return stats_;
  }

 private:
  void release_cached() {
    for (Block*& head : free_) {
      while (Block* block = head) {
        head = block->next;
        release(block);
      }
    }
    stats_.cached = 0;
  }

  // A system that lends more memory than it has kills who uses it, without a word: more is refused here.
  void make_room(std::size_t bytes) {
    static const std::size_t memory =
        static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    if (stats_.in_use + stats_.cached + bytes <= memory) return;
    release_cached();
    if (stats_.in_use + bytes > memory) throw std::bad_alloc();
  }

// Under AddressSanitizer every block is fresh, so that a use after free is seen.
#if defined(__SANITIZE_ADDRESS__)
  static constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
  static constexpr bool kSanitized = true;
#else
  static constexpr bool kSanitized = false;
#endif
#else
  static constexpr bool kSanitized = false;
#endif
  static constexpr std::size_t kSmallest = 64;

  static int size_class(std::size_t bytes) {
    if (bytes <= kSmallest) return 0;
    const int log2 = std::bit_width(bytes - 1) - 1;  // 2^log2 < bytes <= 2^(log2+1)
    const std::size_t step = (std::size_t{1} << log2) / 4;
    const int quarter = static_cast<int>((bytes - 1 - (std::size_t{1} << log2)) / step);
    return (log2 - 6) * 4 + quarter + 1;
  }
  static std::size_t class_bytes(int c) {
    if (c == 0) return kSmallest;
    const int log2 = (c - 1) / 4 + 6, quarter = (c - 1) % 4;
    return (std::size_t{1} << log2) / 4 * (5 + quarter);
  }
  // Large blocks start at a large page and lie on large pages where the system has them, all but their rest:
  // with small ones the processor spends its time looking up where the next 4 KiB are.
  static constexpr std::size_t kLargePage = std::size_t{1} << 21;
  static std::align_val_t alignment(std::size_t size) {
    return std::align_val_t{size < kLargePage ? alignof(Block) : kLargePage};
  }
  static void* fresh(std::size_t size) {
    void* memory = ::operator new(size, alignment(size));
#ifdef MADV_HUGEPAGE
    if (size >= kLargePage) madvise(memory, size / kLargePage * kLargePage, MADV_HUGEPAGE);
#endif
    return memory;
  }
  static void release(Block* block) noexcept {
    const std::size_t size = sizeof(Block) + block->bytes;
    block->~Block();
    ::operator delete(block, alignment(size));
  }

  std::mutex mutex_;
  std::array<Block*, 4 * 58 + 1> free_{};
  PoolStats stats_{};
};

Buffer::Buffer(Index elements) : block_(Pool::instance().take(static_cast<std::size_t>(elements) * sizeof(Real))) {}

void Buffer::give_back(Block* block) noexcept { Pool::instance().give_back(block); }

PoolStats pool_stats() { return Pool::instance().stats(); }
void trim_pool() { Pool::instance().trim(); }

}  // namespace gradfold
