// SPDX-License-Identifier: Apache-2.0
#pragma once

// A list of plain things, in the arena. A copy is the same list until one of them grows.

#include "sluice/smartmodule/memory.hpp"

namespace sluice::guest {

template <class T>
class List {
 public:
  [[nodiscard]] uint32_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] T* data() { return items_; }
  [[nodiscard]] T* begin() const { return items_; }
  [[nodiscard]] T* end() const { return items_ + size_; }
  T& operator[](size_t i) { return items_[i]; }
  const T& operator[](size_t i) const { return items_[i]; }
  T& add(const T& item) {
    make_room(1);
    return items_[size_++] = item;
  }
  void pop() { --size_; }  // Requires: !empty().
  // Moves what is from `at` on up by one.
  void insert(uint32_t at, const T& item) {
    make_room(1);
    __builtin_memmove(items_ + at + 1, items_ + at, (size_ - at) * sizeof(T));
    items_[at] = item;
    ++size_;
  }

 private:
  [[gnu::noinline]] void make_room(uint32_t count) {
    if (size_ + count <= capacity_) return;
    capacity_ = capacity_ * 2 + 4;
    T* moved = take_array<T>(capacity_);
    for (uint32_t i = 0; i < size_; ++i) moved[i] = items_[i];
    items_ = moved;
  }

  T* items_ = nullptr;
  uint32_t size_ = 0;
  uint32_t capacity_ = 0;
};

}  // namespace sluice::guest
