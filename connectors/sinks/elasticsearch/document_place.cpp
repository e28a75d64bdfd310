// SPDX-License-Identifier: Apache-2.0
#include "document_place.hpp"

#include <array>
#include <cstdio>
#include <ctime>

#include <sluice/json_text.hpp>

namespace sluice::elastic {
namespace {

constexpr std::size_t id_bytes_max = 512;
constexpr std::string_view date_letters = "YymdHjGVu%";

Error malformed(std::string text) {
  return {Errc::malformed, std::move(text), {}};
}

std::string percents_doubled(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += c;
    if (c == '%') out += c;
  }
  return out;
}

std::string dated(const std::string& text, std::chrono::milliseconds since_1970) {
  const auto seconds =
      static_cast<std::time_t>(std::chrono::floor<std::chrono::seconds>(since_1970).count());
  std::tm time{};
  ::gmtime_r(&seconds, &time);
  // Each letter makes at most four characters.
  std::string out(text.size() * 2 + 8, '\0');
  out.resize(std::strftime(out.data(), out.size(), text.c_str(), &time));
  return out;
}

}  // namespace

std::optional<IndexName> IndexName::parse(std::string_view text, std::string& problem) {
  auto parsed = common::TextTemplate::parse(text, problem);
  if (!parsed) return std::nullopt;
  IndexName out;
  const std::string literal = parsed->literal();
  for (auto at = literal.find('%'); at != std::string::npos; at = literal.find('%', at + 2)) {
    const char letter = at + 1 < literal.size() ? literal[at + 1] : '\0';
    if (letter == '\0' || date_letters.find(letter) == std::string_view::npos) {
      problem = "`%" + std::string(letter == '\0' ? 0 : 1, letter) +
                "` is no part of a date: there are %Y, %y, %m, %d, %H, %j, %G, %V, %u, and %%";
      return std::nullopt;
    }
    out.has_date_ = true;
  }
  out.template_ = *std::move(parsed);
  return out;
}

Outcome<std::string> IndexName::of(std::string_view topic, const SinkRecord& record,
                                   const common::RecordFields& fields) const {
  if (!has_date_) return template_.fill({.record = record, .topic = topic, .fields = fields});
  if (record.timestamp.count() < 0) {
    return malformed("the record has no time, and the index is named by it");
  }
  auto filled = template_.fill(
      {.record = record, .topic = topic, .fields = fields},
      [](const std::string& text) { return Outcome<std::string>(percents_doubled(text)); });
  if (!filled.ok()) return filled;
  return dated(filled.value(), record.timestamp);
}

Outcome<std::optional<std::string>> document_id(const ElasticOptions& options,
                                                std::string_view topic, const SinkRecord& record,
                                                const common::RecordFields& fields) {
  std::string id;
  switch (options.id) {
    case DocumentId::server:
      return std::optional<std::string>{};
    case DocumentId::offset:
      id = std::string(topic) + '-' + std::to_string(record.partition.value) + '-' +
           std::to_string(record.offset.value);
      if (record.index > 0) id += '-' + std::to_string(record.index);
      break;
    case DocumentId::key:
      if (!record.key) return malformed("the record has no key, which its id would be");
      id = *record.key;
      if (!is_utf8(id)) return malformed("the key, which its id would be, is not UTF-8 text");
      break;
    case DocumentId::field: {
      auto found = fields.text(options.id_field);
      if (!found.ok()) return found.error();
      id = std::move(found).value();
      break;
    }
  }
  if (id.empty()) return malformed("the id would be empty");
  if (id.size() > id_bytes_max) {
    return Error{Errc::record_too_large,
                 "the id has " + std::to_string(id.size()) + " bytes, of at most " +
                     std::to_string(id_bytes_max),
                 {}};
  }
  return std::optional(std::move(id));
}

std::string iso_time(std::chrono::milliseconds since_1970) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_1970);
  std::array<char, 8> part{};
  std::snprintf(part.data(), part.size(), ".%03dZ",
                static_cast<int>((since_1970 - seconds).count()));
  return dated("%Y-%m-%dT%H:%M:%S", since_1970) + part.data();
}

}  // namespace sluice::elastic
