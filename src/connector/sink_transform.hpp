// SPDX-License-Identifier: Apache-2.0
#pragma once

// Puts what a sink reads through a chain. Each partition has a chain of its own, as in an SPU:
// what an aggregate adds up, and what a module looks back on, is one partition's.
//
// What is made of a record keeps its offset and timestamp. A record has all of its output, or
// none: when a link fails over a part of it, the other parts go, too. One thread.

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "connector/transforms.hpp"
#include "sluice/record.hpp"

namespace sluice::connector {

// Gives a new chain what its modules want to see of the partition: the records before an offset.
using LookBack = std::function<void(RecordChain&, PartitionId, Offset before)>;

class SinkTransform {
 public:
  struct Fault {
    const ConsumedRecord* record;  // of the input
    smartmodule::RecordFault fault;
  };
  struct Output {
    Records records;
    std::size_t filtered = 0;   // records of the input that left nothing, and have no fault
    std::vector<Fault> faults;  // in offset order, one a record
    bool stopped = false;       // at the last fault: what comes behind it was not looked at
  };

  // Starts the first chain at once, so that a module that cannot be started is known early.
  SinkTransform(const Transforms& transforms, LookBack look_back);

  // Throws: `smartmodule` when a chain broke down, what `look_back` throws.
  [[nodiscard]] Output run(const Records& records);

 private:
  [[nodiscard]] RecordChain& chain_of(const Records& records);

  const Transforms& transforms_;
  LookBack look_back_;
  std::optional<RecordChain> next_chain_;
  std::map<PartitionId, RecordChain> chains_;
  Bytes encoded_;
};

}  // namespace sluice::connector
