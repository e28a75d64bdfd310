// SPDX-License-Identifier: Apache-2.0
#pragma once

// Records as text, JSON lines, or the bytes that they are. Pure: appends to a buffer.

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "cli/record_template.hpp"

namespace sluice::cli {

enum class RecordFormat : std::uint8_t {
  text,  // the value and a line feed; with keys, `[key] ` before it
  json,  // {"topic","partition","offset","time","key","value"}, one object a line
  raw,   // the value and nothing else
};

struct RecordPrinter {
  RecordFormat format = RecordFormat::text;
  bool keys = false;
  std::optional<RecordTemplate> line;  // wins over `format`; a line feed follows

  void append(std::string& out, const Placed& placed) const;
};

// In JSON, a key or value that is not UTF-8 is `key_base64` or `value_base64` instead.
void append_json(std::string& out, const Placed& placed);

}  // namespace sluice::cli

template <>
struct sluice::enum_names<sluice::cli::RecordFormat> {
  using F = sluice::cli::RecordFormat;
  static constexpr std::array rows{EnumName{F::text, "text"}, EnumName{F::json, "json"},
                                   EnumName{F::raw, "raw"}};
};
