// SPDX-License-Identifier: Apache-2.0
#include "influx_sink.hpp"

#include <nlohmann/json.hpp>

#include <sluice/connector/run.hpp>

namespace sluice::influx {
namespace {

constexpr int created = 201;
constexpr int no_content = 204;

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

bool has_database(const std::string& answer, const std::string& database) {
  const auto parsed = nlohmann::json::parse(answer, nullptr, false);
  const auto values = nlohmann::json::json_pointer("/results/0/series/0/values");
  if (!parsed.is_object() || !parsed.contains(values)) return false;
  for (const auto& row : parsed.at(values)) {
    if (row.is_array() && !row.empty() && row.front() == database) return true;
  }
  return false;
}

// Only `204 No Content` says that all points are there: InfluxDB 1 and 2, and what speaks like
// them, have no other word for it. `201 Created` is for a write of which some were rejected.
std::optional<Error> unwritten_error(const common::HttpResponse& response, std::string_view what) {
  if (response.status == no_content) return std::nullopt;
  auto error = common::status_error(response, what,
                                    {.reject = {static_cast<std::uint16_t>(response.status)}});
  if (response.status == created) {
    error->context += ", so some of the points were refused";
  } else {
    error->code = Errc::invalid_config;
    error->context += ", and a write to InfluxDB is answered with 204: does --url lead to one?";
  }
  return error;
}

}  // namespace

std::optional<Error> answer_error(const common::HttpResponse& response, std::string_view what) {
  if (response.ok()) return unwritten_error(response, what);
  auto error = common::status_error(response, what);
  // The database or bucket is not there: that is not a record's fault.
  if (error && response.status == 404) error->code = Errc::invalid_config;
  // InfluxDB 1 says so of a database that is gone or a policy that there is not.
  const bool no_policy = response.body.find("retention policy not found") != std::string::npos;
  if (error && no_policy) error->code = Errc::invalid_config;
  return error;
}

InfluxSink::InfluxSink(InfluxOptions options)
    : options_(options),
      points_(options),
      sender_(options.http, "sluice/influx-sink " + std::string(connector_info.version)) {}

void InfluxSink::open(SinkContext& context) {
  topic_ = context.topic();
  sender_.open(context);
}

std::string InfluxSink::write_path() const {
  constexpr std::array<std::string_view, 4> names{"ns", "us", "ms", "s"};
  const auto unit = static_cast<std::size_t>(points_.precision());
  if (options_.org.empty()) {
    std::string out = "/write?db=" + escaped_for_query(options_.database);
    if (!options_.retention_policy.empty()) {
      out += "&rp=" + escaped_for_query(options_.retention_policy);
    }
    return out + "&precision=" + (unit == 1 ? "u" : std::string(names.at(unit)));
  }
  return "/api/v2/write?org=" + escaped_for_query(options_.org) +
         "&bucket=" + escaped_for_query(options_.database) +
         "&precision=" + std::string(names.at(unit));
}

common::HttpRequest InfluxSink::request(std::string_view path) const {
  common::HttpRequest out{.url = options_.url.reveal(), .shown = common::shown_url(options_.url)};
  for (std::string* text : {&out.url, &out.shown}) {
    while (text->ends_with('/')) text->pop_back();
    *text += path;
  }
  out.shown.resize(std::min(out.shown.size(), out.shown.find('?')));
  if (!options_.username.empty()) {
    out.headers.push_back(common::basic_auth(options_.username, options_.password.reveal()));
  } else if (!options_.token.empty()) {
    out.headers.push_back({"Authorization", "Token " + options_.token.reveal()});
  }
  return out;
}

// Up to the first record that is no point; the kit decides about that one.
void InfluxSink::write(std::span<const SinkRecord> records) {
  std::string body;
  std::size_t count = 0;
  std::optional<Error> problem;
  for (; count < records.size() && !problem; ++count) {
    auto lines = points_.lines(topic_, records[count]);
    if (!lines.ok()) {
      problem = lines.error();
      break;
    }
    body += lines.value();
  }
  if (count > 0) {
    auto asked = request(write_path());
    asked.headers.push_back({"Content-Type", "text/plain; charset=utf-8"});
    asked.body = body;
    sender_.send(asked, answer_error);
  }
  if (problem) throw PartialWrite(count, *problem);
}

void InfluxSink::check(CheckContext& check) {
  const bool is_v2 = !options_.org.empty();
  auto asked = request(is_v2 ? "/api/v2/buckets?name=" + escaped_for_query(options_.database) +
                                   "&org=" + escaped_for_query(options_.org)
                             : "/query?q=SHOW%20DATABASES");
  asked.method = "GET";
  const auto response = sender_.ask(asked, check);
  if (auto error = common::status_error(response, common::shown_request(asked))) {
    throw Failure(*std::move(error));
  }
  if (!is_v2 && !has_database(response.body, options_.database)) {
    throw Failure(Errc::invalid_config, asked.shown + ": there is no database `" +
                                            options_.database + "` that we may see");
  }
  check.found(asked.shown + " takes us: " +
              (is_v2 ? "the bucket " + options_.database : "the database " + options_.database));
}

}  // namespace sluice::influx
