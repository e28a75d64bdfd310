// SPDX-License-Identifier: Apache-2.0
// init, look_back and filter_map: keeps numbers above the highest so far and not below `min`, as
// `offset:timestamp:value`. Refuses a lookback of 77. State survives calls.
#include <sluice/smartmodule.hpp>

using namespace sluice::guest;

static int64_t last = INT64_MIN;
static int64_t least = INT64_MIN;

static Status init(Params& params) {
  least = params.integer_or("min", INT64_MIN);
  if (params.lookback().last == 77)
    return Error("refusing lookback 77 age=", static_cast<int64_t>(*params.lookback().age_ms));
  return ok;
}

static Status look_back(const Record& record) {
  const auto number = parse_integer(record.value);
  if (!number) return Error("invalid digit found in string");
  last = *number;
  return ok;
}

static Result<Optional<Output>> filter_map(const Record& record) {
  const auto number = parse_integer(record.value);
  if (!number) return Error("invalid digit found in string");
  if (*number <= last || *number < least) return Optional<Output>(none);
  last = *number;
  return Output{record.key, concat(record.offset(), ':', record.timestamp(), ':', *number)};
}

SLUICE_INIT(init)
SLUICE_LOOK_BACK(look_back)
SLUICE_FILTER_MAP(filter_map)
