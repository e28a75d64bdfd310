// SPDX-License-Identifier: Apache-2.0
#pragma once

// Making topics of Kafka, and looking at how they are kept.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/kafka/client.hpp"

namespace sluice::kafka {

struct NewTopic {
  std::string name;
  std::optional<std::int32_t> partitions;   // none: as the brokers have it
  std::optional<std::int32_t> replication;  // none: as the brokers have it
  bool compacted = false;
};

// Returns when the topic is there and has leaders; that somebody else made it is no error.
// Throws: why not.
common::KafkaTopic create_topic(common::KafkaClient& client, const NewTopic& topic,
                                const common::KafkaClient::GiveUp& give_up);

// Its `cleanup.policy`; none when the brokers do not tell us.
[[nodiscard]] std::optional<std::string> cleanup_policy(common::KafkaClient& client,
                                                        const std::string& topic);
// Whether a topic with this policy has the newest record of each key, however old it is.
[[nodiscard]] bool keeps_newest(std::string_view policy);

}  // namespace sluice::kafka
