// SPDX-License-Identifier: Apache-2.0
#pragma once

// The half of json.hpp that RapidJSON does: from text to `json::Value`. Include json.hpp.

#define RAPIDJSON_ASSERT(claim) ((claim) ? (void)0 : __builtin_trap())
#define RAPIDJSON_DELETE(object) ((void)(object))  // it only ever has what the arena gave
#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include "sluice/smartmodule/json_value.hpp"

namespace sluice::guest::json {
namespace detail {

// RapidJSON's own stack, in the arena.
struct ArenaAllocator {
  static constexpr bool kNeedFree = false;
  void* Malloc(size_t bytes) { return bytes == 0 ? nullptr : arena.take(bytes); }
  void* Realloc(void* old, size_t bytes_now, size_t bytes) {
    if (bytes <= bytes_now) return bytes == 0 ? nullptr : old;
    void* moved = arena.take(bytes);
    if (bytes_now != 0) __builtin_memcpy(moved, old, bytes_now);
    return moved;
  }
  static void Free(void*) {}
};

// Makes values of RapidJSON's events. Names wait on the same stack as values.
class Builder {
 public:
  bool Null() { return add({}); }
  bool Bool(bool value) { return add(Value::of(value)); }
  bool RawNumber(const char* digits, unsigned size, bool) {
    return add(Value::number(Text(digits, size)));
  }
  bool String(const char* text, unsigned size, bool) { return add(Value::of(Text(text, size))); }
  bool Key(const char* text, unsigned size, bool) { return String(text, size, false); }
  bool StartObject() { return ++depth_ <= depth_max; }
  bool StartArray() { return ++depth_ <= depth_max; }
  bool EndArray(unsigned count) {
    const Value made = Value::array();
    for (unsigned i = 0; i < count; ++i) made.push(stack_[stack_count_ - count + i]);
    return close(made, count);
  }
  bool EndObject(unsigned count) {
    const Value made = Value::object();
    const Value* pairs = stack_ + (stack_count_ - 2 * count);
    for (unsigned i = 0; i < count; ++i) made.set(pairs[2 * i].text(), pairs[2 * i + 1]);
    return close(made, 2 * count);
  }
  // RapidJSON asks for these although numbers come as text.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(int64_t) { return false; }
  bool Uint64(uint64_t) { return false; }
  bool Double(double) { return false; }

  // Requires: the parse succeeded.
  [[nodiscard]] Value root() const { return stack_[0]; }

 private:
  bool add(Value value) {
    make_room(stack_, stack_count_, capacity_);
    stack_[stack_count_++] = value;
    return true;
  }
  bool close(Value made, unsigned consumed) {
    --depth_;
    stack_count_ -= consumed;
    return add(made);
  }

  Value* stack_ = nullptr;
  uint32_t stack_count_ = 0;
  uint32_t capacity_ = 0;
  uint32_t depth_ = 0;
};

inline Error parse_error(const char* text, size_t at) {
  Text what(text, 0);
  while (*what.end() != '\0') what = Text(text, what.size() + 1);
  if (what.ends_with(".")) what = what.first(what.size() - 1);
  return Error("not JSON: ", what, " at byte ", at);
}

}  // namespace detail

// The error says what is wrong and at which byte.
inline Result<Value> parse(Text text) {
  // RapidJSON undoes escapes in place, and wants a zero at the end.
  char* copy = static_cast<char*>(arena.take(text.size() + 1));
  if (!text.empty()) __builtin_memcpy(copy, text.data(), text.size());
  copy[text.size()] = '\0';

  using namespace rapidjson;
  constexpr unsigned flags =
      kParseInsituFlag | kParseNumbersAsStringsFlag | kParseValidateEncodingFlag;
  detail::ArenaAllocator memory;
  GenericReader<UTF8<>, UTF8<>, detail::ArenaAllocator> reader(&memory, 512);
  GenericInsituStringStream<UTF8<>> in(copy);
  detail::Builder builder;
  const ParseResult parsed = reader.Parse<flags>(in, builder);
  if (parsed.Code() == kParseErrorTermination)
    return Error("not JSON that is accepted: more than ", int(depth_max), " levels at byte ",
                 parsed.Offset());
  if (!parsed) return detail::parse_error(GetParseError_En(parsed.Code()), parsed.Offset());
  if (in.Tell() != text.size()) return detail::parse_error("a zero byte", in.Tell());
  return builder.root();
}

}  // namespace sluice::guest::json
