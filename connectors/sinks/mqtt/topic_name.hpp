// SPDX-License-Identifier: Apache-2.0
#pragma once

// The topic that a record is published to: the user's template, filled by the record, and held
// against what MQTT allows in a topic's name. A broker may close the connection over a name that
// is not allowed, and would again for each new try: such a record must not get there.
//
// Pure.

#include <string>
#include <string_view>

#include <sluice/outcome.hpp>

#include "common/text_template/text_template.hpp"

namespace sluice::mqtt {

// What is wrong with `text` in a topic's name, as what follows "it"; empty when nothing is.
[[nodiscard]] std::string topic_problem(std::string_view text);
// For messages: the begin of `text`. Of one that is binary or has control characters, the bytes
// that are not plain ASCII become `\xFF`.
[[nodiscard]] std::string printable(std::string_view text);
// Errors: `malformed`.
[[nodiscard]] Outcome<std::string> topic_name(const common::TextTemplate& name,
                                              const common::TextTemplate::Source& source);

}  // namespace sluice::mqtt
