// SPDX-License-Identifier: Apache-2.0
#pragma once

// A checkpoint as it is stored, in a file or a topic: one JSON object, readable by people.
//   {"checkpoint":1,"name":"http-news","saved":"2026-11-23T13:20:50.123Z","position":"42"}
// A position that is not UTF-8 text is in `position_base64` instead. Pure.

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sluice/connector/source.hpp"

namespace sluice::connector {

// `saved` is the time, as text.
[[nodiscard]] std::string format_checkpoint(std::string_view name, std::string_view saved,
                                            const Position& position);
// `data_corrupt`: what is not a checkpoint of this instance.
[[nodiscard]] Result<Position> parse_checkpoint(std::string_view text, std::string_view name);

}  // namespace sluice::connector
