// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/units.hpp"
#include "cli/data_options.hpp"
#include "cli/failure.hpp"
#include "cli/listing.hpp"
#include "cli/server_files.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

using namespace std::chrono_literals;

struct ClusterStopOptions {
  DataOptions data;
  std::chrono::milliseconds timeout = 30s;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::ClusterStopOptions> {
  using O = sluice::cli::ClusterStopOptions;
  static constexpr auto rows = std::tuple{
      option_group<&O::data>(),
      option<&O::timeout>("timeout", "Longest wait for the server to end."),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

struct CloseProcess {
  void operator()(const int* process) const {
    if (*process >= 0) ::close(*process);
  }
};

[[noreturn]] void fail_stop(const RunningServer& server, int number) {
  throw Failure(Errc::permission_denied,
                "cannot stop process " + std::to_string(server.pid) + ": " + std::strerror(number));
}

// The pid is only as good as the lock file that its process has open: a stranger may have it by
// now. The handle keeps the pid from changing hands between the look and the signal.
void ask_to_stop(const RunningServer& server, const std::filesystem::path& data) {
  const auto process = static_cast<int>(::syscall(SYS_pidfd_open, server.pid, 0));
  if (process < 0 && errno != ESRCH) fail_stop(server, errno);
  const std::unique_ptr<const int, CloseProcess> closes(&process);
  if (process < 0 || !has_lock_open(server.pid, data)) {
    throw HintedFailure(Errc::already_running,
                        "the lock is held, but not by process " + std::to_string(server.pid) +
                            " of the run file; nothing was stopped",
                        "`fuser server.lock` in the data directory names the process");
  }
  if (::syscall(SYS_pidfd_send_signal, process, SIGTERM, nullptr, 0) != 0 && errno != ESRCH) {
    fail_stop(server, errno);
  }
}

// It is gone when its lock is free.
void wait_until_gone(const std::filesystem::path& data, const RunningServer& server,
                     std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (is_locked(data)) {
    if (std::chrono::steady_clock::now() >= deadline) {
      throw HintedFailure(Errc::timed_out,
                          "process " + std::to_string(server.pid) + " has not ended after " +
                              format_duration(timeout),
                          "what it acknowledged is on disk: `kill -9 " +
                              std::to_string(server.pid) + "` loses nothing of that");
    }
    ::poll(nullptr, 0, 5);
  }
}

int run_cluster_stop(const ClusterStopOptions& options) {
  const auto data = data_directory(options.data.data);
  const auto server = running_server(data);
  if (!server) {
    report_line("no server runs on " + data.string(), "`sluice cluster start` starts one");
    return 3;
  }
  ask_to_stop(*server, data);
  wait_until_gone(data, *server, options.timeout);
  Facts facts;
  facts.add("stopped", "Stopped", true)
      .add("pid", "Process", std::int64_t{server->pid})
      .add("data", "Data directory", data.string());
  print_done("the server on " + server->sc + " has stopped", facts, options.output);
  return 0;
}

}  // namespace

const Verb cluster_stop = make_verb<&run_cluster_stop>(
    "cluster stop", "Stops the server of this machine, and waits until it is gone.",
    "sluice cluster stop");

}  // namespace sluice::cli
