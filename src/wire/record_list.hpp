// SPDX-License-Identifier: Apache-2.0
#pragma once

// Records outside of a batch: a run of encoded records, as SmartModules take and give them.
//
// The payload of an uncompressed batch is the same thing with its count in front, so records
// go from a log through a chain of SmartModules and back into a batch without being decoded.
// Format: shared/reference/fluvio-protocol.md §7.2. Pure; views look into the input.

#include <cstdint>

#include "wire/record_batch.hpp"

namespace sluice::wire {

// `count` records, back to back, without the count in front.
struct RecordList {
  std::uint32_t count = 0;
  ByteView bytes;
};

// The records of a whole batch. They look into the batch, or into `scratch` when it is
// compressed. Only the count is checked: the records are as the producer made them.
[[nodiscard]] Result<RecordList> records_of(const BatchView& batch, Bytes& scratch);

// How many bytes the first record takes, its length included.
[[nodiscard]] Result<std::size_t> first_record_bytes(ByteView records);
// Cuts a list after `count` records. `malformed` when it has fewer.
struct CutList {
  RecordList head;
  RecordList tail;
};
[[nodiscard]] Result<CutList> cut_after(RecordList list, std::uint32_t count);

// Appends one record. Requires: it encodes to under 2 GiB.
void append_record(Bytes& out, const RecordView& record);

// A whole batch around records that are encoded already: length, codec and CRC are filled in.
// The timestamps and deltas of `header` are the caller's to get right; the records may leave
// gaps, or be none at all.
[[nodiscard]] Result<Bytes> batch_around(BatchHeader header, RecordList records,
                                         Compression compression);

}  // namespace sluice::wire
