// SPDX-License-Identifier: Apache-2.0
#pragma once

// The deployments of this machine, on disk: one folder each, whole at any moment.
//
//   <root>/deployments/<stem>/applied/   config.yaml, secrets (mode 0600), deployment.json
//   <root>/deployments/<stem>/state/     the connector's own
//   <root>/deployments/<stem>/run.json   what its supervisor last said
//   <root>/deployments/<stem>/log ...    what the connector wrote, and the files before
//   <root>/locks/<stem>.run, .change     held by the supervisor; by who changes the deployment
//
// `applied` is replaced as a whole, so a crash leaves the old one or the new one. A file that
// cannot be read is an error with its name, and is not written over.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "deploy/deployment.hpp"
#include "deploy/held_lock.hpp"

namespace sluice::deploy {

// `$SLUICE_STATE_DIR`, else /var/lib/sluice for root, else ~/.local/state/sluice. Absolute.
[[nodiscard]] std::filesystem::path state_root();

// The places of one deployment.
struct Places {
  std::filesystem::path folder, applied, config, secrets, deployment, state, run, log;
  std::filesystem::path run_lock, change_lock;
};

class Store {
 public:
  explicit Store(std::filesystem::path root) : root_(std::move(root)) {}

  [[nodiscard]] const std::filesystem::path& root() const noexcept { return root_; }
  [[nodiscard]] Places places(const std::string& name) const;

  // Nothing when there is no such deployment. Throws: `data_corrupt`, `unsupported`, `io`.
  [[nodiscard]] std::optional<Applied> load(const std::string& name) const;
  // All of them, by name; what cannot be read goes to `unreadable`, with its file's name.
  [[nodiscard]] std::vector<Applied> load_all(std::vector<Error>& unreadable) const;

  // Requires: the change lock.
  void save(const Applied& applied) const;
  // Only what is wanted of it. Requires: the change lock, and that it is there.
  void save_desired(const std::string& name, Desired desired) const;
  // The connector's own state goes, too, unless it is to be kept. Requires: the change lock.
  void remove(const std::string& name, bool keep_state) const;

  // Throws: `already_running` when another command keeps it for too long.
  [[nodiscard]] HeldLock lock_for_change(const std::string& name) const;

 private:
  [[nodiscard]] std::optional<Applied> load_from(const Places& at) const;
  std::filesystem::path root_;
};

}  // namespace sluice::deploy
