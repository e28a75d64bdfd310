// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads records of a partition before an offset, for modules that look back on them: the last
// so many, or those of a certain age, as an SPU chooses them. In memory, with a limit.

#include <atomic>
#include <string>

#include "connector/clock.hpp"
#include "connector/cluster.hpp"
#include "connector/transforms.hpp"

namespace sluice::connector {

class LookBackReader {
 public:
  static constexpr std::size_t bytes_max_default = 256U * 1024 * 1024;

  // `stop` ends a read that waits.
  LookBackReader(Cluster& cluster, std::string topic, const Clock& clock,
                 const std::atomic<bool>& stop, std::size_t bytes_max = bytes_max_default)
      : cluster_(cluster),
        topic_(std::move(topic)),
        clock_(clock),
        stop_(stop),
        bytes_max_(bytes_max) {}

  // Lets each step of the chain that looks back see its records. Throws: `smartmodule` when one
  // refuses them, `too_large`, `cancelled` when told to stop.
  void look_back(RecordChain& chain, PartitionId partition, Offset before);

 private:
  struct Found {
    Bytes records;
    std::uint32_t count = 0;
    bool reached_beginning = false;
    bool reached_age = false;  // the first record that was read is older
  };
  [[nodiscard]] Found find(PartitionId partition, Offset before,
                           const smartmodule::Lookback& lookback);
  // What is from `first` on and not older than `oldest`.
  [[nodiscard]] Found read(PartitionId partition, Offset first, Offset before,
                           std::chrono::milliseconds oldest);
  [[nodiscard]] std::unique_ptr<RecordReader> open(PartitionId partition, const StartAt& start);

  Cluster& cluster_;
  const std::string topic_;
  const Clock& clock_;
  const std::atomic<bool>& stop_;
  const std::size_t bytes_max_;
};

// The value of the last record of the first partition, for an aggregate that goes on with it;
// empty when the topic is. Throws: what reading failed with.
[[nodiscard]] std::string last_value(Cluster& cluster, const std::string& topic);

}  // namespace sluice::connector
