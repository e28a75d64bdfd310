// SPDX-License-Identifier: Apache-2.0
#include "connector/batch_builder.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace sluice::connector {

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
  for (; next_ < rest_.size(); ++next_) {
    const auto& record = rest_[next_];
    const auto bytes = record.value.size() + (record.key ? record.key->size() : 0);
    full_ = batch_.size() >= limits_.count || (!empty() && bytes_ + bytes > limits_.bytes);
    if (full_) break;
    batch_.push_back({.partition = rest_.partition(),
                      .offset = record.offset,
                      .timestamp = record.timestamp,
                      .key = record.key,
                      .value = record.value});
    bytes_ += bytes;
  }
  full_ = full_ || batch_.size() >= limits_.count || bytes_ >= limits_.bytes;
  if (batch_.size() > before) held_.push_back(rest_);
  if (!has_rest()) rest_ = {};
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
