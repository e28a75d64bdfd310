// SPDX-License-Identifier: Apache-2.0
// Keeps the records in whose value the pattern `regex` is found.
#include <sluice/smartmodule.hpp>
#include <sluice/smartmodule/regex.hpp>

using namespace sluice::guest;

static Regex regex;

static Status init(Params& params) {
  const Text pattern = params.text("regex");
  if (!params.ok()) return ok;
  const Result<Regex> compiled = Regex::compile(pattern);
  if (!compiled.ok()) return compiled.error();
  regex = *compiled;
  return ok;
}

static Result<bool> filter(const Record& record) {
  const size_t bad = find_not_utf8(record.value);
  if (bad != Text::npos) return Error("the value is not UTF-8 at byte ", bad);
  return regex.matches(record.value);
}

SLUICE_INIT(init)
SLUICE_FILTER(filter)
