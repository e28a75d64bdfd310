// SPDX-License-Identifier: Apache-2.0
#pragma once

// How `cluster start`, `stop` and `status` find each other: two files in the data directory.
//
// `server.lock` is locked by the server for as long as it lives, so the lock, and not a pid, says
// whether one runs: the kernel lets it go when the process ends, however it ends. `server.run`
// says who: pid and addresses. A pid may be a stranger's by now, so who is to be stopped must have
// the lock file open.

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "base/file_lock.hpp"
#include "base/result.hpp"

namespace sluice::cli {

struct RunningServer {
  pid_t pid = 0;
  std::string sc;   // host:port of the control plane
  std::string spu;  // host:port of the data node
  std::string version;
  bool tls = false;
  std::chrono::milliseconds started{0};  // since 1970

  friend bool operator==(const RunningServer&, const RunningServer&) = default;
};

// ~/.sluice/data, when no directory is given. Absolute.
[[nodiscard]] std::filesystem::path data_directory(const std::string& given);

// The right to be the server of a data directory, as long as it lives. Nothing when another process
// has it. Throws: `permission_denied`, `io`, `no_space`.
[[nodiscard]] std::optional<FileLock> try_lock_server(const std::filesystem::path& data);
// Whether a process has the lock. Only looks: a server that starts now is not disturbed.
[[nodiscard]] bool is_locked(const std::filesystem::path& data);

// Replaces `server.run` as a whole. Throws: `permission_denied`, `io`, `no_space`.
void write_run_file(const std::filesystem::path& data, const RunningServer& server);
void remove_run_file(const std::filesystem::path& data);
// Nothing when no server has the lock. Throws: `io`; `already_running` when one has it and its
// file cannot be read, as in the first moments of a start.
[[nodiscard]] std::optional<RunningServer> running_server(const std::filesystem::path& data);

[[nodiscard]] std::string format_run_file(const RunningServer& server);
[[nodiscard]] Result<RunningServer> parse_run_file(std::string_view text);
// Whether the process has the lock file open; false when there is no such process. Throws:
// `permission_denied` when the system does not let us see, as for another user's process.
[[nodiscard]] bool has_lock_open(pid_t pid, const std::filesystem::path& data);

}  // namespace sluice::cli
