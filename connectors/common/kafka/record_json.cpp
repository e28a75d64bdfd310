// SPDX-License-Identifier: Apache-2.0
#include "common/kafka/record_json.hpp"

#include <cstddef>

#include <nlohmann/json.hpp>

#include <sluice/base64.hpp>
#include <sluice/json_text.hpp>

#include "common/text_template/json_depth.hpp"

namespace sluice::common {
namespace {

using Json = nlohmann::json;

void append_bytes(std::string& out, const std::optional<std::string_view>& bytes) {
  if (!bytes) {
    out += "null";
  } else if (is_utf8(*bytes)) {
    append_json_string(out, *bytes);
  } else {
    out += "{\"base64\":\"" + to_base64(*bytes) + "\"}";
  }
}

Error wrong(const std::string& member, const std::string& what) {
  return {Errc::malformed, "the record's `" + member + "` " + what, {}};
}

Outcome<std::optional<std::string>> bytes_of(const Json& value, const std::string& member) {
  if (value.is_null()) return std::optional<std::string>();
  if (value.is_string()) return std::optional(value.get<std::string>());
  if (value.is_object() && value.contains("base64") && value["base64"].is_string()) {
    if (auto bytes = from_base64(value["base64"].get<std::string>())) return bytes;
    return wrong(member, "is not base64");
  }
  return wrong(member, "is not a string, null or {\"base64\":\"...\"}");
}

// What is missing is none.
Outcome<std::optional<std::string>> bytes_at(const Json& object, const char* name,
                                             const std::string& member) {
  const auto found = object.find(name);
  if (found == object.end()) return std::optional<std::string>();
  return bytes_of(*found, member);
}

Outcome<Done> read_headers(const Json& list, KafkaRecord& record) {
  if (!list.is_array()) return wrong("headers", "are not a list");
  for (const auto& item : list) {
    const auto name = item.is_object() ? item.find("name") : item.end();
    if (!item.is_object() || name == item.end() || !name->is_string()) {
      return wrong("headers", "are not objects with a `name`");
    }
    auto value = bytes_at(item, "value", "headers");
    if (!value.ok()) return value.error();
    record.headers.push_back({name->get<std::string>(), std::move(value).value()});
  }
  return Done{};
}

}  // namespace

void append_record_json(std::string& out, const KafkaRecordView& record) {
  out += "{\"topic\":";
  append_json_string(out, record.topic);
  out += ",\"partition\":" + std::to_string(record.partition);
  out += ",\"offset\":" + std::to_string(record.offset);
  out += ",\"timestamp\":";
  out += record.timestamp ? std::to_string(record.timestamp->count()) : "null";
  out += ",\"timestamp_type\":";
  out += !record.timestamp ? "null" : record.is_append_time ? "\"append\"" : "\"create\"";
  out += ",\"key\":";
  append_bytes(out, record.key);
  out += ",\"value\":";
  append_bytes(out, record.value);
  out += ",\"headers\":[";
  for (const auto& header : record.headers) {
    if (&header != record.headers.data()) out += ',';
    out += "{\"name\":";
    append_json_string(out, header.name);
    out += ",\"value\":";
    append_bytes(out, header.value);
    out += '}';
  }
  out += "]}";
}

Outcome<KafkaRecord> parse_record_json(std::string_view text) {
  if (is_too_deep(text)) {
    return Error{
        Errc::malformed, "the record is nested deeper than " + std::to_string(json_depth_max), {}};
  }
  const auto json = Json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object()) {
    return Error{Errc::malformed, "the record is not a JSON object", {}};
  }
  KafkaRecord record;
  if (!json.contains("value")) return wrong("value", "is missing");
  auto value = bytes_of(json["value"], "value");
  if (!value.ok()) return value.error();
  record.value = std::move(value).value();
  auto key = bytes_at(json, "key", "key");
  if (!key.ok()) return key.error();
  record.key = std::move(key).value();
  if (const auto found = json.find("timestamp"); found != json.end() && !found->is_null()) {
    if (!found->is_number_integer() || found->get<std::int64_t>() < 0) {
      return wrong("timestamp", "is not a number of milliseconds since 1970");
    }
    record.timestamp = std::chrono::milliseconds(found->get<std::int64_t>());
  }
  if (const auto found = json.find("headers"); found != json.end() && !found->is_null()) {
    auto read = read_headers(*found, record);
    if (!read.ok()) return read.error();
  }
  return record;
}

}  // namespace sluice::common
