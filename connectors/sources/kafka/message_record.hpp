// SPDX-License-Identifier: Apache-2.0
#pragma once

// A message of librdkafka in the words of common/kafka/record_json.hpp: views of it.

#include <librdkafka/rdkafka.h>

#include "common/kafka/record_json.hpp"

namespace sluice::kafka {

[[nodiscard]] common::KafkaRecordView view_of(const rd_kafka_message_t& message);

}  // namespace sluice::kafka
