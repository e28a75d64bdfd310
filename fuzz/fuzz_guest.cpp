// SPDX-License-Identifier: Apache-2.0
// What a SmartModule's author's header does with any input of a host, any JSON and any pattern. The
// first byte says which.

#include <cstddef>
#include <cstdint>

#include "sluice/smartmodule/json.hpp"
#include "sluice/smartmodule/regex.hpp"
#include "sluice/smartmodule/run.hpp"

extern "C" void copy_records(const void* bytes, std::uint32_t size) {
  const auto* at = static_cast<const volatile unsigned char*>(bytes);
  if (size > 0) (void)(at[0] + at[size - 1]);
}

namespace {

using namespace sluice::guest;

Result<bool> filter(const Record& record) {
  if (record.value.contains("error")) return Error("at ", record.offset(), record.value);
  return !record.value.contains("drop");
}
Result<Output> map(const Record& record) {
  return Output{record.value, concat(record.value, '!')};
}
Status array_map(const Record& record, Outputs& out) {
  for (std::size_t i = 0; i < record.value.size() && i < 9; ++i) out.add(record.value.after(i));
  return record.key ? Status(Error("with a key")) : Status(ok);
}
Result<Text> aggregate(Text sum, const Record& record) {
  return concat(sum, record.value);
}
Status look_back(const Record& record) {
  return record.value.empty() ? Status(Error("empty")) : Status(ok);
}
Status init(Params& params) {
  params.integer_or("n", 1, {.least = 0, .most = 9});
  return params.has("no") ? Status(Error("no", params.text("no"))) : Status(ok);
}

void call_all(Text input, int version) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(input.data());
  const auto size = static_cast<std::uint32_t>(input.size());
  detail::run(detail::filter<filter>, bytes, size, version);
  detail::run(detail::map<map>, bytes, size, version);
  detail::run(detail::array_map<array_map>, bytes, size, version);
  detail::run(detail::aggregate<aggregate>, bytes, size, version);
  detail::run(detail::look_back<look_back>, bytes, size, version);
}

// What was written is JSON, and is written as it is.
void expect_canonical(Text text) {
  const auto value = json::parse(text);
  if (!value.ok()) return;
  const Text once = json::to_text(*value);
  const auto again = json::parse(once);
  if (!again.ok() || json::to_text(*again) != once) __builtin_trap();
  json::sort_members(*value);
  if (!json::parse(json::to_text(value->clone())).ok()) __builtin_trap();
}

// The three ways to ask agree; a match lies in the text and cuts no character.
void expect_consistent(Text pattern, Text text) {
  auto compiled = Regex::compile(pattern);
  if (!compiled.ok() || !is_utf8(text)) return;
  Regex regex = *compiled;
  const auto match = regex.find(text);
  if (regex.matches(text) != static_cast<bool>(match)) __builtin_trap();
  if (!match && regex.replace_all(text, "x") != text) __builtin_trap();
  if (!match) return;
  if (match->begin() > match->end() || match->end() > text.size()) __builtin_trap();
  if (!is_utf8(*match->group(0)) || !is_utf8(text.first(match->begin()))) __builtin_trap();
  if (regex.replace_all(text, "${0}") != text) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const Text input(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::uintptr_t start = arena.mark();
  if (data[0] % 4 == 0) call_all(input, 13 + data[1] % 14);
  if (data[0] % 4 == 1) {
    detail::run(detail::init<init>, data + 2, static_cast<std::uint32_t>(size - 2), data[1] % 30);
  }
  if (data[0] % 4 == 2) expect_canonical(input);
  if (data[0] % 4 == 3) {
    const Text pattern = input.first(data[1]);
    expect_consistent(pattern, input.after(pattern.size()));
  }
  arena.release(start);
  return 0;
}
