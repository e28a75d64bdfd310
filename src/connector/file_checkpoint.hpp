// SPDX-License-Identifier: Apache-2.0
#pragma once

// A checkpoint in a file of the state folder: written beside, synced, renamed, and the folder
// synced, so that a crash at any point leaves the old or the new one.

#include <filesystem>
#include <string>

#include "connector/checkpoint.hpp"

namespace sluice::connector {

class FileCheckpoint final : public CheckpointStore {
 public:
  // Makes the folder when it is missing. Throws: `io`, `permission_denied`, `no_space`.
  FileCheckpoint(const std::filesystem::path& folder, std::string name);

  [[nodiscard]] std::optional<Position> load() override;
  void save(const Position& position) override;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path folder_;
  std::string name_;
  std::filesystem::path path_;
};

}  // namespace sluice::connector
