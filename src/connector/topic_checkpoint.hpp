// SPDX-License-Identifier: Apache-2.0
#pragma once

// A checkpoint in a topic of the cluster, one topic for each instance: the last record counts.
//
// The topic is made when there is something to store. It is small and cuts itself: old segments go
// by size, and the one that is written to is never removed, so the last record stays.

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include "connector/checkpoint.hpp"
#include "connector/cluster.hpp"

namespace sluice::connector {

class TopicCheckpoint final : public CheckpointStore {
 public:
  TopicCheckpoint(Cluster& cluster, std::string name);
  ~TopicCheckpoint() override;

  [[nodiscard]] std::optional<Position> load() override;
  void save(const Position& position) override;
  void cancel() override;
  [[nodiscard]] const std::string& topic() const noexcept { return topic_; }

 private:
  struct Wait;
  Cluster& cluster_;
  std::string name_;
  std::string topic_;
  std::unique_ptr<RecordWriter> writer_;  // from the first `save` on
  std::shared_ptr<Wait> wait_;
};

}  // namespace sluice::connector
