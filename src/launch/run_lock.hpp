// SPDX-License-Identifier: Apache-2.0
#pragma once

// The right to run the connector of a name on this machine: a file `<file_stem(name)>.run` of the
// runtime folder, locked as long as its holder and the program it guards live. It says who they
// are.

#include <optional>
#include <string>

#include <sys/types.h>

#include "base/file_lock.hpp"

namespace sluice::launch {

struct RunHolder {
  pid_t pid = 0;
  std::string file;   // the YAML file
  std::string since;  // UTC
};

class RunLock {
 public:
  // Errors: `already_running` with who runs it, also when the connector was started without
  // `sluice run`; `permission_denied` and `io` for the runtime folder.
  [[nodiscard]] static Result<RunLock> take(const std::string& name, const std::string& file);

  // For `SuperviseOptions::kept_fds`.
  [[nodiscard]] int fd() const noexcept { return lock_.fd(); }

 private:
  explicit RunLock(FileLock lock) : lock_(std::move(lock)) {}
  FileLock lock_;
};

// Who runs the connector of this name with a RunLock, if somebody does.
// Errors: `permission_denied` and `io` for the runtime folder.
[[nodiscard]] Result<std::optional<RunHolder>> run_holder(const std::string& name);

}  // namespace sluice::launch
