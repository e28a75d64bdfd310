// SPDX-License-Identifier: Apache-2.0
#pragma once

// The bytes between host and SmartModule, both ways. Authors do not need this file.
//
// All integers are big endian, those inside of a record zigzag varints. The version that the host
// passes decides which fields an input has. Inputs are not trusted: `Reader` remembers its first
// fault and gives zeros from then on, so a decoder has one check, at its end.

#include "sluice/smartmodule/result.hpp"

namespace sluice::guest {

// One record, as a view. `key` is none when the record has none.
struct Record {
  Optional<Text> key;
  Text value;

  [[nodiscard]] int64_t offset() const { return base_offset + offset_delta; }
  // Milliseconds since 1970. Before version 22 hosts do not send the base, and in `look_back`
  // neither base: there both are relative to a batch that the module does not see.
  [[nodiscard]] int64_t timestamp() const { return base_timestamp + timestamp_delta; }

  // What the runner needs to write the record again.
  int64_t base_offset = 0, base_timestamp = 0;
  int64_t offset_delta = 0, timestamp_delta = 0;
  uint8_t attributes = 0;
  Text encoded;  // the whole record, its length included
};

// What map, filter_map and array_map make of a record. `Output{record.key, text}` keeps the key.
struct Output {
  Optional<Text> key;
  Text value;
};

namespace detail {

class Reader {
 public:
  explicit Reader(Text bytes) : at_(bytes.data()), end_(bytes.end()) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] const char* at() const { return at_; }
  void fail() {
    ok_ = false;
    at_ = end_;
  }

  [[gnu::noinline]] Text take(uint64_t count) {
    if (count > static_cast<size_t>(end_ - at_)) {
      fail();
      return {};
    }
    const Text taken(at_, static_cast<size_t>(count));
    at_ += count;
    return taken;
  }
  uint8_t byte() {
    if (at_ == end_) fail();
    return ok_ ? static_cast<uint8_t>(*at_++) : 0;
  }
  uint64_t big_endian(size_t bytes) {
    uint64_t value = 0;
    for (const char c : take(bytes)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }
  [[gnu::noinline]] int64_t varint() {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
      const uint8_t next = byte();
      if (shift < 64) value |= static_cast<uint64_t>(next & 127) << shift;
      if (next < 128) return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
    }
    fail();
    return 0;
  }
  bool boolean() {
    const uint8_t value = byte();
    if (value > 1) fail();
    return value == 1;
  }
  Text text16() { return sized(static_cast<int16_t>(big_endian(2))); }
  Text bytes32() { return sized(static_cast<int32_t>(big_endian(4))); }
  Text data() {
    const int64_t size = varint();
    if (size < 0) fail();
    return take(ok_ ? static_cast<uint64_t>(size) : 0);
  }

 private:
  Text sized(int64_t size) { return take(size > 0 ? static_cast<uint64_t>(size) : 0); }

  const char* at_;
  const char* end_;
  bool ok_ = true;
};

inline uint64_t zigzag(int64_t value) {
  return static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63);
}

// The answer to the host. It lies in the arena; `floor` is where the memory above it begins, which
// may be released between records.
class Writer {
 public:
  explicit Writer(size_t expected) {
    out_.grow(expected);
    out_.clear();
    floor_ = arena.mark();
  }

  [[nodiscard]] Text view() const { return out_.view(); }
  [[nodiscard]] size_t size() const { return out_.size(); }
  [[nodiscard]] uintptr_t floor() const { return floor_; }
  void truncate(size_t size) {
    const Text kept = out_.view().first(size);
    out_.clear();
    out_.grow(kept.size());
  }

  void byte(uint8_t value) { *grow(1) = static_cast<char>(value); }
  void bytes(Text text) {
    if (!text.empty()) __builtin_memcpy(grow(text.size()), text.data(), text.size());
  }
  void big_endian(uint64_t value, size_t bytes) { put_big_endian(grow(bytes), value, bytes); }
  // Overwrites four bytes that are there already.
  void patch32(size_t at, uint32_t value) {
    put_big_endian(const_cast<char*>(out_.view().data()) + at, value, 4);
  }
  void varint(int64_t value) {
    uint64_t rest = zigzag(value);
    for (; rest > 127; rest >>= 7) byte(static_cast<uint8_t>(rest & 127) | 128);
    byte(static_cast<uint8_t>(rest));
  }
  void data(Text text) {
    varint(static_cast<int64_t>(text.size()));
    bytes(text);
  }
  void optional_data(const Optional<Text>& text) {
    byte(text ? 1 : 0);
    if (text) data(*text);
  }
  // Error text. Hosts read a signed length and demand UTF-8, so it is cut at 32767 bytes and
  // what is not UTF-8 becomes a question mark.
  void hint(Text text);

