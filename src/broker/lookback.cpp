// SPDX-License-Identifier: Apache-2.0
#include "broker/lookback.hpp"

#include <algorithm>
#include <limits>

#include "broker/batch_reader.hpp"

namespace sluice::broker {
namespace {

constexpr std::uint32_t read_bytes_max = 1U << 20;

// The oldest timestamp that is wanted.
std::int64_t oldest_ms(const PartitionLog& log, const wire::Lookback& wanted) {
  if (!wanted.age) return std::numeric_limits<std::int64_t>::min();
  const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(*wanted.age).count();
  return log.now_ms() - age;
}

// Where the first batch begins that may have records of that age, going back from `end`: the
// batches before it are older as a whole, or else a batch in between is.
Result<std::int64_t> first_young(const PartitionLog& log, std::int64_t end, std::int64_t oldest) {
  BatchReader reader(log, Isolation::read_committed, 1);
  auto first = end;
  while (first > log.offsets().start) {
    reader.seek(first - 1);
    const auto batch = reader.next();
    if (!batch) return tl::unexpected(batch.error());
    if (!*batch || (*batch)->header.max_timestamp < oldest) break;
    first = (*batch)->header.base_offset;
  }
  return first;
}

Result<std::int64_t> first_wanted(const PartitionLog& log, const wire::Lookback& wanted,
                                  std::int64_t oldest) {
  const auto offsets = log.offsets();
  if (wanted.last == 0) {
    return wanted.age ? first_young(log, offsets.committed, oldest) : offsets.committed;
  }
  const auto kept = static_cast<std::uint64_t>(offsets.committed - offsets.start);
  return offsets.committed - static_cast<std::int64_t>(std::min(wanted.last, kept));
}

}  // namespace

Result<LookbackRecords> read_lookback(const PartitionLog& log, const wire::Lookback& wanted,
                                      std::size_t bytes_max) {
  LookbackRecords out;
  const auto oldest = oldest_ms(log, wanted);
  const auto first = first_wanted(log, wanted, oldest);
  if (!first) return tl::unexpected(first.error());
  const auto end = log.offsets().committed;
  BatchReader reader(log, Isolation::read_committed, read_bytes_max);
  reader.seek(*first);
  Bytes scratch;
  while (reader.position() < end) {
    const auto batch = reader.next();
    if (!batch) return tl::unexpected(batch.error());
    if (!*batch) break;
    const auto& header = (*batch)->header;
    auto cursor = wire::RecordCursor::open(**batch, scratch);
    if (!cursor) return tl::unexpected(cursor.error());
    auto offset = header.base_offset;
    while (auto record = cursor->next()) {
      record->offset_delta = offset++;
      record->timestamp_delta += std::max<std::int64_t>(header.first_timestamp, 0);
      if (record->offset_delta < *first || record->timestamp_delta < oldest) continue;
      wire::append_record(out.bytes, *record);
      ++out.count;
      if (out.bytes.size() > bytes_max) {
        return fail(Errc::too_large, "the records to look back at have more than the " +
                                         std::to_string(bytes_max) +
                                         " bytes that the module may use");
      }
    }
    if (!cursor->ok()) return tl::unexpected(cursor->error());
  }
  return out;
}

}  // namespace sluice::broker
