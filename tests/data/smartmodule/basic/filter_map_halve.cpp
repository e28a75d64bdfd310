// SPDX-License-Identifier: Apache-2.0
// Whole numbers: even ones are halved, odd ones dropped; anything else is an error.
#include <sluice/smartmodule.hpp>

using namespace sluice::guest;

static Result<Optional<Output>> halve(const Record& record) {
  const auto number = parse_integer(record.value);
  if (!number) return Error("`", record.value, "` is not a whole number");
  if (*number % 2 != 0) return Optional<Output>(none);
  return Output{record.key, concat(*number / 2)};
}

SLUICE_FILTER_MAP(halve)
