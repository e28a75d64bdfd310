// SPDX-License-Identifier: Apache-2.0
#pragma once

// `PROGRAM check`: whether a run would reach both of its ends. Sends nothing, makes nothing.

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "connector/job.hpp"
#include "sluice/connector/check.hpp"
#include "sluice/error.hpp"

namespace sluice::connector {

// What became of one end.
struct EndCheck {
  std::string_view end;            // "cluster", "outside"
  std::vector<std::string> found;  // texts for the user
  std::optional<Error> problem;
  bool is_stuck = false;  // the author's code did not return: the program must not either
};

// {"end":"cluster","ok":true,"detail":"...","code":""}, with a line feed.
[[nodiscard]] std::string check_json(const EndCheck& check);

// Connected and let in; the topic is there, or will be made; its partitions can be read; all
// SmartModules are there and compile; the stored offsets of a sink (`consumer_id` not empty).
// Everything together within `timeout` and a little.
[[nodiscard]] EndCheck check_cluster(const JobSettings& settings, const Connect& connect,
                                     const std::string& consumer_id);

// Calls the author's `check`, on a thread of its own, and waits for it for `timeout` and a little.
[[nodiscard]] EndCheck check_outside(const Identity& who, std::chrono::milliseconds timeout,
                                     std::function<void(CheckContext&)> check);

}  // namespace sluice::connector
