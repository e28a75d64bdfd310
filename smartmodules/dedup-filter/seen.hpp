// SPDX-License-Identifier: Apache-2.0
#pragma once

// The last so many different keys, by digest, and when each was seen first.
//
// All memory is taken when it is made: 32 bytes a key and 4 to 8 for finding it. Of two keys with
// one digest the second would be lost; with 128 bits of SHA-256 that does not happen.

#include <sluice/smartmodule/list.hpp>

#include "../shared/sha256.hpp"

namespace dedup {

using sluice::guest::Text;

inline constexpr int64_t no_time = INT64_MIN;

class Seen {
 public:
  struct Id {
    uint32_t words[4];
    friend bool operator==(const Id& left, const Id& right) {
      return left.words[0] == right.words[0] && left.words[1] == right.words[1] &&
             left.words[2] == right.words[2] && left.words[3] == right.words[3];
    }
  };

  // Requires: count > 0. Call once, in `init`.
  void reserve(uint32_t count) {
    capacity_ = count;
    entries_ = static_cast<Entry*>(sluice::guest::arena.take(size_t{count} * sizeof(Entry)));
    bucket_count_ = 16;
    while (bucket_count_ < count) bucket_count_ *= 2;
    buckets_ = sluice::guest::take_array<uint32_t>(bucket_count_);
  }
  [[nodiscard]] bool ready() const { return capacity_ != 0; }

  static Id id_of(Text kind, Text text) {
    const sha256::Digest digest = sha256::Hash().add(kind).add(text).digest();
    return {{digest.words[0], digest.words[1], digest.words[2], digest.words[3]}};
  }

  // When the key was seen first; null when it was not, or is forgotten.
  [[nodiscard]] const int64_t* find(const Id& id) const {
    for (uint32_t at = bucket(id); at != 0; at = entries_[at - 1].next) {
      if (entries_[at - 1].id == id) return &entries_[at - 1].time;
    }
    return nullptr;
  }
  // Requires: find(id) is null.
  void add(const Id& id, int64_t time) {
    if (count_ == capacity_) forget_oldest();
    const uint32_t slot = (oldest_ + count_) % capacity_;
    ++count_;
    entries_[slot] = {.id = id, .time = time, .next = bucket(id), .used = true};
    bucket(id) = slot + 1;
  }
  void remove(const Id& id) {
    for (uint32_t* at = &bucket(id); *at != 0; at = &entries_[*at - 1].next) {
      Entry& entry = entries_[*at - 1];
      if (!(entry.id == id)) continue;
      entry.used = false;  // its place in the queue stays until it is the oldest
      *at = entry.next;
      return;
    }
  }
  // Forgets from the oldest on as long as `is_old(time)`.
  template <class IsOld>
  void forget(IsOld is_old) {
    while (count_ > 0 && (!entries_[oldest_].used || is_old(entries_[oldest_].time)))
      forget_oldest();
  }

 private:
  struct Entry {
    Id id;
    int64_t time;
    uint32_t next;  // in the bucket, plus one
    bool used;
  };

  [[nodiscard]] uint32_t& bucket(const Id& id) const {
    return buckets_[id.words[0] & (bucket_count_ - 1)];
  }
  void forget_oldest() {
    if (entries_[oldest_].used) remove(entries_[oldest_].id);
    oldest_ = (oldest_ + 1) % capacity_;
    --count_;
  }

  Entry* entries_ = nullptr;  // a ring
  uint32_t* buckets_ = nullptr;
  uint32_t capacity_ = 0;
  uint32_t bucket_count_ = 0;
  uint32_t oldest_ = 0;
  uint32_t count_ = 0;
};

}  // namespace dedup
