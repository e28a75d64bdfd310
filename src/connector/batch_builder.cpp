// SPDX-License-Identifier: Apache-2.0
#include "connector/batch_builder.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace sluice::connector {
namespace {

std::size_t bytes_of(const ConsumedRecord& record) {
  return record.value.size() + (record.key ? record.key->size() : 0);
}

}  // namespace

void BatchBuilder::add(const Records& records, TimePoint now) {
  SLUICE_ASSERT(!has_rest());
  if (records.empty()) return;
  if (empty()) since_ = now;
  rest_ = records;
  next_ = 0;
  fill();
}

void BatchBuilder::fill() {
  const auto before = batch_.size();
  while (next_ < rest_.size()) {
    const auto end = end_of_offset(next_);
    std::size_t bytes = 0;
    for (auto i = next_; i < end; ++i) bytes += bytes_of(rest_[i]);
    full_ = !empty() &&
            (batch_.size() + (end - next_) > limits_.count || bytes_ + bytes > limits_.bytes);
    if (full_) break;
    for (std::uint32_t index = 0; next_ < end; ++next_, ++index) {
      const auto& record = rest_[next_];
      batch_.push_back({.partition = rest_.partition(),
                        .offset = record.offset,
                        .index = index,
                        .timestamp = record.timestamp,
                        .key = record.key,
                        .value = record.value});
    }
    bytes_ += bytes;
  }
  full_ = full_ || batch_.size() >= limits_.count || bytes_ >= limits_.bytes;
  if (batch_.size() > before) held_.push_back(rest_);
  if (!has_rest()) rest_ = {};
}

std::size_t BatchBuilder::end_of_offset(std::size_t begin) const {
  auto end = begin + 1;
  while (end < rest_.size() && rest_[end].offset == rest_[begin].offset) ++end;
  return end;
}

std::chrono::milliseconds BatchBuilder::time_left(TimePoint now) const {
  using std::chrono::milliseconds;
  const auto left = std::chrono::ceil<milliseconds>(since_ + limits_.age - now);
  return std::max(left, milliseconds(0));
}

void BatchBuilder::clear(TimePoint now) {
  batch_.clear();
  held_.clear();
  bytes_ = 0;
  full_ = false;
  since_ = now;
  if (has_rest()) fill();
}

}  // namespace sluice::connector
