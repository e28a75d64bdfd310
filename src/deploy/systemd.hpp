// SPDX-License-Identifier: Apache-2.0
#pragma once

// The systemd unit of a local deployment: what makes it survive a reboot.
//
// The unit runs `sluice deploy supervise NAME`, which restarts the connector itself and knows why
// it ended; systemd restarts the supervisor when that was killed. As root the unit belongs to the
// system manager, else to the user's.

#include <chrono>
#include <filesystem>
#include <map>
#include <string>

namespace sluice::deploy {

struct UnitInput {
  std::string name;     // of the deployment
  std::string program;  // this tool, absolute
  std::map<std::string, std::string> environment;
  std::chrono::seconds stop_timeout{40};
  bool system = false;  // of the system manager
};

[[nodiscard]] std::string unit_text(const UnitInput& input);
// `sluice-<stem>.service`
[[nodiscard]] std::string unit_name(const std::string& name);

// A systemd manager of this user, asked through `systemctl`.
class Systemd {
 public:
  // `$SLUICE_UNIT_DIR`, else /etc/systemd/system for root, else the user's folder.
  Systemd();

  [[nodiscard]] bool is_system() const noexcept { return system_; }
  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }
  // Whether a manager answers: not in a container, not in every chroot.
  [[nodiscard]] bool is_running() const;
  [[nodiscard]] bool has_unit(const std::string& name) const;

  // Writes and enables the unit; does not start it. Throws: `io`, `permission_denied`.
  void install(const std::string& name, const std::string& text) const;
  // Starts the unit anew. Throws: `io` with what systemctl says.
  void start(const std::string& name) const;
  void stop(const std::string& name) const;
  // Stops, disables and removes it; nothing when there is none.
  void remove(const std::string& name) const;
  // Whether the user's manager runs without a session, so at boot. True for the system's.
  [[nodiscard]] bool starts_at_boot() const;

 private:
  bool system_;
  std::filesystem::path folder_;
};

}  // namespace sluice::deploy