 private:
  static void put_big_endian(char* to, uint64_t value, size_t bytes) {
    for (size_t i = bytes; i != 0; value >>= 8) to[--i] = static_cast<char>(value);
  }
  char* grow(size_t count) {
    const char* before = out_.view().data();
    const uintptr_t mark = arena.mark();
    char* at = out_.grow(count);
    if (out_.view().data() != before || arena.mark() != mark) floor_ = arena.mark();
    return at;
  }

  Buffer out_;
  uintptr_t floor_ = 0;
};

inline void Writer::hint(Text text) {
  const size_t length_at = size();
  big_endian(0, 2);
  while (!text.empty()) {
    const size_t length = utf8_length(text);
    const size_t step = utf8_step(text);
    if (size() - length_at - 2 + step > 32767) break;
    bytes(length == 0 ? Text("?") : text.first(length));
    text = text.after(step);
  }
  const size_t written = size() - length_at - 2;
  put_big_endian(const_cast<char*>(out_.view().data()) + length_at, written, 2);
}

// varint length | i8 attributes | varint timestamp and offset delta | u8 key? [data] | data |
// varint 0
inline Record read_record(Reader& in) {
  const char* start = in.at();
  const Text body = in.data();
  Reader fields(body);
  Record record;
  record.attributes = fields.byte();
  record.timestamp_delta = fields.varint();
  record.offset_delta = fields.varint();
  if (fields.boolean()) record.key = fields.data();
  record.value = fields.data();
  fields.varint();
  if (!fields.ok()) in.fail();
  record.encoded = Text(start, in.ok() ? static_cast<size_t>(in.at() - start) : 0);
  return record;
}

inline size_t varint_size(int64_t value) {
  size_t bytes = 1;
  for (uint64_t rest = zigzag(value); rest > 127; rest >>= 7) ++bytes;
  return bytes;
}
inline size_t data_size(Text text) {
  return varint_size(static_cast<int64_t>(text.size())) + text.size();
}

// Writes `output` in the place of `record`, whose deltas and attributes it keeps.
inline void write_record(Writer& out, const Record& record, const Output& output) {
  size_t size = 1 + varint_size(record.timestamp_delta) + varint_size(record.offset_delta) + 1 +
                data_size(output.value) + 1;
  if (output.key) size += data_size(*output.key);
  out.varint(static_cast<int64_t>(size));
  out.byte(record.attributes);
  out.varint(record.timestamp_delta);
  out.varint(record.offset_delta);
  out.optional_data(output.key);
  out.data(output.value);
  out.varint(0);
}

struct Lookback {
  bool present = false;
  uint64_t last = 0;
  Optional<uint64_t> age_ms;
};

// u16 count, then name and value; from version 20 the lookback.
struct ExtraParams {
  Text entries;  // count times: text16 name, text16 value
  size_t count = 0;
  Lookback lookback;
};

inline ExtraParams read_params(Reader& in, int version) {
  ExtraParams params;
  params.count = static_cast<size_t>(in.big_endian(2));
  const char* start = in.at();
  for (size_t i = 0; i < 2 * params.count && in.ok(); ++i) in.text16();
  params.entries = Text(start, in.ok() ? static_cast<size_t>(in.at() - start) : 0);
  if (version < 20 || !in.boolean()) return params;
  params.lookback.present = true;
  params.lookback.last = in.big_endian(8);
  if (version < 21 || !in.boolean()) return params;
  const uint64_t seconds = in.big_endian(8);
  const uint64_t nanoseconds = in.big_endian(4);
  const uint64_t most = UINT64_MAX / 1000 - 5;
  params.lookback.age_ms = (seconds < most ? seconds : most) * 1000 + nanoseconds / 1'000'000;
  return params;
}

// i64 base offset | bytes records | to 22: params | 16 to 22: bytes join record |
// from 22: i64 base timestamp | aggregates: bytes accumulator
struct Input {
  Text records;
  int64_t base_offset = 0;
  int64_t base_timestamp = 0;
  Text accumulator;
};

inline Input read_input(Reader& in, int version, bool with_accumulator) {
  Input input;
  input.base_offset = static_cast<int64_t>(in.big_endian(8));
  input.records = in.bytes32();
  if (version <= 22) read_params(in, version);
  if (version >= 16 && version <= 22) in.bytes32();
  if (version >= 22) input.base_timestamp = static_cast<int64_t>(in.big_endian(8));
  if (with_accumulator) input.accumulator = in.bytes32();
  return input;
}

}  // namespace detail
}  // namespace sluice::guest
