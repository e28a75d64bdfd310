// SPDX-License-Identifier: Apache-2.0
#pragma once

// The input of `sluice produce`: standard input or a file, read in pieces until it ends or a
// signal says stop. And how a line becomes a record.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "cli/stop_signal.hpp"
#include "sluice/record.hpp"

namespace sluice::cli {

class Input {
 public:
  // Standard input for an empty path or `-`. Throws: `io`, `permission_denied`.
  explicit Input(const std::string& path);
  ~Input();
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  // The next piece; empty at the end, and after a stop signal. The view ends with the next
  // call. Throws: `io`.
  [[nodiscard]] std::string_view read(const StopSignal& stop);
  // Of a regular file.
  [[nodiscard]] std::optional<std::uint64_t> size_bytes() const;
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  std::string name_;
  int fd_ = -1;
  bool owned_ = false;
  std::string piece_;
};

// With a separator, `key SEPARATOR value`, split at its first place. Without one, the line is
// the value, and `key` the key. Errors: the separator is not in the line.
[[nodiscard]] Result<RecordRef> record_of_line(std::string_view line, std::string_view separator,
                                               std::optional<std::string_view> key);

}  // namespace sluice::cli
