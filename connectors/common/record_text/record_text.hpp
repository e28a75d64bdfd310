// SPDX-License-Identifier: Apache-2.0
#pragma once

// A record as a line of a file: of the file sink, of an S3 object. Pure.
//
// `lines` is the value and a line feed. `json` is an object a line, with partition, offset,
// timestamp, key and value; bytes that are not UTF-8 stand as base64 under another name, so every
// record can be had back exactly.

#include <array>
#include <string>

#include <sluice/connector/sink.hpp>
#include <sluice/options.hpp>

namespace sluice::common {

enum class LineFormat : std::uint8_t { lines, json };
enum class Newlines : std::uint8_t { keep, escape };

// Appends the record and its line feed.
void append_record(std::string& out, const SinkRecord& record, LineFormat format,
                   Newlines newlines);

}  // namespace sluice::common

template <>
struct sluice::enum_names<sluice::common::LineFormat> {
  using F = common::LineFormat;
  static constexpr std::array rows{EnumName{F::lines, "lines"}, EnumName{F::json, "json"}};
};
template <>
struct sluice::enum_names<sluice::common::Newlines> {
  using N = common::Newlines;
  static constexpr std::array rows{EnumName{N::keep, "keep"}, EnumName{N::escape, "escape"}};
};
