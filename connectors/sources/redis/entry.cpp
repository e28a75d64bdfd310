// SPDX-License-Identifier: Apache-2.0
#include "entry.hpp"

#include <algorithm>
#include <charconv>

#include <nlohmann/json.hpp>

#include <sluice/base64.hpp>
#include <sluice/json_text.hpp>

namespace sluice::redis {
namespace {

Error wrong_form() {
  return {Errc::protocol, "the answer of Redis has not the form of a stream's entries", {}};
}

std::size_t replacements(std::string_view text) {
  constexpr std::string_view replacement = "\xef\xbf\xbd";
  std::size_t count = 0;
  for (auto at = text.find(replacement); at != std::string_view::npos;
       at = text.find(replacement, at + replacement.size())) {
    ++count;
  }
  return count;
}

// More replacements than before: some bytes were no text.
bool is_text(std::string_view bytes) {
  std::string json;
  append_json_string(json, bytes);
  return replacements(json) == replacements(bytes);
}

void append_member(std::string& out, std::string_view name, std::string_view value) {
  if (!out.empty()) out += ',';
  append_json_string(out, name);
  out += ':';
  append_json_string(out, value);
}

Outcome<Entry> entry_of(std::string_view stream, const Reply& reply) {
  if (reply.items.size() != 2) return wrong_form();
  Entry out{
      .stream = std::string(stream), .id = reply.items[0].text, .deleted = false, .fields = {}};
  const Reply& fields = reply.items[1];
  out.deleted = fields.is_nil();
  if (fields.items.size() % 2 != 0) return wrong_form();
  for (std::size_t i = 0; i < fields.items.size(); i += 2) {
    out.fields.emplace_back(fields.items[i].text, fields.items[i + 1].text);
  }
  return out;
}

Outcome<Done> append_entries(std::vector<Entry>& out, std::string_view stream, const Reply& list) {
  for (const Reply& item : list.items) {
    if (item.is_nil()) continue;  // XAUTOCLAIM of Redis 6: deleted meanwhile
    auto entry = entry_of(stream, item);
    if (!entry.ok()) return entry.error();
    out.push_back(std::move(entry).value());
  }
  return Done{};
}

}  // namespace

Outcome<std::vector<Entry>> entries_of(const Reply& reply) {
  std::vector<Entry> out;
  if (reply.is_nil()) return out;
  if (reply.type != Reply::Type::array) return wrong_form();
  for (const Reply& stream : reply.items) {
    if (stream.items.size() != 2) return wrong_form();
    auto done = append_entries(out, stream.items[0].text, stream.items[1]);
    if (!done.ok()) return done.error();
  }
  return out;
}

Outcome<std::vector<Entry>> entries_in(std::string_view stream, const Reply& list) {
  std::vector<Entry> out;
  auto done = append_entries(out, stream, list);
  if (!done.ok()) return done.error();
  return out;
}

std::string format_entry(const Entry& entry) {
  std::string text;
  std::string bytes;
  for (auto field = entry.fields.begin(); field != entry.fields.end(); ++field) {
    const auto& [name, value] = *field;
    const bool again = std::any_of(field + 1, entry.fields.end(),
                                   [&](const auto& later) { return later.first == name; });
    if (again) continue;
    if (is_text(value)) {
      append_member(text, name, value);
    } else {
      append_member(bytes, name, to_base64(value));
    }
  }
  std::string out = "{\"redis_stream\":";
  append_json_string(out, entry.stream);
  out += ",\"redis_id\":";
  append_json_string(out, entry.id);
  out += ",\"fields\":{" + text + '}';
  if (!bytes.empty()) out += ",\"fields_base64\":{" + bytes + '}';
  out += '}';
  return out;
}

std::optional<std::string_view> field_of(const Entry& entry, std::string_view name) {
  for (auto field = entry.fields.rbegin(); field != entry.fields.rend(); ++field) {
    if (field->first == name) return field->second;
  }
  return std::nullopt;
}

std::pair<std::uint64_t, std::uint64_t> id_numbers(std::string_view id) {
  std::pair<std::uint64_t, std::uint64_t> out{0, 0};
  const char* const end = id.data() + id.size();
  const auto [dash, code] = std::from_chars(id.data(), end, out.first);
  if (code == std::errc{} && dash != end && *dash == '-')
    std::from_chars(dash + 1, end, out.second);
  return out;
}

std::string format_places(const Places& places) {
  std::string out;
  for (const auto& [stream, id] : places) append_member(out, stream, id);
  return '{' + out + '}';
}

std::optional<Places> parse_places(std::string_view text) {
  const auto parsed = nlohmann::json::parse(text, nullptr, false);
  if (!parsed.is_object()) return std::nullopt;
  Places out;
  for (const auto& [stream, id] : parsed.items()) {
    if (!id.is_string()) return std::nullopt;
    out[stream] = id.get<std::string>();
  }
  return out;
}

}  // namespace sluice::redis
