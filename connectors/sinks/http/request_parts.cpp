// SPDX-License-Identifier: Apache-2.0
#include "request_parts.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace sluice::http_sink {
namespace {

// `value` without the white space around it, when it is one JSON value.
std::optional<std::string> compact_json(std::string_view value) {
  if (!nlohmann::json::accept(value)) return std::nullopt;
  const auto first = value.find_first_not_of(" \t\r\n");
  const auto last = value.find_last_not_of(" \t\r\n");
  std::string out(value.substr(first, last - first + 1));
  // Inside a JSON value a line end can only be white space.
  std::ranges::replace_if(out, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return out;
}

Error malformed(std::string what) {
  return {Errc::malformed, std::move(what), {}};
}

std::string name_of(std::string_view topic, const SinkRecord& record) {
  std::string out = header_text(topic) + '/' + std::to_string(record.partition.value) + '/' +
                    std::to_string(record.offset.value);
  if (record.index > 0) out += '/' + std::to_string(record.index);
  return out;
}

bool names_type(const std::vector<Header>& headers) {
  constexpr std::string_view type = "content-type";
  return std::ranges::any_of(headers, [&](const Header& header) {
    return std::ranges::equal(header.name, type, [](char a, char b) { return (a | 0x20) == b; });
  });
}

}  // namespace

BatchBody batch_body(Body body, std::span<const SinkRecord> records) {
  BatchBody out;
  if (body == Body::json_array) out.bytes = '[';
  for (const SinkRecord& record : records) {
    if (body == Body::lines) {
      if (record.value.find('\n') != std::string_view::npos) {
        out.problem = malformed("a line feed in the value would make two lines of it");
        break;
      }
      out.bytes += record.value;
    } else {
      const auto json = compact_json(record.value);
      if (!json) {
        out.problem = malformed("the value is not JSON");
        break;
      }
      if (body == Body::json_array && out.records > 0) out.bytes += ',';
      out.bytes += *json;
    }
    if (body != Body::json_array) out.bytes += '\n';
    ++out.records;
  }
  if (body == Body::json_array) out.bytes += ']';
  return out;
}

std::string_view content_type(Body body) {
  switch (body) {
    case Body::json_array:
      return "application/json";
    case Body::ndjson:
      return "application/x-ndjson";
    case Body::lines:
      return "text/plain; charset=utf-8";
    default:
      return "text/html";
  }
}

std::string idempotency_key(std::string_view topic, std::span<const SinkRecord> records) {
  std::string out = name_of(topic, records.front());
  if (records.size() == 1) return out;
  return out + ".." + name_of(topic, records.back()) + ':' + std::to_string(records.size());
}

std::string header_text(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > ' ' && byte < 0x7f && c != '%') {
      out += c;
    } else {
      out += '%';
      out += digits[byte >> 4U];
      out += digits[byte & 15U];
    }
  }
  return out;
}

std::vector<Header> request_headers(const HttpSinkOptions& options, std::string_view topic,
                                    std::span<const SinkRecord> records) {
  std::vector<Header> out = options.headers;
  if (!names_type(out)) out.push_back({"Content-Type", std::string(content_type(options.body))});
  if (!options.idempotency_header.empty()) {
    out.push_back({options.idempotency_header, idempotency_key(topic, records)});
  }
  const SinkRecord& record = records.front();
  if (!options.key_header.empty() && record.key) {
    out.push_back({options.key_header, header_text(*record.key)});
  }
  if (options.metadata_headers) {
    out.push_back({"X-Fluvio-Topic", header_text(topic)});
    out.push_back({"X-Fluvio-Partition", std::to_string(record.partition.value)});
    out.push_back({"X-Fluvio-Offset", std::to_string(record.offset.value)});
    if (record.timestamp.count() >= 0) {
      out.push_back({"X-Fluvio-Timestamp", std::to_string(record.timestamp.count())});
    }
  }
  return out;
}

}  // namespace sluice::http_sink
