// SPDX-License-Identifier: Apache-2.0
#pragma once

// A SmartModule's memory: one stack of bytes that is cleared at the end of each call.
//
// What `init` took stays for the life of the module; what a call took is gone when the next one
// begins, so a module neither frees anything nor grows over time. Within a call the runner also
// releases what each record took, once its result is written. Memory that runs out is a trap,
// which the host reports. Nothing here needs a C library.

#include <stddef.h>
#include <stdint.h>

#if defined(__wasm__)
#if !defined(__wasm_bulk_memory__)
#error "compile SmartModules with -mbulk-memory, as tools/smartmodule_build.sh does"
#endif
extern "C" {
extern unsigned char __heap_base;  // the linker's: where data and stack end

// The compiler calls these by itself. They are weak: a C library may bring its own.
__attribute__((weak)) void* memcpy(void* to, const void* from, size_t bytes) noexcept {
  return __builtin_memcpy(to, from, bytes);
}
__attribute__((weak)) void* memmove(void* to, const void* from, size_t bytes) noexcept {
  return __builtin_memmove(to, from, bytes);
}
__attribute__((weak)) void* memset(void* to, int byte, size_t bytes) noexcept {
  return __builtin_memset(to, byte, bytes);
}
__attribute__((weak)) int memcmp(const void* left, const void* right, size_t bytes) noexcept {
  const auto* a = static_cast<const unsigned char*>(left);
  const auto* b = static_cast<const unsigned char*>(right);
  for (; bytes != 0; --bytes, ++a, ++b) {
    if (*a != *b) return *a < *b ? -1 : 1;
  }
  return 0;
}
}
#endif

namespace sluice::guest {

class Arena {
 public:
  // Memory for `bytes`, aligned for anything, not cleared.
  [[gnu::noinline]] void* take(size_t bytes) {
    if (next_ == 0) next_ = kept_ = begin();
    const uintptr_t at = (next_ + 15) & ~uintptr_t{15};
    const uintptr_t end = at + bytes;
    if (end < at || !reach(end)) __builtin_trap();
    next_ = end;
    return reinterpret_cast<void*>(at);
  }

  // Makes the piece at `at` longer without moving it, when it is the last one taken.
  bool try_extend(const void* at, size_t bytes_now, size_t bytes_wanted) {
    const auto start = reinterpret_cast<uintptr_t>(at);
    if (start + bytes_now != next_ || !reach(start + bytes_wanted)) return false;
    next_ = start + bytes_wanted;
    return true;
  }

  // `release(mark())` gives back all that was taken in between.
  [[nodiscard]] uintptr_t mark() {
    if (next_ == 0) next_ = kept_ = begin();
    return next_;
  }
  void release(uintptr_t mark) { next_ = mark; }

  void keep() { kept_ = mark(); }  // what is taken now survives `reset`
  void reset() { next_ = kept_; }

 private:
#if defined(__wasm__)
  static uintptr_t begin() { return reinterpret_cast<uintptr_t>(&__heap_base); }
  static bool reach(uintptr_t end) {
    const uintptr_t have = __builtin_wasm_memory_size(0) << 16;
    if (end <= have || have == 0) return true;
    const size_t pages = (end - have + 65535) >> 16;
    return __builtin_wasm_memory_grow(0, pages) != static_cast<size_t>(-1);
  }
#else
  // Modules are also compiled for the machine that builds them, by tests and fuzzers.
  alignas(16) static inline unsigned char native_[64 << 20];
  static uintptr_t begin() { return reinterpret_cast<uintptr_t>(native_); }
  static bool reach(uintptr_t end) { return end <= begin() + sizeof native_; }
#endif

  uintptr_t next_ = 0;
  uintptr_t kept_ = 0;
};

inline constinit Arena arena;

// Room for `count` objects, each as `T{}`. T is plain: nobody destroys it.
template <class T>
T* take_array(size_t count) {
  static_assert(__is_trivially_copyable(T));
  if (count > SIZE_MAX / 2 / sizeof(T)) __builtin_trap();
  T* items = static_cast<T*>(arena.take(count * sizeof(T)));
  for (size_t i = 0; i < count; ++i) items[i] = T{};
  return items;
}

}  // namespace sluice::guest
