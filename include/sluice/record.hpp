// SPDX-License-Identifier: Apache-2.0
#pragma once

// Records, as they go into a topic and as they come out.

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/types.hpp"

namespace sluice {

// What is sent: a view. The producer copies it before `send` returns.
struct RecordRef {
  std::optional<std::string_view> key;  // an empty key differs from none
  std::string_view value;
};

// A record that owns its bytes.
struct Record {
  std::optional<std::string> key;
  std::string value;

  operator RecordRef() const {  // NOLINT(google-explicit-constructor): a record is a record
    return {key ? std::optional<std::string_view>(*key) : std::nullopt, value};
  }
};

// Where a record went.
struct Delivered {
  PartitionId partition;
  // -1: only the server knows. With SmartModules it decides what is stored, and does not say.
  Offset offset;
};

// One record of a `Records`; its views live as long as any copy of that `Records`. Records that
// a SmartModule made from one record all have its offset.
struct ConsumedRecord {
  Offset offset;
  std::chrono::milliseconds timestamp{-1};  // since 1970; -1 when the producer gave none
  std::optional<std::string_view> key;
  std::string_view value;
};

// Records of one partition, in offset order, as one answer of the server brought them.
// Copies share the memory, which is released with the last of them.
class Records {
 public:
  Records() = default;
  Records(PartitionId partition, std::vector<ConsumedRecord> records,
          std::shared_ptr<const void> memory, std::optional<Offset> through = std::nullopt)
      : partition_(partition),
        records_(std::make_shared<const std::vector<ConsumedRecord>>(std::move(records))),
        memory_(std::move(memory)),
        through_(through) {}

  [[nodiscard]] PartitionId partition() const noexcept { return partition_; }
  [[nodiscard]] bool empty() const noexcept { return !records_ || records_->empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return records_ ? records_->size() : 0; }
  // Up to and with this offset there is nothing else: it is the last record's, or that of a later
  // one which a SmartModule left out; or an earlier one, when more of what a SmartModule made of
  // the last record's is still to come. Requires: !empty().
  [[nodiscard]] Offset through() const { return through_ ? *through_ : back().offset; }
  // Requires: !empty().
  [[nodiscard]] const ConsumedRecord& front() const { return records_->front(); }
  [[nodiscard]] const ConsumedRecord& back() const { return records_->back(); }
  [[nodiscard]] const ConsumedRecord& operator[](std::size_t i) const { return (*records_)[i]; }
  [[nodiscard]] const ConsumedRecord* begin() const noexcept {
    return records_ ? records_->data() : nullptr;
  }
  [[nodiscard]] const ConsumedRecord* end() const noexcept { return begin() + size(); }

 private:
  PartitionId partition_;
  std::shared_ptr<const std::vector<ConsumedRecord>> records_;
  std::shared_ptr<const void> memory_;
  std::optional<Offset> through_;
};

}  // namespace sluice
