// SPDX-License-Identifier: Apache-2.0
#include "wire/record_list.hpp"

#include <algorithm>
#include <string>

#include "base/assert.hpp"
#include "wire/compression.hpp"
#include "wire/reader.hpp"
#include "wire/record_encoding.hpp"
#include "wire/writer.hpp"

namespace sluice::wire {

Result<RecordList> records_of(const BatchView& batch, Bytes& scratch) {
  const auto codec = codec_of(batch.header);
  if (!codec) return tl::unexpected(codec.error());
  auto payload = batch.bytes.subspan(batch_header_bytes +
                                     (batch.header.has_schema() ? sizeof(std::uint32_t) : 0));
  if (*codec != Compression::none) {
    const auto inflated = decompress(*codec, payload, scratch, inflated_bytes_max);
    if (!inflated) return tl::unexpected(inflated.error());
    payload = scratch;
  }
  WireReader in(payload);
  const auto count = in.count(record_bytes_min);
  if (!in.ok()) return tl::unexpected(in.error("record count of a batch"));
  return RecordList{count, in.rest()};
}

Result<std::size_t> first_record_bytes(ByteView records) {
  WireReader in(records);
  const auto length = in.varint();
  if (!in.ok()) return tl::unexpected(in.error("length of a record"));
  if (length < 0 || static_cast<std::uint64_t>(length) > in.remaining()) {
    return fail(Errc::malformed, "a record says that it has " + std::to_string(length) +
                                     " bytes, and " + std::to_string(in.remaining()) + " are left");
  }
  return in.position() + static_cast<std::size_t>(length);
}

Result<CutList> cut_after(RecordList list, std::uint32_t count) {
  SLUICE_ASSERT(count <= list.count);
  std::size_t at = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto bytes = first_record_bytes(list.bytes.subspan(at));
    if (!bytes) return tl::unexpected(bytes.error());
    at += *bytes;
  }
  return CutList{.head = {count, list.bytes.first(at)},
                 .tail = {list.count - count, list.bytes.subspan(at)}};
}

void append_record(Bytes& out, const RecordView& record) {
  const auto body = record_body_bytes(record);
  SLUICE_ASSERT(body <= record_bytes_max);
  put_record(out, record, body);
}

Result<Bytes> batch_around(BatchHeader header, RecordList records, Compression compression) {
  Bytes batch(batch_header_bytes);
  Bytes payload;
  auto& plain = compression == Compression::none ? batch : payload;
  plain.reserve(plain.size() + sizeof(std::uint32_t) + records.bytes.size());
  WireWriter out(plain);
  out.big_endian(records.count);
  out.append(records.bytes);
  if (compression != Compression::none) {
    if (auto done = compress(compression, payload, batch); !done) {
      return tl::unexpected(std::move(done).error());
    }
  }
  if (batch.size() > record_bytes_max) {
    return fail(Errc::too_large, "record batch of " + std::to_string(batch.size()) +
                                     " bytes; the format holds 2 GiB");
  }
  header.batch_len = static_cast<std::int32_t>(batch.size() - batch_preamble_bytes);
  header.attributes = static_cast<std::int16_t>(compression);
  put_batch_header(batch, header);
  return batch;
}

}  // namespace sluice::wire
