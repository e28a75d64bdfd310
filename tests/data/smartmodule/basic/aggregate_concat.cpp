// SPDX-License-Identifier: Apache-2.0
// Appends each value to the accumulator; the value `!` is an error.
#include <sluice/smartmodule.hpp>

using namespace sluice::guest;

static Result<Text> append(Text accumulator, const Record& record) {
  if (record.value == "!") return Error("not this one");
  return concat(accumulator, record.value);
}

SLUICE_AGGREGATE(append)
