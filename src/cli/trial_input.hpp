// SPDX-License-Identifier: Apache-2.0
#pragma once

// The records of `sluice smartmodule test`.

#include <string>
#include <vector>

#include "cli/module_trial.hpp"
#include "sluice/options/table.hpp"

namespace sluice::cli {

struct TrialInputOptions {
  std::vector<std::string> records;
  std::string file;
  bool raw = false;
  std::optional<std::string> key;
  std::string key_separator;
  std::vector<std::string> look_back;

  [[nodiscard]] bool any() const { return !records.empty() || !file.empty(); }
};

// All have the time of now. Throws: `io`; `usage` for a line without the separator.
[[nodiscard]] std::vector<TrialRecord> read_records(const TrialInputOptions& options);
[[nodiscard]] std::vector<TrialRecord> look_back_records(const TrialInputOptions& options);

}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::TrialInputOptions> {
  using O = sluice::cli::TrialInputOptions;
  static constexpr auto rows = std::tuple{
      option<&O::records>("record", "Value of a record; may be given more than once.")
          .alias("text")
          .value_name("VALUE"),
      option<&O::file>("record-file", "File with a record in each line; `-` is standard input.")
          .short_name('f')
          .alias("file")
          .value_name("FILE"),
      option<&O::raw>("raw", "The whole file is one record, line feeds included."),
      option<&O::key>("key", "Key of every record.").short_name('k').excludes_group("key"),
      option<&O::key_separator>("key-separator",
                                "Text between key and value in each record; the first one counts.")
          .excludes_group("key"),
      option<&O::look_back>("lookback-record",
                            "Value of a record that is in the topic before; may be given more than "
                            "once. For modules that look back.")
          .value_name("VALUE"),
  };
};
