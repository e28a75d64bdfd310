// SPDX-License-Identifier: Apache-2.0
#pragma once

// Puts the records of a source through a chain, one at a time, before they are sent.
//
// A source's records have no offset yet: SmartModules see the number of the record in this run,
// from 0, as its offset, and now as its time. One thread.

#include <optional>
#include <vector>

#include "connector/clock.hpp"
#include "connector/transforms.hpp"
#include "sluice/record.hpp"
#include "smartmodule/fault.hpp"

namespace sluice::connector {

class SourceTransform {
 public:
  struct Output {
    std::vector<RecordRef> records;  // none: it was filtered, or has a fault
    std::optional<smartmodule::RecordFault> fault;
  };

  SourceTransform(RecordChain chain, const Clock& clock)
      : chain_(std::move(chain)), clock_(&clock) {}

  // What becomes of a record; good until the next call. Throws as `RecordChain::process`.
  const Output& run(const RecordRef& record);

 private:
  RecordChain chain_;
  const Clock* clock_;
  std::int64_t next_number_ = 0;
  Bytes encoded_;
  Output output_;
};

}  // namespace sluice::connector
