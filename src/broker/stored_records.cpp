// SPDX-License-Identifier: Apache-2.0
#include "broker/stored_records.hpp"

#include <algorithm>

namespace sluice::broker {
namespace {

// Whether the deltas are `first`, `first` + 1 ...; an error when a record cannot be read.
Result<bool> is_numbered(wire::RecordList records, std::int64_t first) {
  wire::RecordCursor cursor(records.bytes, records.count);
  bool numbered = true;
  while (const auto record = cursor.next()) numbered = numbered && record->offset_delta == first++;
  if (!cursor.ok()) return tl::unexpected(cursor.error());
  return numbered;
}

}  // namespace

Result<wire::RecordList> numbered_records(wire::RecordList records, std::uint32_t skip,
                                          Bytes& scratch) {
  const auto cut = wire::cut_after(records, std::min(skip, records.count));
  if (!cut) return tl::unexpected(cut.error());
  const auto numbered = is_numbered(cut->tail, skip);
  if (!numbered) return tl::unexpected(numbered.error());
  if (*numbered) {
    // Without what a producer may have left behind its last record.
    const auto exact = wire::cut_after(cut->tail, cut->tail.count);
    if (!exact) return tl::unexpected(exact.error());
    return exact->head;
  }
  scratch.clear();
  std::int64_t delta = skip;
  wire::RecordCursor cursor(cut->tail.bytes, cut->tail.count);
  while (auto record = cursor.next()) {
    record->offset_delta = delta++;
    wire::append_record(scratch, *record);
  }
  return wire::RecordList{cut->tail.count, scratch};
}

Result<wire::CutList> cut_bytes(wire::RecordList records, std::size_t bytes_max) {
  std::uint32_t count = 0;
  std::size_t bytes = 0;
  while (count < records.count) {
    const auto next = wire::first_record_bytes(records.bytes.subspan(bytes));
    if (!next) return tl::unexpected(next.error());
    if (count > 0 && bytes + *next > bytes_max) break;
    bytes += *next;
    ++count;
  }
  return wire::CutList{.head = {count, records.bytes.first(bytes)},
                       .tail = {records.count - count, records.bytes.subspan(bytes)}};
}

}  // namespace sluice::broker
