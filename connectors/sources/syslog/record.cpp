// SPDX-License-Identifier: Apache-2.0
#include "record.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>
#include <vector>

#include <sluice/json_text.hpp>

namespace sluice::syslog {
namespace {

void append_name(std::string& out, std::string_view name) {
  if (out.back() != '{') out += ',';
  append_json_string(out, name);
  out += ':';
}

template <typename Text>
void append_text(std::string& out, std::string_view name, const std::optional<Text>& text) {
  append_name(out, name);
  if (text) {
    append_json_string(out, *text);
  } else {
    out += "null";
  }
}

void append_code(std::string& out, std::string_view name, const std::optional<int>& code,
                 std::string_view (*word)(int)) {
  append_name(out, name);
  out += code ? std::to_string(*code) : "null";
  append_text(out, std::string(name) + "_name",
              code ? std::optional(word(*code)) : std::optional<std::string_view>());
}

constexpr auto nowhere = static_cast<std::size_t>(-1);

// Of parameters of one name, in the order they came in.
struct Place {
  bool first = true;
  std::size_t next = nowhere;
};

// Sorts, because a message can have a hundred thousand names: each is not compared with all, and
// there is no hash that a sender could make collide.
std::vector<Place> places_of(const std::vector<std::pair<std::string, std::string>>& params) {
  std::vector<std::size_t> sorted(params.size());
  std::iota(sorted.begin(), sorted.end(), std::size_t{0});
  std::ranges::sort(sorted, [&](std::size_t a, std::size_t b) {
    return std::tie(params[a].first, a) < std::tie(params[b].first, b);
  });
  std::vector<Place> places(params.size());
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    if (params[sorted[i - 1]].first != params[sorted[i]].first) continue;
    places[sorted[i - 1]].next = sorted[i];
    places[sorted[i]].first = false;
  }
  return places;
}

// A name that comes more than once has a list of its values, where it came first.
void append_params(std::string& out, const Element& element) {
  const auto& params = element.params;
  const auto places = places_of(params);
  out += '{';
  for (std::size_t i = 0; i < params.size(); ++i) {
    if (!places[i].first) continue;
    append_name(out, params[i].first);
    const bool many = places[i].next != nowhere;
    if (many) out += '[';
    append_json_string(out, params[i].second);
    for (auto other = places[i].next; other != nowhere; other = places[other].next) {
      out += ',';
      append_json_string(out, params[other].second);
    }
    if (many) out += ']';
  }
  out += '}';
}

std::string_view format_name(Format format) {
  if (format == Format::rfc5424) return "rfc5424";
  return format == Format::rfc3164 ? "rfc3164" : "unknown";
}

}  // namespace

void write_record(std::string& out, const Message* message, std::string_view text,
                  const Origin& origin) {
  static const Message nothing;
  const Message& from = message != nullptr ? *message : nothing;
  out = '{';
  append_code(out, "facility", from.facility, &facility_name);
  append_code(out, "severity", from.severity, &severity_name);
  append_text(out, "timestamp", from.timestamp);
  append_text(out, "host", from.host);
  append_text(out, "app", from.app);
  append_text(out, "procid", from.procid);
  append_text(out, "msgid", from.msgid);
  append_name(out, "structured_data");
  out += '{';
  for (const auto& element : from.structured_data) {
    append_name(out, element.id);
    append_params(out, element);
  }
  out += '}';
  append_text(out, "message", std::optional(message != nullptr ? from.message : text));
  append_text(out, "format", std::optional(format_name(from.format)));
  append_text(out, "transport", std::optional(origin.transport));
  append_text(out, "peer", std::optional(origin.peer));
  if (origin.truncated) out += R"(,"truncated":true)";
  out += '}';
}

}  // namespace sluice::syslog
