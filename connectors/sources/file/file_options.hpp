// SPDX-License-Identifier: Apache-2.0
#pragma once

// What users can set on the file source.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sluice/options.hpp>

#include "common/tail/tail.hpp"

namespace sluice::file_source {

enum class Format : std::uint8_t { lines, json, whole };
enum class Layout : std::uint8_t { text, json };
enum class Key : std::uint8_t { none, path };
enum class Done : std::uint8_t { keep, remove, move };

struct FileOptions {
  std::vector<std::string> paths;
  common::TailStart start = common::TailStart::beginning;
  Format format = Format::lines;
  Layout layout = Layout::text;
  Key key = Key::none;
  std::string delimiter = "\\n";
  ByteSize record_bytes_max{std::uint64_t{1} << 20U};
  std::string multiline_start;
  std::chrono::milliseconds multiline_wait{1'000};
  std::optional<std::chrono::milliseconds> half_line_wait;
  std::chrono::milliseconds settle_time{2'000};
  Done done = Done::keep;
  std::string done_folder;
  bool stop_at_end = false;
  std::chrono::milliseconds scan_interval{1'000};
  std::chrono::milliseconds rotate_wait{5'000};
  std::optional<std::chrono::milliseconds> ignore_older;
  std::uint32_t files_max = 500;
};

void validate_options(const FileOptions& options, OptionProblems& problems);
// Requires: validated options.
[[nodiscard]] common::TailOptions tail_options(const FileOptions& options);

}  // namespace sluice::file_source

template <>
struct sluice::enum_names<sluice::common::TailStart> {
  using S = common::TailStart;
  static constexpr std::array rows{EnumName{S::beginning, "beginning"}, EnumName{S::end, "end"}};
};
template <>
struct sluice::enum_names<sluice::file_source::Format> {
  using F = file_source::Format;
  static constexpr std::array rows{EnumName{F::lines, "lines"}, EnumName{F::json, "json"},
                                   EnumName{F::whole, "whole"}};
};
template <>
struct sluice::enum_names<sluice::file_source::Layout> {
  using L = file_source::Layout;
  static constexpr std::array rows{EnumName{L::text, "text"}, EnumName{L::json, "json"}};
};
template <>
struct sluice::enum_names<sluice::file_source::Key> {
  using K = file_source::Key;
  static constexpr std::array rows{EnumName{K::none, "none"}, EnumName{K::path, "path"}};
};
template <>
struct sluice::enum_names<sluice::file_source::Done> {
  using D = file_source::Done;
  static constexpr std::array rows{EnumName{D::keep, "keep"}, EnumName{D::remove, "delete"},
                                   EnumName{D::move, "move"}};
};

template <>
struct sluice::option_table<sluice::file_source::FileOptions> {
  using O = file_source::FileOptions;
  using Ms = std::chrono::milliseconds;
  static constexpr auto rows = std::tuple{
      option<&O::paths>("path",
                        "File that is read and followed; `*`, `?` and `[a-z]` match many, also "
                        "those that come later. Compressed files (.gz, .xz ...) are left out.")
          .required()
          .repeatable(),
      option<&O::start>("start",
                        "Where files are begun that are there at the very first start: at their "
                        "`beginning` or `end`. Later ones are read from the beginning."),
      option<&O::format>("format",
                         "`lines`: a line is a record. `json`: the same, and what is not JSON is "
                         "refused as malformed. `whole`: a file is a record."),
      option<&O::layout>("record-layout",
                         "`text`: the record is what the file has. `json`: an object with path, "
                         "offset, line and data."),
      option<&O::key>("record-key", "Key of the records: `none`, or the `path` of the file."),
      option<&O::delimiter>("delimiter",
                            "What ends a line; \\n, \\r, \\t, \\0, \\\\ and \\x1e stand for such "
                            "bytes."),
      option<&O::record_bytes_max>("record-size-max",
                                   "Largest record; a longer one is refused as too large.")
          .at_least(ByteSize{1})
          .at_most(ByteSize{std::uint64_t{1} << 30U}),
      option<&O::multiline_start>(
          "multiline-start",
          "Regular expression (POSIX, extended) of lines that begin a record; other lines belong "
          "to the record in front of them."),
      option<&O::multiline_wait>("multiline-wait",
                                 "How long a file is quiet before its last lines count as a "
                                 "whole record, with `multiline-start`."),
      option<&O::half_line_wait>("half-line-wait",
                                 "How long a file is quiet before a last line without its end is "
                                 "sent as it is; by default it waits for its end."),
      option<&O::settle_time>("settle-time",
                              "How long a file is quiet before it is sent, with the format "
                              "`whole`."),
      option<&O::done>("done",
                       "What becomes of a file that the topic has, with the format `whole`: "
                       "`keep`, `delete`, or `move` to the done-folder."),
      option<&O::done_folder>("done-folder",
                              "Folder that such files are moved to, on the same file system; made "
                              "when it is missing."),
      option<&O::stop_at_end>("stop-at-end", "End when everything that is there was read."),
      option<&O::scan_interval>("scan-interval",
                                "How often files are looked for and at. Changes on this machine "
                                "are seen at once; those on a network file system by this.")
          .at_least(Ms{10})
          .at_most(std::chrono::hours{24}),
      option<&O::rotate_wait>("rotate-wait",
                              "How long a file that was renamed or deleted is still read after "
                              "its last change."),
      option<&O::ignore_older>("ignore-older",
                               "Leave out files that were not changed for so long when they are "
                               "first seen."),
      option<&O::files_max>("files-max", "Most files that are followed at once.")
          .at_least(1)
          .at_most(100'000),
  };

  static void validate(const O& options, OptionProblems& problems) {
    file_source::validate_options(options, problems);
  }
};
