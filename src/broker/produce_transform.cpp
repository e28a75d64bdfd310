// SPDX-License-Identifier: Apache-2.0
#include "broker/produce_transform.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "broker/smartmodule_errors.hpp"
#include "broker/stored_records.hpp"

namespace sluice::broker {
namespace {

using Done = tl::expected<void, wire::ErrorCode>;

constexpr std::size_t piece_bytes_max = 256U * 1024;
constexpr std::int64_t time_max = std::int64_t{1} << 60;

// Collects what a chain gives as the records of one batch.
class BatchInProgress {
 public:
  BatchInProgress(smartmodule::Chain& chain, TransformedBatch& out) : chain_(chain), out_(out) {}

  // The records of one batch, the first of which is number `base` of the request.
  Done run(const wire::BatchHeader& header, wire::RecordList records, std::int64_t base);
  Done finish(Compression codec, std::uint64_t batch_bytes_max);

 private:
  Result<> add(const wire::BatchHeader& header, wire::RecordList records);

  smartmodule::Chain& chain_;
  TransformedBatch& out_;
  Bytes records_;
  std::int64_t first_timestamp_ = -1;
  std::int64_t max_timestamp_ = -1;
};

bool only_filters(const smartmodule::Chain& chain) {
  for (std::size_t step = 0; step < chain.size(); ++step) {
    if (chain.module(step).kind() != smartmodule::Kind::filter) return false;
  }
  return true;
}

wire::ErrorCode unreadable(const Error& error) {
  if (error.code == Errc::compression) return wire::Code::compression_error;
  return {wire::Code::other, {"produce refused: " + error.message()}};
}

Done BatchInProgress::run(const wire::BatchHeader& header, wire::RecordList records,
                          std::int64_t base) {
  while (records.count > 0) {
    const auto piece = cut_bytes(records, piece_bytes_max);
    if (!piece) return tl::unexpected(unreadable(piece.error()));
    records = piece->tail;
    const auto output = chain_.process(
        {.base_offset = base, .base_timestamp = header.first_timestamp, .records = piece->head});
    if (!output) return tl::unexpected(breakdown_code(output.error()));
    if (output->stopped) return tl::unexpected(record_code(output->faults.back()));
    if (const auto added = add(header, output->records); !added) {
      return tl::unexpected(unreadable(added.error()));
    }
  }
  return {};
}

Result<> BatchInProgress::add(const wire::BatchHeader& header, wire::RecordList records) {
  wire::RecordCursor cursor(records.bytes, records.count);
  while (auto record = cursor.next()) {
    const auto time = header.first_timestamp < 0
                          ? std::int64_t{-1}
                          : std::clamp(header.first_timestamp, -time_max, time_max) +
                                std::clamp(record->timestamp_delta, -time_max, time_max);
    if (out_.records_out == 0) first_timestamp_ = time;
    max_timestamp_ = std::max(max_timestamp_, time);
    record->timestamp_delta = first_timestamp_ < 0 || time < 0 ? 0 : time - first_timestamp_;
    record->offset_delta = static_cast<std::int64_t>(out_.records_out++);
    wire::append_record(records_, *record);
    if (records_.size() > wire::inflated_bytes_max) {
      return fail(Errc::too_large, "the SmartModules made more than " +
                                       std::to_string(wire::inflated_bytes_max) + " bytes of it");
    }
  }
  if (!cursor.ok()) return tl::unexpected(cursor.error());
  return {};
}

Done BatchInProgress::finish(Compression codec, std::uint64_t batch_bytes_max) {
  if (out_.records_out == 0) return {};
  if (out_.records_out > std::numeric_limits<std::int32_t>::max()) {
    return tl::unexpected(wire::ErrorCode(wire::Code::message_too_large));
  }
  out_.last_offset_delta = static_cast<std::int32_t>(out_.records_out - 1);
  auto batch = wire::batch_around({.last_offset_delta = out_.last_offset_delta,
                                   .first_timestamp = first_timestamp_,
                                   .max_timestamp = max_timestamp_},
                                  {static_cast<std::uint32_t>(out_.records_out), records_}, codec);
  if (!batch) return tl::unexpected(unreadable(batch.error()));
  if (batch->size() > batch_bytes_max) {
    return tl::unexpected(wire::ErrorCode(wire::Code::message_too_large));
  }
  out_.bytes = *std::move(batch);
  return {};
}

}  // namespace

tl::expected<TransformedBatch, wire::ErrorCode> transform_batches(
    smartmodule::Chain& chain, std::span<const BatchSlot> batches, std::uint64_t batch_bytes_max) {
  TransformedBatch out;
  BatchInProgress batch(chain, out);
  auto codec = Compression::none;
  Bytes inflated;
  Bytes renumbered;
  for (const auto& slot : batches) {
    const auto header = wire::decode_batch_header(slot.bytes);
    if (!header) return tl::unexpected(unreadable(header.error()));
    const auto records = wire::records_of({*header, slot.bytes}, inflated);
    if (!records) return tl::unexpected(unreadable(records.error()));
    const auto numbered = numbered_records(*records, 0, renumbered);
    if (!numbered) return tl::unexpected(unreadable(numbered.error()));
    if (out.records_in == 0) codec = wire::codec_of(*header).value_or(Compression::none);
    const auto base = static_cast<std::int64_t>(out.records_in);
    out.records_in += numbered->count;
    if (auto done = batch.run(*header, *numbered, base); !done) {
      return tl::unexpected(std::move(done).error());
    }
  }
  out.unchanged = only_filters(chain) && out.records_out == out.records_in;
  if (out.unchanged) return out;
  if (auto done = batch.finish(codec, batch_bytes_max); !done) {
    return tl::unexpected(std::move(done).error());
  }
  return out;
}

}  // namespace sluice::broker
