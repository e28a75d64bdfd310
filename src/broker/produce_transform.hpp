// SPDX-License-Identifier: Apache-2.0
#pragma once

// Runs what a producer sent through a chain, before it is stored. Pure but for the chain.

#include <span>

#include "broker/partition_log.hpp"
#include "smartmodule/chain.hpp"
#include "wire/error_code.hpp"

namespace sluice::broker {

// What is to be stored in place of the batches: one batch, whose records are numbered in a row,
// with the codec of the first batch.
struct TransformedBatch {
  bool unchanged = false;  // only filters, and they kept all: the batches can stay as they are
  Bytes bytes;             // none when no record is left, or `unchanged`
  std::int32_t last_offset_delta = 0;
  std::uint64_t records_in = 0;
  std::uint64_t records_out = 0;
};

// All or nothing: the first fault is the answer. Modules are told offsets that count the records
// of the request from 0, since those in the log are not known yet. `message_too_large` above
// `batch_bytes_max`.
[[nodiscard]] tl::expected<TransformedBatch, wire::ErrorCode> transform_batches(
    smartmodule::Chain& chain, std::span<const BatchSlot> batches, std::uint64_t batch_bytes_max);

}  // namespace sluice::broker
