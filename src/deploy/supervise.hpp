// SPDX-License-Identifier: Apache-2.0
#pragma once

// The process behind a local deployment: it holds the deployment's lock, keeps the connector
// running, writes its log and its run record, and pauses it again when it should be paused.

#include <functional>
#include <optional>
#include <string>

#include "deploy/store.hpp"

namespace sluice::deploy {

// What a running connector of this machine can be asked, through its control socket.
struct Control {
  // `running`, `paused`, `starting` ...; nothing when it has no socket, or does not answer.
  std::function<std::optional<std::string>(const std::string& name)> state;
  // Throw when it cannot be reached.
  std::function<void(const std::string& name)> pause, resume;
};

// Until the connector has finished, cannot go on, or SIGTERM. The exit code: 0 finished or stopped,
// else why it cannot go on. Throws: `already_running`; `invalid_argument` when there is no such
// deployment. Requires: this process has one thread.
int supervise_deployment(const Store& store, const std::string& name, const Control& control);

}  // namespace sluice::deploy
