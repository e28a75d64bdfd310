// SPDX-License-Identifier: Apache-2.0
#pragma once

// A checkpoint store that only one instance of the name uses: it takes the instance's lock as
// soon as there is a checkpoint, so sources that keep no position never meet it.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "connector/checkpoint.hpp"
#include "connector/instance.hpp"

namespace sluice::connector {

class LockedCheckpoint final : public CheckpointStore {
 public:
  LockedCheckpoint(std::unique_ptr<CheckpointStore> store, std::string name,
                   std::optional<std::filesystem::path> folder)
      : store_(std::move(store)), name_(std::move(name)), folder_(std::move(folder)) {}

  [[nodiscard]] std::optional<Position> load() override {
    if (!store_->load()) return std::nullopt;
    lock();
    // Whoever held the lock a moment ago may have stored more.
    return store_->load();
  }
  void save(const Position& position) override {
    lock();
    store_->save(position);
  }
  void cancel() override { store_->cancel(); }

 private:
  void lock() {
    if (!lock_) lock_.emplace(name_, folder_);
  }

  std::unique_ptr<CheckpointStore> store_;
  std::string name_;
  std::optional<std::filesystem::path> folder_;
  std::optional<InstanceLock> lock_;
};

}  // namespace sluice::connector
