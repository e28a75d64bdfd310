// SPDX-License-Identifier: Apache-2.0
#include "record_commands.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <nlohmann/json.hpp>

#include "common/text_template/json_depth.hpp"

namespace sluice::redis {
namespace {

using nlohmann::ordered_json;

// A script passes on at most about 8000 words of a command.
constexpr std::size_t fields_max = 1000;

Error malformed(std::string text) {
  return {Errc::malformed, std::move(text), {}};
}

Outcome<ordered_json> object_of(std::string_view value) {
  // Its members are written as text again.
  if (common::is_too_deep(value)) {
    return malformed("the value is nested deeper than " + std::to_string(common::json_depth_max));
  }
  auto parsed = ordered_json::parse(value, nullptr, false);
  if (parsed.is_discarded()) return malformed("the value is not JSON");
  if (!parsed.is_object()) return malformed("the value is not a JSON object");
  return parsed;
}

std::string text_of(const ordered_json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string decimal(std::chrono::milliseconds time) {
  return std::to_string(time.count());
}

bool is_number(std::string_view text) {
  double number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  return code == std::errc{} && end == text.data() + text.size() && std::isfinite(number);
}

// What a series takes as time: milliseconds since 1970, as a number or its text.
Outcome<std::string> time_of(const ordered_json& object, const SinkRecord& record) {
  const auto found = object.find("timestamp");
  if (found == object.end() || found->is_null()) {
    if (record.timestamp.count() >= 0) return decimal(record.timestamp);
    return malformed("there is no `timestamp`, and the record has no time of its own");
  }
  std::string text = text_of(*found);
  if (text.empty() || text.find_first_not_of("0123456789") != std::string::npos) {
    return malformed("`timestamp` is not a number of milliseconds since 1970");
  }
  return text;
}

}  // namespace

std::string offsets_key(const SinkOptions& options) {
  return options.prefix + ":sluice-offsets";
}

RecordCommands::RecordCommands(const SinkOptions& options, std::string topic)
    : options_(options), topic_(std::move(topic)), offsets_key_(offsets_key(options)) {
  std::string ignored;
  key_ = common::TextTemplate::parse(options.key, ignored).value_or(common::TextTemplate{});
}

Outcome<std::string> RecordCommands::key_of(const SinkRecord& record) const {
  if (!options_.key.empty()) {
    const common::RecordFields fields(record.value);
    return key_.fill({.record = record, .topic = topic_, .fields = fields});
  }
  if (!is_keyed(options_.operation)) return options_.prefix;
  if (record.key) return options_.prefix + ':' + std::string(*record.key);
  // The same at each delivery, so that a second one overwrites the first.
  std::string key = options_.prefix + ':' + topic_ + '-' + std::to_string(record.partition.value) +
                    '-' + std::to_string(record.offset.value);
  if (record.index > 0) key += '-' + std::to_string(record.index);
  return key;
}

Outcome<std::vector<Command>> RecordCommands::commands(const SinkRecord& record) const {
  if (options_.operation == Operation::ts_add) return ts_add(record);
  auto key = key_of(record);
  if (!key.ok()) return key.error();
  if (key.value() == offsets_key_) {
    return Error{Errc::outside_rejected,
                 "the key " + offsets_key_ + " is the one of the sink's offsets",
                 {}};
  }
  if (options_.delete_empty && record.value.empty()) {
    return std::vector<Command>{{"DEL", std::move(key).value()}};
  }
  switch (options_.operation) {
    case Operation::json_set:
      return json_set(record, std::move(key).value());
    case Operation::hset:
      return hset(record, std::move(key).value());
    case Operation::xadd:
      return xadd(record, std::move(key).value());
    case Operation::lpush:
    case Operation::rpush:
      return push(record, std::move(key).value());
    case Operation::publish:
      return std::vector<Command>{{"PUBLISH", std::move(key).value(), std::string(record.value)}};
    default:
      return set(record, std::move(key).value());
  }
}

std::vector<Command> RecordCommands::set(const SinkRecord& record, std::string key) const {
  Command command{"SET", std::move(key), std::string(record.value)};
  if (options_.ttl) command.insert(command.end(), {"PX", decimal(*options_.ttl)});
  return {std::move(command)};
}

Outcome<std::vector<Command>> RecordCommands::json_set(const SinkRecord& record,
                                                       std::string key) const {
  if (!ordered_json::accept(record.value)) return malformed("the value is not JSON");
  std::vector<Command> out{{"JSON.SET", key, "$", std::string(record.value)}};
  if (options_.ttl) out.push_back({"PEXPIRE", std::move(key), decimal(*options_.ttl)});
  return out;
}

Outcome<std::vector<Command>> RecordCommands::hset(const SinkRecord& record,
                                                   std::string key) const {
  auto object = object_of(record.value);
  if (!object.ok()) return object.error();
  if (object.value().empty()) return malformed("the JSON object has no members");
  Command set{"HSET", key};
  Command remove{"HDEL", key};
  std::vector<Command> out;
  const auto add = [&](Command& command, std::size_t words_before) {
    if (command.size() > words_before) out.push_back(std::move(command));
  };
  for (const auto& [name, value] : object.value().items()) {
    if (value.is_null()) {
      remove.push_back(name);
    } else {
      set.push_back(name);
      set.push_back(text_of(value));
    }
    if (set.size() >= 2 * fields_max) {
      add(set, 2);
      set = {"HSET", key};
    }
    if (remove.size() >= fields_max) {
      add(remove, 2);
      remove = {"HDEL", key};
    }
  }
  add(set, 2);
  add(remove, 2);
  if (options_.ttl) out.push_back({"PEXPIRE", std::move(key), decimal(*options_.ttl)});
  return out;
}

Outcome<std::vector<Command>> RecordCommands::ts_add(const SinkRecord& record) const {
  auto object = object_of(record.value);
  if (!object.ok()) return object.error();
  const ordered_json& fields = object.value();
  if (!fields.contains("value")) return malformed("there is no `value`");
  std::string value = text_of(fields["value"]);
  if (!is_number(value)) return malformed("`value` is not a number");
  auto time = time_of(fields, record);
  if (!time.ok()) return time.error();
  std::string key;
  if (!options_.key.empty()) {
    auto filled = key_of(record);
    if (!filled.ok()) return filled.error();
    key = std::move(filled).value();
  } else {
    if (!fields.contains("key") || fields["key"].is_null()) return malformed("there is no `key`");
    key = options_.prefix + '_' + text_of(fields["key"]);
  }
  return std::vector<Command>{{"TS.ADD", std::move(key), std::move(time).value(), std::move(value),
                               "ON_DUPLICATE", "LAST"}};
}

Outcome<std::vector<Command>> RecordCommands::xadd(const SinkRecord& record,
                                                   std::string key) const {
  Command command{"XADD", std::move(key)};
  if (options_.max_length) {
    command.insert(command.end(), {"MAXLEN", "~", std::to_string(*options_.max_length)});
  }
  command.emplace_back("*");
  if (options_.entry == Entry::value) {
    if (record.key) command.insert(command.end(), {"key", std::string(*record.key)});
    command.insert(command.end(), {"value", std::string(record.value)});
    return std::vector<Command>{std::move(command)};
  }
  auto object = object_of(record.value);
  if (!object.ok()) return object.error();
  if (object.value().empty()) return malformed("the JSON object has no members");
  if (object.value().size() > fields_max) {
    return malformed("the JSON object has more than " + std::to_string(fields_max) + " members");
  }
  for (const auto& [name, value] : object.value().items()) {
    command.push_back(name);
    command.push_back(text_of(value));
  }
  return std::vector<Command>{std::move(command)};
}

std::vector<Command> RecordCommands::push(const SinkRecord& record, std::string key) const {
  const bool left = options_.operation == Operation::lpush;
  std::vector<Command> out{{left ? "LPUSH" : "RPUSH", key, std::string(record.value)}};
  if (!options_.max_length) return out;
  const std::string length = std::to_string(*options_.max_length);
  if (left) {
    out.push_back({"LTRIM", std::move(key), "0", std::to_string(*options_.max_length - 1)});
  } else {
    out.push_back({"LTRIM", std::move(key), "-" + length, "-1"});
  }
  return out;
}

}  // namespace sluice::redis
