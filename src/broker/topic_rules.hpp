// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a topic may be called and look like, and what its settings mean for a log. Pure.
// The rules and texts are the official server's where it has them (reference §5.3).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/partition_log.hpp"
#include "wire/admin.hpp"

namespace sluice::broker {

inline constexpr std::int32_t own_spu_id = 5001;
inline constexpr std::string_view own_spu_name = "custom-spu-5001";
inline constexpr std::string_view consumer_offset_topic = "consumer-offset";

// 1 to 63 of `a-z 0-9 -`, no `-` at either end.
[[nodiscard]] bool is_resource_name(std::string_view name);

// A name, or `group/name@version` with a version that begins with a number.
[[nodiscard]] bool is_smartmodule_reference(std::string_view reference);

struct Refusal {
  wire::ErrorCode code;
  std::string message;
};
// Nothing: the topic can be made. `partitions_max` is what the server has room for.
[[nodiscard]] std::optional<Refusal> refuse_topic(const std::string& name,
                                                  const wire::TopicSpec& spec,
                                                  std::uint32_t partitions_max);

// Requires: refuse_topic() found nothing.
[[nodiscard]] std::uint32_t partition_count(const wire::TopicSpec& spec);
[[nodiscard]] wire::PartitionSpec partition_spec(const wire::TopicSpec& spec);
[[nodiscard]] wire::TopicStatus provisioned_status(const wire::TopicSpec& spec);
[[nodiscard]] LogOptions log_options(const wire::TopicSpec& spec, const LogOptions& defaults);
[[nodiscard]] wire::TopicSpec consumer_offset_spec();

[[nodiscard]] std::string partition_name(std::string_view topic, std::uint32_t index);

}  // namespace sluice::broker
