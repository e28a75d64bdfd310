// SPDX-License-Identifier: Apache-2.0
#include "cli/top_table.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <utility>

namespace sluice::cli {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::seconds;

// A connector of another version may say less, or other things.
const Json& at(const Json& json, const char* key) {
  static const Json nothing;
  const auto found = json.is_object() ? json.find(key) : json.end();
  return json.is_object() && found != json.end() ? *found : nothing;
}
std::string text(const Json& json, const char* key) {
  const auto& value = at(json, key);
  return value.is_string() ? value.get<std::string>() : std::string();
}
std::int64_t number(const Json& json, const char* key) {
  const auto& value = at(json, key);
  return value.is_number_integer() ? value.get<std::int64_t>() : 0;
}

std::int64_t sum(const Json& counts) {
  std::int64_t out = 0;
  if (!counts.is_object()) return out;
  for (const auto& [name, count] : counts.items()) {
    if (count.is_number_integer()) out += count.get<std::int64_t>();
  }
  return out;
}

Cell or_nothing(std::optional<std::int64_t> value) {
  return value ? Cell(*value) : Cell(Nothing());
}

}  // namespace

std::optional<TopTable::Time> parse_utc(std::string_view text) {
  std::tm parts{};
  const std::string copy(text);
  const char* const end = ::strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return std::chrono::system_clock::from_time_t(::timegm(&parts));
}

TopTable::Rates TopTable::rates(const LocalConnector& connector, const Sample& now) const {
  const auto found = last_.find(connector.socket.string());
  Sample before;
  if (found != last_.end() && found->second.pid == now.pid && found->second.read <= now.read) {
    before = found->second;
  } else if (const auto started = parse_utc(text(connector.status, "started"))) {
    before.time = *started;
  } else {
    return {};
  }
  const auto time = std::max(std::chrono::duration<double>(now.time - before.time).count(), 0.1);
  const auto rate = [&](std::uint64_t more, std::uint64_t less) {
    return static_cast<std::int64_t>(
        std::llround(static_cast<double>(more > less ? more - less : 0) / time));
  };
  return {rate(now.read, before.read), rate(now.delivered, before.delivered)};
}

Listing TopTable::next(std::span<const LocalConnector> connectors, Time now) {
  Listing out({{"name", "NAME"},
               {"connector", "TYPE"},
               {"state", "STATE"},
               {"topic", "TOPIC"},
               {"in_per_second", "IN/S"},
               {"out_per_second", "OUT/S"},
               {"lag", "LAG"},
               {"in_flight", "IN FLIGHT"},
               {"errors", "ERRORS"},
               {"retries", "RETRIES"},
               {"uptime_seconds", "UP"},
               {"last_error", "LAST ERROR"}},
              "no connectors run here");
  std::map<std::string, Sample> samples;
  for (const auto& connector : connectors) {
    const auto& status = connector.status;
    if (connector.problem) {
      out.add({connector.name, Nothing(), std::string("no answer"), Nothing(), Nothing(), Nothing(),
               Nothing(), Nothing(), Nothing(), Nothing(), Nothing(),
               connector.problem->message()});
      continue;
    }
    const auto& records = at(status, "records");
    const Sample sample{.pid = number(status, "pid"),
                        .read = static_cast<std::uint64_t>(number(records, "read")),
                        .delivered = static_cast<std::uint64_t>(number(records, "delivered")),
                        .time = now};
    const auto [in, outward] = rates(connector, sample);
    const bool is_sink = text(status, "direction") == "sink";
    const auto started = parse_utc(text(status, "started"));
    const auto error = text(status, "last_error");
    out.add({connector.name, text(status, "connector"), text(status, "state"),
             text(status, "topic"), or_nothing(in), or_nothing(outward),
             is_sink ? Cell(number(status, "lag")) : Cell(Nothing()), number(records, "in_flight"),
             sum(at(status, "errors")), number(status, "retries"),
             started ? Cell(std::chrono::floor<seconds>(now - *started)) : Cell(Nothing()),
             error.empty() ? Cell(Nothing()) : Cell(error)});
    samples[connector.socket.string()] = sample;
  }
  last_ = std::move(samples);
  return out;
}

}  // namespace sluice::cli
