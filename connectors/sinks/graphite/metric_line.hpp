// SPDX-License-Identifier: Apache-2.0
#pragma once

// The line that a record becomes: `path;tag=value 21.5 1700000000\n`. Pure.

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sluice/connector/sink.hpp>
#include <sluice/outcome.hpp>

#include "common/text_template/text_template.hpp"
#include "graphite_options.hpp"

namespace sluice::graphite {

// Carbon reads up to this much of a line and then drops the connection.
inline constexpr std::size_t line_bytes_max = 16'384;

// Every character may stand in a path as it is; in a tag also dots and what else is no separator.
[[nodiscard]] bool is_plain(std::string_view text, bool tag);
// What is wrong with a text with places for a path or a tag's value; or empty.
[[nodiscard]] std::string template_problem(std::string_view text, bool tag);

class MetricLine {
 public:
  // Requires: `validate_options` found nothing.
  MetricLine(const GraphiteOptions& options, std::string topic);

  // Errors: `malformed` when the value is no number, a field is missing, the time is none;
  // `record_too_large` when carbon would not read it.
  [[nodiscard]] Outcome<std::string> format(const SinkRecord& record,
                                            std::chrono::seconds now) const;

 private:
  [[nodiscard]] Outcome<std::string> number_of(const SinkRecord& record,
                                               const common::RecordFields& fields) const;
  [[nodiscard]] Outcome<std::string> time_of(const SinkRecord& record,
                                             const common::RecordFields& fields,
                                             std::chrono::seconds now) const;

  const GraphiteOptions& options_;
  std::string topic_;
  common::TextTemplate path_;
  std::vector<std::pair<std::string, common::TextTemplate>> tags_;
};

}  // namespace sluice::graphite
