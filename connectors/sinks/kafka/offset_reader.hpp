// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads the newest committed record of a key in the offsets topic, from the end backwards, so that
// it takes as long with a topic of millions as with a new one.
//
#include <cstdint>
#include <optional>
#include <string>

#include "common/kafka/connection_options.hpp"

namespace sluice::kafka {

enum class ReadTo : std::uint8_t {
  end,         // requires: no transaction of that key is open, as after `init_transactions`
  first_open,  // what comes behind the first open transaction is not seen
};

// Throws: what is in the way; `outside_unavailable` when somebody else's transaction in the same
// topic hides its end for longer than the connect timeout.
[[nodiscard]] std::optional<std::string> newest_value(
    const common::KafkaConnectionOptions& connection, const std::string& topic,
    const std::string& key, ReadTo until);

}  // namespace sluice::kafka
