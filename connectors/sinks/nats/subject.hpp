// SPDX-License-Identifier: Apache-2.0
#pragma once

// The subject of a record. Pure.

#include <string>

#include <sluice/connector/sink.hpp>
#include <sluice/outcome.hpp>

#include "sink_options.hpp"

namespace sluice::nats {

// Errors: `malformed`: no key, not JSON, no such field, not a subject.
[[nodiscard]] Outcome<std::string> subject_of(const SinkOptions& options, const SinkRecord& record);
// The id by which a stream recognises a record that comes again.
[[nodiscard]] std::string message_id(const std::string& topic, const SinkRecord& record);

}  // namespace sluice::nats
