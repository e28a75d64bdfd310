// SPDX-License-Identifier: Apache-2.0
// Puts the parameter `prefix` before the value in ASCII capitals; an empty value is an error.
#include <sluice/smartmodule.hpp>

using namespace sluice::guest;

static Text prefix;

static Status init(Params& params) {
  prefix = params.text_or("prefix", "");
  return ok;
}

static Result<Output> map(const Record& record) {
  if (record.value.empty()) return Error("empty value");
  Buffer out;
  out.append(prefix);
  for (const char c : record.value) out.append(c >= 'a' && c <= 'z' ? char(c - 32) : c);
  return Output{record.key, out.view()};
}

SLUICE_INIT(init)
SLUICE_MAP(map)
