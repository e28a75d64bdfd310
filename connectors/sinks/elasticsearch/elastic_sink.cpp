// SPDX-License-Identifier: Apache-2.0
#include "elastic_sink.hpp"

#include <nlohmann/json.hpp>

#include <sluice/connector/run.hpp>

#include "common/http/json_member.hpp"

namespace sluice::elastic {
namespace {

constexpr std::size_t answer_bytes_max = std::size_t{64} << 20U;

IndexName index_of(const ElasticOptions& options) {
  std::string ignored;  // validated
  return IndexName::parse(options.index.empty() ? "{@topic}" : options.index, ignored).value();
}

std::string escaped_for_query(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
        c == '_' || c == '.') {
      out += c;
      continue;
    }
    out += '%';
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
  }
  return out;
}

}  // namespace

ElasticSink::ElasticSink(ElasticOptions options)
    : options_(std::move(options)),
      index_(index_of(options_)),
      sender_(options_.http, "sluice/elasticsearch-sink " + std::string(connector_info.version)) {}

void ElasticSink::open(SinkContext& context) {
  topic_ = context.topic();
  sender_.open(context);
}

common::HttpRequest ElasticSink::request(const Url& node, std::string_view path) const {
  common::HttpRequest out{.url = node.reveal(), .shown = common::shown_url(node)};
  for (std::string* text : {&out.url, &out.shown}) {
    while (text->ends_with('/')) text->pop_back();
    *text += path;
  }
  out.shown.resize(std::min(out.shown.size(), out.shown.find('?')));
  out.answer_bytes_max = answer_bytes_max;
  if (!options_.username.empty()) {
    out.headers.push_back(common::basic_auth(options_.username, options_.password.reveal()));
  } else if (!options_.api_key.empty()) {
    out.headers.push_back({"Authorization", "ApiKey " + options_.api_key.reveal()});
  } else if (!options_.bearer_token.empty()) {
    out.headers.push_back({"Authorization", "Bearer " + options_.bearer_token.reveal()});
  }
  return out;
}

common::HttpResponse ElasticSink::send(std::string_view body) {
  std::string path = "/_bulk?filter_path=errors,items.*.status,items.*.error";
  if (!options_.pipeline.empty()) path += "&pipeline=" + escaped_for_query(options_.pipeline);
  for (std::size_t tried = 1;; ++tried) {
    auto asked = request(options_.urls[node_], path);
    asked.headers.push_back({"Content-Type", "application/x-ndjson"});
    asked.body = body;
    try {
      return sender_.send(asked);
    } catch (const Failure& failure) {
      if (!failure.error().retryable()) throw;
      node_ = (node_ + 1) % options_.urls.size();
      if (tried == options_.urls.size()) throw;
    }
  }
}

void ElasticSink::write(std::span<const SinkRecord> records) {
  auto body = bulk_body(options_, index_, topic_, records);
  auto problems = std::move(body.refused);
  if (!body.sent.empty()) {
    const auto response = send(body.bytes);
    for (auto& item : bulk_problems(options_, response.body, body.sent.size()).value()) {
      problems.push_back({body.sent[item.at], std::move(item.error)});
    }
  }
  throw_problems(std::move(problems));
}

void ElasticSink::check(CheckContext& check) {
  for (const Url& url : options_.urls) {
    auto asked = request(url, "/");
    asked.method = "GET";
    const auto response = sender_.ask(asked, check);
    if (auto error = common::status_error(response, common::shown_request(asked))) {
      throw Failure(*std::move(error));
    }
    const auto parsed = nlohmann::json::parse(response.body, nullptr, false);
    if (!parsed.is_object() || !parsed.contains("version") || !parsed["version"].is_object()) {
      throw Failure(Errc::outside_rejected,
                    asked.shown + " is neither Elasticsearch nor OpenSearch");
    }
    const auto& version = parsed["version"];
    const auto distribution = common::text_member(version, "distribution");
    const auto number = common::text_member(version, "number");
    check.found(asked.shown +
                " takes us: " + (distribution.empty() ? "elasticsearch" : distribution) + ' ' +
                (number.empty() ? "?" : number));
  }
}

}  // namespace sluice::elastic
