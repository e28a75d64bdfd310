// SPDX-License-Identifier: Apache-2.0
#pragma once

// Talks to the running connectors of this user on this machine, over their control sockets
// (base/runtime_folder.hpp says where these are).
//
// Every call has a deadline and a limit on what it takes from the other side. One thread for one
// object; objects are independent.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "sluice/error.hpp"

namespace sluice::cli {

// A connector whose socket accepts connections.
struct LocalConnector {
  std::string name;  // as it says; of the socket's file when it does not answer
  std::filesystem::path socket;
  nlohmann::ordered_json status;  // its /status; null when there is a problem
  std::optional<Error> problem;   // it does not answer in time, or not with a status
};

inline constexpr std::chrono::milliseconds control_timeout{2'000};

// All of them, by name; asked at the same time, so `timeout` is for the whole. Sockets whose
// program has died are removed. Throws: `permission_denied`, `io` for the runtime folder.
[[nodiscard]] std::vector<LocalConnector> local_connectors(
    std::chrono::milliseconds timeout = control_timeout);
// The running connector of that name. Throws: `HintedFailure` with `usage` when there is none, with
// the nearest name; what it failed with when it does not answer.
[[nodiscard]] LocalConnector running_connector(std::string_view name);
// The same, none when it does not run.
[[nodiscard]] std::optional<LocalConnector> find_running_connector(
    std::string_view name, std::chrono::milliseconds timeout = control_timeout);

class ControlClient {
 public:
  explicit ControlClient(std::filesystem::path socket,
                         std::chrono::milliseconds timeout = control_timeout)
      : socket_(std::move(socket)), timeout_(timeout) {}

  // All throw: `connection_refused` when nothing listens any more, `timed_out`,
  // `connection_lost`, `protocol` for an answer that is not one of a connector, `too_large`.

  [[nodiscard]] nlohmann::ordered_json status() const;
  [[nodiscard]] std::string metrics() const;
  // It has stopped taking records, or does again, when they return. Doing it twice is no error.
  void pause() const;
  void resume() const;

  // Follows the records that pass: `on_line` gets one JSON document at a time, without line feed,
  // and says whether to go on. In between, at least four times a second, it is called with an
  // empty text, so that it can stop while nothing comes. Ends when it says so, after `count`
  // records, or when the connector ends. Throws: what `on_line` throws, and as above.
  void tap(std::optional<std::uint64_t> count,
           const std::function<bool(std::string_view line)>& on_line) const;

 private:
  [[nodiscard]] std::string call(const char* method, const std::string& path) const;

  std::filesystem::path socket_;
  std::chrono::milliseconds timeout_;
};

}  // namespace sluice::cli
