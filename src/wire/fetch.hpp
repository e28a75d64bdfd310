// SPDX-License-Identifier: Apache-2.0
#pragma once

// The one-shot fetch of a data node. Official clients never send it, official servers answer
// it: where StreamFetch is not to be had, and for probes.
// Format: its field order is that of Kafka's Fetch; checked against tests/data/wire.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "wire/spu.hpp"

namespace sluice::wire {

struct FetchPartitionResult {
  std::uint32_t partition = 0;
  ErrorCode error_code;
  std::int64_t high_watermark = 0;
  std::int64_t next_filter_offset = 0;
  std::int64_t log_start_offset = 0;
  std::optional<std::vector<AbortedTransaction>> aborted;
  RecordSet records;
  static constexpr auto fields() {
    using P = FetchPartitionResult;
    return std::tuple{field<&P::partition>("partition"),
                      field<&P::error_code>("error_code"),
                      field<&P::high_watermark>("high_watermark"),
                      field<&P::next_filter_offset>("next_filter_offset").since(11),
                      field<&P::log_start_offset>("log_start_offset"),
                      field<&P::aborted>("aborted"),
                      field<&P::records>("records")};
  }
};
struct FetchTopicResult {
  std::string name;
  std::vector<FetchPartitionResult> partitions;
  static constexpr auto fields() {
    return std::tuple{field<&FetchTopicResult::name>("name"),
                      field<&FetchTopicResult::partitions>("partitions")};
  }
};
struct FetchResponse {
  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code;
  std::int32_t session_id = 0;
  std::vector<FetchTopicResult> topics;
  static constexpr auto fields() {
    using F = FetchResponse;
    return std::tuple{field<&F::throttle_time_ms>("throttle_time_ms"),
                      field<&F::error_code>("error_code"), field<&F::session_id>("session_id"),
                      field<&F::topics>("topics")};
  }
};

struct FetchPartition {
  std::uint32_t partition = 0;
  std::int32_t leader_epoch = -1;
  std::int64_t fetch_offset = 0;
  std::int64_t log_start_offset = -1;
  std::int32_t max_bytes = 1'048'890;
  static constexpr auto fields() {
    using P = FetchPartition;
    return std::tuple{field<&P::partition>("partition"),
                      field<&P::leader_epoch>("leader_epoch").since(9),
                      field<&P::fetch_offset>("fetch_offset"),
                      field<&P::log_start_offset>("log_start_offset").since(5),
                      field<&P::max_bytes>("max_bytes")};
  }
};
struct FetchTopic {
  std::string name;
  std::vector<FetchPartition> partitions;
  static constexpr auto fields() {
    return std::tuple{field<&FetchTopic::name>("name"),
                      field<&FetchTopic::partitions>("partitions")};
  }
};
struct ForgottenTopic {
  std::string name;
  std::vector<std::int32_t> partitions;
  static constexpr auto fields() {
    return std::tuple{field<&ForgottenTopic::name>("name"),
                      field<&ForgottenTopic::partitions>("partitions")};
  }
};
struct FetchRequest {
  using Response = FetchResponse;
  static constexpr SpuApi key = SpuApi::fetch;
  std::int32_t max_wait_ms = 0;
  std::int32_t min_bytes = 0;
  std::int32_t max_bytes = 1'048'890;
  WireIsolation isolation = WireIsolation::read_uncommitted;
  std::vector<FetchTopic> topics;
  std::vector<ForgottenTopic> forgotten;
  static constexpr auto fields() {
    using F = FetchRequest;
    return std::tuple{field<&F::max_wait_ms>("max_wait"),
                      field<&F::min_bytes>("min_bytes"),
                      field<&F::max_bytes>("max_bytes").since(3),
                      field<&F::isolation>("isolation_level").since(4),
                      field<&F::topics>("topics"),
                      field<&F::forgotten>("forgotten").since(7)};
  }
};

}  // namespace sluice::wire
