// SPDX-License-Identifier: Apache-2.0
#pragma once

// Runs an author's function over what the host hands in. Authors use the macros of
// <sluice/smartmodule.hpp>, which call these.
//
// A call answers once, at its end, and then clears the arena; the answer's bytes stay where they
// are until the host, which copies them after the call, comes with its next input. A fault in the
// input is a negative code and no answer; an author's error ends the batch, and the answer has
// the results before it.

#include "sluice/smartmodule/params.hpp"

#if defined(__wasm__)
extern "C" __attribute__((import_module("env"), import_name("copy_records"))) void copy_records(
    const void* bytes, uint32_t size);
#else
extern "C" void copy_records(const void* bytes, uint32_t size);  // a test's
#endif

namespace sluice::guest {

// Where array_map puts its records.
class Outputs {
 public:
  explicit Outputs(detail::Writer& out) : out_(out) {}

  void add(const Output& output) {
    detail::write_record(out_, Record{}, output);
    ++count_;
  }
  void add(Text value) { add(Output{none, value}); }
  [[nodiscard]] uint32_t count() const { return count_; }

 private:
  detail::Writer& out_;
  uint32_t count_ = 0;
};

namespace detail {

enum class Kind : uint8_t { filter = 0, map = 1, array_map = 2, aggregate = 3, filter_map = 4 };

namespace code {
inline constexpr int32_t ok = 0;
inline constexpr int32_t bad_input = -11;
inline constexpr int32_t bad_records = -22;
inline constexpr int32_t init_error = -2;
inline constexpr int32_t bad_init_input = -10;
inline constexpr int32_t look_back_error = -99;
inline constexpr int32_t bad_look_back_input = -66;
inline constexpr int32_t bad_look_back_records = -77;
}  // namespace code

// The bytes of one call, as the host hands them in.
struct Call {
  const uint8_t* bytes;
  uint32_t size;
  int32_t version_argument;

  [[nodiscard]] Text text() const { return {reinterpret_cast<const char*>(bytes), size}; }
  [[nodiscard]] int version() const { return static_cast<int16_t>(version_argument); }
};

inline int32_t answer(const Writer& out, int32_t code) {
  copy_records(out.view().data(), static_cast<uint32_t>(out.size()));
  return code;
}

// string hint | i64 offset | u8 kind, not for look_back | key? | value
inline void write_error(Writer& out, const Error& error, const Record& record,
                        Optional<Kind> kind) {
  out.hint(error.text());
  out.big_endian(static_cast<uint64_t>(record.offset()), 8);
  if (kind) out.byte(static_cast<uint8_t>(*kind));
  out.optional_data(record.key);
  out.data(record.value);
}

// The records of an input, one after the other.
class Records {
 public:
  explicit Records(const Input& input) : input_(input), in_(input.records) {
    const auto count = static_cast<int32_t>(in_.big_endian(4));
    left_ = count > 0 ? static_cast<uint32_t>(count) : 0;
  }

  [[nodiscard]] bool ok() const { return in_.ok(); }
  // False at the end, and at a record that is not one: then ok() is false.
  bool next(Record& record) {
    if (left_ == 0 || !in_.ok()) return false;
    --left_;
    record = read_record(in_);
    record.base_offset = input_.base_offset;
    record.base_timestamp = input_.base_timestamp;
    return in_.ok();
  }

