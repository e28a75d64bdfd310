// SPDX-License-Identifier: Apache-2.0
#pragma once

// A record as the line that stands in the file. Pure.

#include <string>

#include <sluice/connector/sink.hpp>

#include "file_options.hpp"

namespace sluice::file {

// Appends the record and its line feed.
void append_record(std::string& out, const SinkRecord& record, Format format, Newlines newlines);

}  // namespace sluice::file
