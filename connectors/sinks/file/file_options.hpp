// SPDX-License-Identifier: Apache-2.0
#pragma once

// What users can set on the file sink.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <sluice/options.hpp>

#include "common/record_text/record_text.hpp"

namespace sluice::file {

using Format = common::LineFormat;
using common::Newlines;

struct FileOptions {
  std::string path;
  Format format = Format::lines;
  Newlines newlines = Newlines::keep;
  std::string prefix;
  std::string suffix;
  ByteSize rotate_size{std::uint64_t{128} << 20U};
  std::optional<std::uint64_t> rotate_records;
  std::optional<std::chrono::milliseconds> rotate_age;
};

void validate_options(const FileOptions& options, OptionProblems& problems);

}  // namespace sluice::file

template <>
struct sluice::option_table<sluice::file::FileOptions> {
  using O = file::FileOptions;
  static constexpr auto rows = std::tuple{
      option<&O::path>("path", "Folder that the files are written to; made when it is missing.")
          .required(),
      option<&O::format>("format",
                         "`lines`: the value and a line feed. `json`: an object a line, with "
                         "partition, offset, timestamp, key and value."),
      option<&O::newlines>("newlines",
                           "Line feeds inside a value, in the format `lines`: `keep` them, or "
                           "`escape` them as \\n, and a backslash as \\\\."),
      option<&O::prefix>("prefix", "How file names begin; by default the name of the topic."),
      option<&O::suffix>("suffix",
                         "How file names end; by default .txt, or .jsonl with the format `json`."),
      option<&O::rotate_size>("rotate-size", "Size at which a new file is begun.")
          .at_least(ByteSize{1}),
      option<&O::rotate_records>("rotate-records",
                                 "Number of records at which a new file is begun.")
          .at_least(1),
      option<&O::rotate_age>("rotate-age", "Age at which a new file is begun.")
          .at_least(std::chrono::milliseconds{1}),
  };

  static void validate(const O& options, OptionProblems& problems) {
    file::validate_options(options, problems);
  }
};