 private:
  const Input& input_;
  Reader in_;
  uint32_t left_;
};

// Calls step(record, out) -> Result<uint32_t>, the number of records written, for each record.
template <class Step>
int32_t transform(const Call& call, Kind kind, Text* accumulator, Step step) {
  Reader in(call.text());
  const Input input = read_input(in, call.version(), accumulator != nullptr);
  if (!in.ok()) return code::bad_input;
  if (accumulator != nullptr) *accumulator = input.accumulator;

  Records records(input);
  Writer out(input.records.size() + 64);
  out.big_endian(0, 4);
  uint32_t written = 0;
  bool failed = false;
  for (Record record; !failed && records.next(record);) {
    const size_t before = out.size();
    const Result<uint32_t> count = step(record, out);
    failed = !count.ok();
    if (failed) {
      out.truncate(before);
      out.byte(1);
      write_error(out, count.error(), record, kind);
    } else {
      written += *count;
    }
    arena.release(out.floor());
  }
  if (!records.ok()) return code::bad_records;
  if (!failed) out.byte(0);
  out.patch32(0, written);
  if (accumulator != nullptr && call.version() >= 16) {
    out.big_endian(accumulator->size(), 4);
    out.bytes(*accumulator);
  }
  return answer(out, static_cast<int32_t>(written));
}

inline uint32_t write_one(Writer& out, const Record& record, const Output& output) {
  write_record(out, record, output);
  return 1;
}

template <auto Function>
int32_t filter(const Call& call) {
  return transform(call, Kind::filter, nullptr,
                   [](const Record& record, Writer& out) -> Result<uint32_t> {
                     const Result<bool> kept = Function(record);
                     if (!kept.ok()) return kept.error();
                     if (*kept) out.bytes(record.encoded);
                     return uint32_t{*kept};
                   });
}

template <auto Function>
int32_t map(const Call& call) {
  return transform(call, Kind::map, nullptr,
                   [](const Record& record, Writer& out) -> Result<uint32_t> {
                     const Result<Output> mapped = Function(record);
                     if (!mapped.ok()) return mapped.error();
                     return write_one(out, record, *mapped);
                   });
}

template <auto Function>
int32_t filter_map(const Call& call) {
  return transform(call, Kind::filter_map, nullptr,
                   [](const Record& record, Writer& out) -> Result<uint32_t> {
                     const Result<Optional<Output>> mapped = Function(record);
                     if (!mapped.ok()) return mapped.error();
                     return *mapped ? write_one(out, record, **mapped) : 0;
                   });
}

template <auto Function>
int32_t array_map(const Call& call) {
  return transform(call, Kind::array_map, nullptr,
                   [](const Record& record, Writer& out) -> Result<uint32_t> {
                     Outputs outputs(out);
                     const Status done = Function(record, outputs);
                     if (!done.ok()) return done.error();
                     return outputs.count();
                   });
}

template <auto Function>
int32_t aggregate(const Call& call) {
  Text accumulator;
  return transform(call, Kind::aggregate, &accumulator,
                   [&](const Record& record, Writer& out) -> Result<uint32_t> {
                     const Result<Text> next = Function(accumulator, record);
                     if (!next.ok()) return next.error();
                     const uint32_t count = write_one(out, record, {record.key, *next});
                     // The copy in the answer, before its one byte of headers: it outlives the
                     // author's memory, and an answer that moves leaves its old bytes there.
                     accumulator =
                         out.view().after(out.size() - 1 - next->size()).first(next->size());
                     return count;
                   });
}

template <auto Function>
int32_t look_back(const Call& call) {
  Reader in(call.text());
  const Input input = read_input(in, call.version(), false);
  if (!in.ok()) return code::bad_look_back_input;
  Records records(input);
  const uintptr_t mark = arena.mark();
  for (Record record; records.next(record);) {
    const Status seen = Function(record);
    if (!seen.ok()) {
      Writer out(64);
      write_error(out, seen.error(), record, none);
      return answer(out, code::look_back_error);
    }
    arena.release(mark);
  }
  return records.ok() ? code::ok : code::bad_look_back_records;
}

template <auto Function>
int32_t init(const Call& call) {
  Reader in(call.text());
  const ExtraParams raw = read_params(in, call.version());
  if (!in.ok()) return code::bad_init_input;
  Params params(raw);
  const Status made = Function(params);
  if (params.ok() && made.ok()) {
    arena.keep();
    return code::ok;
  }
  Writer out(64);
  out.hint((params.ok() ? made : params.status()).error().text());
  return answer(out, code::init_error);
}

// Every call ends here.
template <class Body>
int32_t run(Body body, const uint8_t* bytes, uint32_t size, int32_t version) {
  const int32_t result = body(Call{bytes, size, version});
  arena.reset();
  return result;
}

}  // namespace detail
}  // namespace sluice::guest
