// SPDX-License-Identifier: Apache-2.0
#pragma once

// A record of a piece of a file. Pure.

#include <string>

#include <sluice/outcome.hpp>
#include <sluice/record.hpp>

#include "common/tail/tail.hpp"
#include "file_options.hpp"

namespace sluice::file_source {

struct RecordRules {
  Format format = Format::lines;
  Layout layout = Layout::text;
  Key key = Key::none;
};

// The value is the piece itself, or made in `room`. Errors: `malformed`, with the place.
[[nodiscard]] Outcome<RecordRef> make_record(const RecordRules& rules, const common::Piece& piece,
                                             std::string& room);

}  // namespace sluice::file_source
