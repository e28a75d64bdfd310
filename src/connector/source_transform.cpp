// SPDX-License-Identifier: Apache-2.0
#include "connector/source_transform.hpp"

#include <utility>

namespace sluice::connector {

const SourceTransform::Output& SourceTransform::run(const RecordRef& record) {
  output_.records.clear();
  output_.fault.reset();
  encoded_.clear();
  wire::append_record(encoded_,
                      {.key = record.key ? std::optional(as_bytes(*record.key)) : std::nullopt,
                       .value = as_bytes(record.value)});
  const auto now = std::chrono::floor<std::chrono::milliseconds>(clock_->wall());
  auto result = chain_.process({.base_offset = next_number_++,
                                .base_timestamp = now.time_since_epoch().count(),
                                .records = {1, encoded_}});
  if (!result.faults.empty()) {
    // All or nothing: what was made of it before the fault is not sent either.
    output_.fault = std::move(result.faults.front());
    return output_;
  }
  wire::RecordCursor cursor(result.records.bytes, result.records.count);
  while (const auto made = cursor.next()) {
    output_.records.push_back({.key = made->key ? std::optional(as_text(*made->key)) : std::nullopt,
                               .value = as_text(made->value)});
  }
  if (!cursor.ok()) throw Failure(in_context("what the SmartModules made", cursor.error()));
  return output_;
}

}  // namespace sluice::connector
