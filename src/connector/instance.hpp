// SPDX-License-Identifier: Apache-2.0
#pragma once

// The name of one running connector, what is named after it, and the lock that keeps two of
// the same name from running on one machine.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::connector {

// Stable for the same connector and topic.
[[nodiscard]] std::string default_instance_name(std::string_view connector, std::string_view topic);
// A valid topic name, at most 63 characters.
[[nodiscard]] std::string checkpoint_topic(std::string_view name);

// Held while the object lives, and released by the system if the program dies.
class InstanceLock {
 public:
  // In a file of the folder, which is made when it is missing; or, without one, for this machine's
  // network namespace only, and for those with the same $SLUICE_RUNTIME_DIR. Throws:
  // `already_running`; `io`, `permission_denied` for the folder.
  InstanceLock(const std::string& name, const std::optional<std::filesystem::path>& folder);
  ~InstanceLock();
  InstanceLock(const InstanceLock&) = delete;
  InstanceLock& operator=(const InstanceLock&) = delete;

 private:
  int fd_;
};

}  // namespace sluice::connector
