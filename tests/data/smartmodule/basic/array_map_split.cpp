// SPDX-License-Identifier: Apache-2.0
// A record for each comma-separated part of the value, under the same key; an empty part is an error.
#include <sluice/smartmodule.hpp>

using namespace sluice::guest;

static Status split(const Record& record, Outputs& out) {
  Text rest = record.value;
  while (true) {
    const size_t comma = rest.find(",");
    const Text part = rest.first(comma);
    if (part.empty()) return Error("empty part");
    out.add(Output{record.key, part});
    if (comma == Text::npos) return ok;
    rest = rest.after(comma + 1);
  }
}

SLUICE_ARRAY_MAP(split)
