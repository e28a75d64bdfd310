// SPDX-License-Identifier: Apache-2.0
#pragma once

// The value of a record in the offsets topic; its key is the transactional id:
//
//   {"topic":"orders","owner":"9f86d081884c7d65","offsets":{"0":41,"1":17}}
//
// It has the last offset of each partition that is in Kafka, so that the newest record of a key
// says all; and which instance wrote it, which earlier versions leave out and do not look at.

#include <map>
#include <string>
#include <string_view>

#include <sluice/outcome.hpp>
#include <sluice/types.hpp>

namespace sluice::kafka {

struct StoredOffsets {
  std::string topic;  // of Fluvio
  std::string owner;  // a token of one run of the connector; empty: not known
  std::map<PartitionId, Offset> last;
  friend bool operator==(const StoredOffsets&, const StoredOffsets&) = default;
};

[[nodiscard]] std::string format_offsets(const StoredOffsets& offsets);
// `data_corrupt` when it is not what `format_offsets` writes, or did in earlier versions.
[[nodiscard]] Outcome<StoredOffsets> parse_offsets(std::string_view text);

}  // namespace sluice::kafka
