// SPDX-License-Identifier: Apache-2.0
#pragma once

// A record as a point in InfluxDB's line protocol. Pure.
// https://docs.influxdata.com/influxdb/v1/write_protocols/line_protocol_reference/
//
// Points of one series with the same time are one point. So a record's own time, which has
// milliseconds, gets nanoseconds from its place in the topic: the same each time, and another for
// each record of a partition. Two of different partitions can meet by chance.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include <sluice/connector/sink.hpp>
#include <sluice/outcome.hpp>

#include "common/text_template/text_template.hpp"
#include "influx_options.hpp"

namespace sluice::influx {

enum class FieldType : std::uint8_t { by_value, number, integer, text, boolean };

// `sensor.temp:int`.
struct FieldSource {
  std::string path;
  FieldType type = FieldType::by_value;
  [[nodiscard]] static std::optional<FieldSource> parse(std::string_view text);
};

class PointMaker {
 public:
  explicit PointMaker(const InfluxOptions& options);
  // One line, or several, each with its line feed. Errors: `malformed`.
  [[nodiscard]] Outcome<std::string> lines(std::string_view topic, const SinkRecord& record) const;
  // The unit of the times in the lines.
  [[nodiscard]] Precision precision() const { return precision_; }

 private:
  [[nodiscard]] Outcome<std::string> point(std::string_view topic, const SinkRecord& record) const;
  [[nodiscard]] Outcome<std::string> measurement(std::string_view topic,
                                                 const SinkRecord& record) const;
  [[nodiscard]] Outcome<std::string> time_text(const SinkRecord& record,
                                               const nlohmann::ordered_json& object) const;
  [[nodiscard]] Outcome<std::string> timed_lines(const SinkRecord& record) const;

  InfluxOptions options_;
  std::map<std::string, FieldSource> fields_;
  common::TextTemplate measurement_;
  Precision precision_;
};

// Where the measurement ends, tags, fields and time are told apart by these. Errors: `malformed`
// for a line feed, or a backslash at the end, which line protocol cannot say.
[[nodiscard]] Outcome<std::string> escaped_name(std::string_view text, std::string_view special);
[[nodiscard]] std::string quoted_text(std::string_view text);
// Nanoseconds since 1970 of `2026-11-26T21:08:32.5+01:00`.
[[nodiscard]] std::optional<std::int64_t> parse_rfc3339(std::string_view text);
// The time of a record without one in its value, or of its `line`, from 0. None: it has none.
[[nodiscard]] std::optional<std::int64_t> record_time_ns(const SinkRecord& record,
                                                         std::int64_t line = 0);
// Whether a line of line protocol has all three parts; none: it is not one.
// `open`: it ends inside of a quoted text.
enum class LineTime : std::uint8_t { none, present, invalid, open };
[[nodiscard]] LineTime line_time(std::string_view line);

}  // namespace sluice::influx
