// SPDX-License-Identifier: Apache-2.0
// Drops records whose key, or value when there is no key, was among the last `count` different
// ones and not longer than `age` milliseconds ago.
#include <sluice/smartmodule.hpp>

#include "seen.hpp"

using namespace sluice::guest;

namespace {

dedup::Seen seen;
int64_t age_ms = 0;  // 0: no limit
int64_t stream_start = dedup::no_time;

Status init(Params& params) {
  const int64_t count = params.integer("count", {.least = 1, .most = 5'000'000});
  age_ms = params.integer_or("age", 0, {.least = 0});
  if (params.ok()) seen.reserve(static_cast<uint32_t>(count));
  return ok;
}

dedup::Seen::Id id_of(const Record& record) {
  return record.key ? dedup::Seen::id_of("k", *record.key) : dedup::Seen::id_of("v", record.value);
}

// What look_back gave has no time of its own: it counts from when the stream begins.
bool is_old(int64_t time, int64_t now) {
  if (age_ms == 0 || now == dedup::no_time) return false;
  const int64_t since = time == dedup::no_time ? stream_start : time;
  return since != dedup::no_time && now > since && now - since > age_ms;
}

Status look_back(const Record& record) {
  const auto id = id_of(record);
  if (seen.find(id) == nullptr) seen.add(id, dedup::no_time);
  return ok;
}

Result<bool> filter(const Record& record) {
  if (!seen.ready()) return Error("dedup-filter is not initialized");
  const int64_t now = record.timestamp() > 0 ? record.timestamp() : dedup::no_time;
  if (stream_start == dedup::no_time) stream_start = now;
  seen.forget([&](int64_t time) { return is_old(time, now); });
  const auto id = id_of(record);
  if (const int64_t* time = seen.find(id)) {
    if (!is_old(*time, now)) return false;
    seen.remove(id);
  }
  seen.add(id, now);
  return true;
}

}  // namespace

SLUICE_INIT(init)
SLUICE_LOOK_BACK(look_back)
SLUICE_FILTER(filter)
