// SPDX-License-Identifier: Apache-2.0
#include "bulk.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include <sluice/json_text.hpp>

#include "common/http/json_member.hpp"

namespace sluice::elastic {
namespace {

using nlohmann::json;

Error malformed(std::string text) {
  return {Errc::malformed, std::move(text), {}};
}

std::string_view name_of(Action action) {
  switch (action) {
    case Action::create:
      return "create";
    case Action::index:
      return "index";
    default:
      return "update";
  }
}

// The value on one line, with the record's time when that is wanted.
Outcome<std::string> document(const ElasticOptions& options, const SinkRecord& record,
                              const common::RecordFields& fields) {
  const auto first = record.value.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || record.value[first] != '{' ||
      !json::accept(record.value)) {
    return malformed("the value is not a JSON object");
  }
  std::string out(record.value.substr(first));
  // Line ends can only be between tokens.
  std::ranges::replace_if(out, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  if (options.timestamp_field.empty() || record.timestamp.count() < 0) return out;
  const auto found = fields.find(options.timestamp_field);
  if (!found.ok()) return found.error();
  const auto parsed = json::parse(record.value);
  if (parsed.contains(options.timestamp_field)) return out;
  std::string member;
  append_json_string(member, options.timestamp_field);
  member += ":\"" + iso_time(record.timestamp) + '"';
  if (!parsed.empty()) member += ',';
  return out.insert(1, member);
}

Outcome<std::string> item(const ElasticOptions& options, const IndexName& index,
                          std::string_view topic, const SinkRecord& record) {
  const common::RecordFields fields(record.value);
  auto value = document(options, record, fields);
  if (!value.ok()) return value;
  auto name = index.of(topic, record, fields);
  if (!name.ok()) return name;
  auto id = document_id(options, topic, record, fields);
  if (!id.ok()) return id.error();
  const bool changes = options.action == Action::update || options.action == Action::upsert;
  std::string out = "{\"" + std::string(name_of(options.action)) + "\":{\"_index\":";
  append_json_string(out, name.value());
  if (id.value()) {
    out += ",\"_id\":";
    append_json_string(out, *id.value());
  }
  if (changes) out += ",\"retry_on_conflict\":3";
  out += "}}\n";
  if (changes) out += "{\"doc\":";
  out += value.value();
  if (options.action == Action::upsert) out += ",\"doc_as_upsert\":true";
  if (changes) out += '}';
  return out + '\n';
}

std::string reason_of(const json& error) {
  std::string out;
  for (const json* at = &error; at != nullptr && at->is_object();) {
    const auto type = common::text_member(*at, "type");
    const auto reason = common::text_member(*at, "reason");
    const auto part = type + (type.empty() || reason.empty() ? "" : ": ") + reason;
    if (out.find(part) == std::string::npos) out += (out.empty() ? "" : "; ") + part;
    const auto cause = at->find("caused_by");
    at = cause == at->end() ? nullptr : &*cause;
  }
  return out;
}

// Nothing: the document is there.
std::optional<Errc> errc_of_item(const ElasticOptions& options, int status,
                                 const std::string& type) {
  if (status >= 200 && status < 300) return std::nullopt;
  if (status == 409) {
    // An earlier try has written it, or an earlier record of the same id, which stays. An id that
    // the server makes up is in nobody's way: that conflict is of something else.
    const bool has_id = options.id != DocumentId::server;
    if (options.action == Action::create && has_id) return std::nullopt;
    const bool again = options.action == Action::update || options.action == Action::upsert;
    return again ? Errc::outside_unavailable : Errc::outside_rejected;
  }
  // The index is read-only, mostly because the disk is full.
  if (type == "cluster_block_exception") return Errc::outside_unavailable;
  if (status == 401 || status == 403) return Errc::permission_denied;
  if (status == 413) return Errc::record_too_large;
  if (status == 429 || status >= 500) return Errc::outside_unavailable;
  return Errc::outside_rejected;
}

// Nothing: that is no status of a document.
std::optional<int> status_of(const json& result) {
  const auto status = common::number_member(result, "status").value_or(0);
  const bool is_success = status >= 200 && status < 300;
  const bool is_error = status >= 400 && status < 600;
  return is_success || is_error ? std::optional(static_cast<int>(status)) : std::nullopt;
}

std::optional<Error> item_error(const ElasticOptions& options, const json& result, int status) {
  const auto error = result.find("error");
  const bool has_error = error != result.end() && error->is_object();
  const auto errc =
      errc_of_item(options, status, has_error ? common::text_member(*error, "type") : "");
  if (!errc) return std::nullopt;
  return Error{*errc, "the document is answered with " + std::to_string(status),
               has_error ? reason_of(*error) : ""};
}

}  // namespace

BulkBody bulk_body(const ElasticOptions& options, const IndexName& index, std::string_view topic,
                   std::span<const SinkRecord> records) {
  BulkBody out;
  for (std::size_t i = 0; i < records.size(); ++i) {
    auto made = item(options, index, topic, records[i]);
    if (made.ok()) {
      out.bytes += made.value();
      out.sent.push_back(i);
    } else {
      out.refused.push_back({i, made.error()});
    }
  }
  return out;
}

Outcome<std::vector<RecordsRefused::Refused>> bulk_problems(const ElasticOptions& options,
                                                            std::string_view answer,
                                                            std::size_t items) {
  const Error strange{Errc::outside_unavailable,
                      "the answer is not that of a bulk request: is this Elasticsearch or "
                      "OpenSearch?",
                      {}};
  const auto parsed = json::parse(answer, nullptr, false);
  if (!parsed.is_object() || !parsed.contains("errors")) return strange;
  const auto list = parsed.find("items");
  if (list == parsed.end() || !list->is_array() || list->size() != items) return strange;
  std::vector<RecordsRefused::Refused> out;
  for (std::size_t i = 0; i < items; ++i) {
    const json& one = (*list)[i];
    if (!one.is_object() || one.size() != 1 || !one.front().is_object()) return strange;
    const auto status = status_of(one.front());
    if (!status) return strange;
    if (auto error = item_error(options, one.front(), *status)) {
      out.push_back({i, *std::move(error)});
    }
  }
  return out;
}

void throw_problems(std::vector<RecordsRefused::Refused> problems) {
  if (problems.empty()) return;
  std::ranges::sort(problems, {}, &RecordsRefused::Refused::at);
  const auto for_good = [](const RecordsRefused::Refused& refused) {
    return refused.error.code == Errc::malformed || refused.error.code == Errc::record_too_large ||
           refused.error.code == Errc::outside_rejected;
  };
  if (std::ranges::all_of(problems, for_good)) throw RecordsRefused(std::move(problems));
  throw PartialWrite(problems.front().at, problems.front().error);
}

}  // namespace sluice::elastic
