// SPDX-License-Identifier: Apache-2.0
// Keeps the records whose value contains an `a`. No parameters.
#include <sluice/smartmodule.hpp>

using namespace sluice::guest;

static Result<bool> filter(const Record& record) { return record.value.contains("a"); }

SLUICE_FILTER(filter)
