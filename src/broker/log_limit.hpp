// SPDX-License-Identifier: Apache-2.0
#pragma once

// A warning that strangers can cause as often as they like: at most ten a second are written,
// and the next one after that says how many were not. Thread-safe.

#include <initializer_list>
#include <string_view>

#include "base/log.hpp"

namespace sluice::broker {

void log_limited(std::string_view component, std::string_view text,
                 std::initializer_list<log::Field> fields);

}  // namespace sluice::broker
