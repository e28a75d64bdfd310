// SPDX-License-Identifier: Apache-2.0
// A filter in ten lines: keeps the records whose value contains the parameter `word`.
#include <sluice/smartmodule.hpp>
using namespace sluice::guest;

static Text word;
static Status init(Params& params) {
  word = params.text("word");
  return ok;
}
static Result<bool> filter(const Record& record) {
  return record.value.contains(word);
}

SLUICE_INIT(init)
SLUICE_FILTER(filter)
