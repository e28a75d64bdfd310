// SPDX-License-Identifier: Apache-2.0
#pragma once

// The parameters of a SmartModule, as `init` gets them.
//
// Values are text; a YAML structure comes as its JSON text. Looking one up with its type never
// fails on the spot: the first parameter that is missing or wrong is remembered and becomes init's
// error, whatever `init` returns. The texts live as long as the module.

#include "sluice/smartmodule/codec.hpp"

namespace sluice::guest {

// A whole number in decimal, with a sign or without; none when the text is anything else.
inline Optional<int64_t> parse_integer(Text text) {
  const bool negative = text.starts_with("-");
  if (negative || text.starts_with("+")) text = text.after(1);
  if (text.empty() || text.size() > 19) return none;
  uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return none;
    value = value * 10 + static_cast<uint64_t>(c - '0');
  }
  if (value > uint64_t{INT64_MAX} + (negative ? 1 : 0)) return none;
  return static_cast<int64_t>(negative ? ~value + 1 : value);
}

struct Range {
  int64_t least = INT64_MIN;
  int64_t most = INT64_MAX;
};

class Params {
 public:
  using Lookback = detail::Lookback;

  explicit Params(const detail::ExtraParams& params) : params_(params) {}

  [[nodiscard]] Optional<Text> find(Text name) const {
    detail::Reader in(params_.entries);
    for (size_t i = 0; i < params_.count; ++i) {
      const Text found = in.text16();
      const Text value = in.text16();
      if (found == name) return value;
    }
    return none;
  }
  [[nodiscard]] bool has(Text name) const { return static_cast<bool>(find(name)); }

  // A parameter that must be there.
  Text text(Text name) {
    const auto value = find(name);
    if (!value) fail(Error("Missing param ", name));
    return value.value_or({});
  }
  int64_t integer(Text name, Range range = {}) {
    const Text value = text(name);
    return ok() ? number(name, value, range) : 0;
  }

  // A parameter that may be left out.
  [[nodiscard]] Text text_or(Text name, Text otherwise) const {
    return find(name).value_or(otherwise);
  }
  int64_t integer_or(Text name, int64_t otherwise, Range range = {}) {
    const auto value = find(name);
    return value ? number(name, *value, range) : otherwise;
  }
  bool boolean_or(Text name, bool otherwise) {
    const auto value = find(name);
    if (!value) return otherwise;
    if (*value != "true" && *value != "false")
      fail(Error("param `", name, "`: `", *value, "` is neither true nor false"));
    return *value == "true";
  }

  // How far back `look_back` is going to be asked to look.
  [[nodiscard]] const Lookback& lookback() const { return params_.lookback; }

  // A fault of the caller's own finding; only the first counts.
  void fail(const Error& error) {
    if (ok_) first_fault_ = error.text();
    ok_ = false;
  }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] Status status() const { return ok_ ? Status(guest::ok) : Error(first_fault_); }

 private:
  int64_t number(Text name, Text text, Range range) {
    const auto value = parse_integer(text);
    if (value && *value >= range.least && *value <= range.most) return *value;
    Buffer bounds;
    if (range.least != INT64_MIN) bounds.append(", at least ").append(range.least);
    if (range.most != INT64_MAX) bounds.append(", at most ").append(range.most);
    fail(Error("param `", name, "`: `", text, "` is not a whole number", bounds.view()));
    return 0;
  }

  detail::ExtraParams params_;
  Text first_fault_;
  bool ok_ = true;
};

}  // namespace sluice::guest
