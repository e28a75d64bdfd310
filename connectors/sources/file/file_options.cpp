// SPDX-License-Identifier: Apache-2.0
#include "file_options.hpp"

#include "line_pattern.hpp"

namespace sluice::file_source {

void validate_options(const FileOptions& options, OptionProblems& problems) {
  for (const auto& path : options.paths) {
    if (path.empty()) problems.add("path", "a path is not empty");
  }
  const auto delimiter = common::unescaped(options.delimiter);
  if (!delimiter || delimiter->empty()) {
    problems.add("delimiter", "`" + options.delimiter + "` is not a delimiter",
                 "write for example \\n, \\r\\n, \\0 or \\x1e");
  }
  if (!options.multiline_start.empty()) {
    const auto pattern = LinePattern::compile(options.multiline_start);
    if (!pattern.ok()) {
      problems.add("multiline-start",
                   "`" + options.multiline_start +
                       "` is not a regular expression: " + pattern.error().message());
    }
    if (options.format == Format::whole) {
      problems.add("multiline-start", "a whole file is not cut into lines",
                   "choose --format lines or json");
    }
  }
  const bool is_whole = options.format == Format::whole;
  if (options.done != Done::keep && !is_whole) {
    problems.add("done", "files that are read line by line stay where they are",
                 "choose --format whole");
  }
  if ((options.done == Done::move) != !options.done_folder.empty()) {
    problems.add("done-folder", "it belongs to --done move", "give both");
  }
}

common::TailOptions tail_options(const FileOptions& options) {
  common::TailOptions out{
      .patterns = options.paths,
      .start = options.start,
      .whole = options.format == Format::whole,
      .stop_at_end = options.stop_at_end,
      .rules = {.delimiter = common::unescaped(options.delimiter).value_or("\n"),
                .begins_record = {}},
      .record_bytes_max = options.record_bytes_max.bytes,
      .files_max = options.files_max,
      .scan_interval = options.scan_interval,
      .rotate_wait = options.rotate_wait,
      .group_wait = options.multiline_wait,
      .half_line_wait = options.half_line_wait,
      .settle_time = options.settle_time,
      .ignore_older = options.ignore_older,
  };
  if (!options.multiline_start.empty()) {
    auto pattern = LinePattern::compile(options.multiline_start);
    out.rules.begins_record = [pattern = std::move(pattern).value()](std::string_view line) {
      return pattern.matches(line);
    };
  }
  return out;
}

}  // namespace sluice::file_source
