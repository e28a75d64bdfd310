// SPDX-License-Identifier: Apache-2.0
#pragma once

// The host's half of a call, for modules that are compiled into the test.

#include <string>

// What the guest answered last; empty when it did not since this was cleared.
inline std::string last_answer;
