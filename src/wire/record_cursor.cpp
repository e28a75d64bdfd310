// SPDX-License-Identifier: Apache-2.0
// Reading the records of a batch. Every length comes from outside: each is checked against
// what is left before it is used.
#include "wire/reader.hpp"
#include "wire/record_batch.hpp"
#include "wire/record_list.hpp"

namespace sluice::wire {
namespace {

// A view that shrinks as it is read, with a fast path for the short varints of most records.
struct Input {
  const std::byte* at;
  const std::byte* end;

  [[nodiscard]] std::size_t left() const { return static_cast<std::size_t>(end - at); }
  [[nodiscard]] bool byte(std::uint8_t& out) {
    if (at == end) return false;
    out = static_cast<std::uint8_t>(*at++);
    return true;
  }
  [[nodiscard]] bool varint(std::int64_t& out) {
    if (at != end && static_cast<std::uint8_t>(*at) < 0x80) {
      const auto zigzag = static_cast<std::int64_t>(*at++);
      out = (zigzag >> 1) ^ -(zigzag & 1);
      return true;
    }
    WireReader reader({at, end});
    out = reader.varint();
    at += reader.position();
    return reader.ok();
  }
  [[nodiscard]] bool view(ByteView& out) {
    std::int64_t length = 0;
    if (!varint(length)) return false;
    const auto count = length < 1 ? 0 : static_cast<std::size_t>(length);
    if (count > left()) return false;
    out = {at, count};
    at += count;
    return true;
  }
};

bool read_body(Input in, RecordView& out) {
  std::uint8_t attributes = 0;
  std::uint8_t has_key = 0;
  if (!in.byte(attributes) || !in.varint(out.timestamp_delta) || !in.varint(out.offset_delta)) {
    return false;
  }
  if (!in.byte(has_key) || has_key > 1) return false;
  if (has_key == 1 && !in.view(out.key.emplace())) return false;
  std::int64_t headers = 0;  // a plain number: the format has no list of headers
  return in.view(out.value) && in.varint(headers) && in.at == in.end;
}

}  // namespace

Result<RecordCursor> RecordCursor::open(const BatchView& batch, Bytes& scratch) {
  const auto list = records_of(batch, scratch);
  if (!list) return tl::unexpected(list.error());
  return RecordCursor(list->bytes, list->count);
}

std::optional<RecordView> RecordCursor::next() {
  if (fault_) return std::nullopt;
  if (seen_ == count_) {
    if (!rest_.empty()) {
      fault_ = Error{Errc::malformed,
                     std::to_string(rest_.size()) + " bytes behind the last of " +
                         std::to_string(count_) + " records",
                     {}};
    }
    return std::nullopt;
  }
  Input in{rest_.data(), rest_.data() + rest_.size()};
  ByteView body;
  std::optional<RecordView> record(std::in_place);
  if (!in.view(body) || !read_body({body.data(), body.data() + body.size()}, *record)) {
    fault_ = Error{Errc::malformed,
                   "record " + std::to_string(seen_) + " of " + std::to_string(count_) +
                       " in a batch is broken",
                   {}};
    return std::nullopt;
  }
  rest_ = {in.at, in.end};
  ++seen_;
  return record;
}

}  // namespace sluice::wire
