// SPDX-License-Identifier: Apache-2.0
#pragma once

// Entries of Redis streams: out of replies, into records, and their places. Pure.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sluice/outcome.hpp>

#include "common/redis/reply.hpp"

namespace sluice::redis {

struct Entry {
  std::string stream;
  std::string id;
  bool deleted = false;  // it was pending, and is no longer in the stream
  std::vector<std::pair<std::string, std::string>> fields;
};

// `[[stream, [[id, [name, value...]]...]]...]` of XREAD and XREADGROUP; nil is none. Errors:
// `protocol`.
[[nodiscard]] Outcome<std::vector<Entry>> entries_of(const Reply& reply);
// `[[id, [name, value...]]...]` of XAUTOCLAIM.
[[nodiscard]] Outcome<std::vector<Entry>> entries_in(std::string_view stream, const Reply& list);

// `{"redis_stream":"s","redis_id":"1-0","fields":{"name":"value"}}`. Of several fields of one name
// the last counts. Values that are not UTF-8 stand in an object "fields_base64".
[[nodiscard]] std::string format_entry(const Entry& entry);
[[nodiscard]] std::optional<std::string_view> field_of(const Entry& entry, std::string_view name);

// `1526919030474-55`, compared as two numbers. A text that is no id is the lowest.
[[nodiscard]] std::pair<std::uint64_t, std::uint64_t> id_numbers(std::string_view id);

// How far each stream is read, as a position.
using Places = std::map<std::string, std::string>;
[[nodiscard]] std::string format_places(const Places& places);
[[nodiscard]] std::optional<Places> parse_places(std::string_view text);

}  // namespace sluice::redis
