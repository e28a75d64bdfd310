// SPDX-License-Identifier: Apache-2.0
// An aggregate: the sum of the whole numbers so far.
#include <sluice/smartmodule.hpp>
using namespace sluice::guest;

static Result<Text> add(Text sum, const Record& record) {
  const auto so_far = parse_integer(sum.empty() ? Text("0") : sum);
  const auto number = parse_integer(record.value);
  if (!so_far) return Error("the accumulator `", sum, "` is not a whole number");
  if (!number) return Error("`", record.value, "` is not a whole number");
  int64_t total = 0;
  if (__builtin_add_overflow(*so_far, *number, &total)) return Error("the sum is too large");
  return concat(total);
}

SLUICE_AGGREGATE(add)
