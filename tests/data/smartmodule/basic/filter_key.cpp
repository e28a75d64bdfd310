// SPDX-License-Identifier: Apache-2.0
// Keeps the records whose value contains the parameter `key`.
#include <sluice/smartmodule.hpp>

using namespace sluice::guest;

static Text key;

static Status init(Params& params) {
  key = params.text("key");
  return ok;
}
static Result<bool> filter(const Record& record) { return record.value.contains(key); }

SLUICE_INIT(init)
SLUICE_FILTER(filter)
