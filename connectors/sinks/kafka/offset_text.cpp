// SPDX-License-Identifier: Apache-2.0
#include "offset_text.hpp"

#include <charconv>

#include <nlohmann/json.hpp>

#include <sluice/json_text.hpp>

namespace sluice::kafka {
namespace {

Error corrupt(const std::string& what) {
  return {Errc::data_corrupt, "the record with the offsets " + what, {}};
}

}  // namespace

std::string format_offsets(const StoredOffsets& offsets) {
  std::string out = "{\"topic\":";
  append_json_string(out, offsets.topic);
  if (!offsets.owner.empty()) {
    out += ",\"owner\":";
    append_json_string(out, offsets.owner);
  }
  out += ",\"offsets\":{";
  for (const auto& [partition, offset] : offsets.last) {
    if (out.back() != '{') out += ',';
    out += '"' + std::to_string(partition.value) + "\":" + std::to_string(offset.value);
  }
  return out + "}}";
}

Outcome<StoredOffsets> parse_offsets(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("topic") || !json["topic"].is_string() ||
      !json.contains("offsets") || !json["offsets"].is_object()) {
    return corrupt("is not an object with `topic` and `offsets`");
  }
  StoredOffsets out{.topic = json["topic"].get<std::string>(), .owner = {}, .last = {}};
  if (const auto owner = json.find("owner"); owner != json.end()) {
    if (!owner->is_string()) return corrupt("has an `owner` that is no text");
    out.owner = owner->get<std::string>();
  }
  for (const auto& [name, value] : json["offsets"].items()) {
    std::uint32_t partition = 0;
    const auto read = std::from_chars(name.data(), name.data() + name.size(), partition);
    if (read.ec != std::errc() || read.ptr != name.data() + name.size() ||
        !value.is_number_integer() || value.get<std::int64_t>() < 0) {
      return corrupt("has no offset for the partition `" + name + '`');
    }
    out.last[{partition}] = {value.get<std::int64_t>()};
  }
  return out;
}

}  // namespace sluice::kafka
