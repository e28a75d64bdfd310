// SPDX-License-Identifier: Apache-2.0
#pragma once

// What users can set on the http sink.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <sluice/options.hpp>

#include "common/http/http_settings.hpp"

namespace sluice::http_sink {

enum class Body : std::uint8_t { record, json_array, ndjson, lines };

struct HttpSinkOptions {
  Url endpoint;
  std::string method = "POST";
  std::vector<Header> headers;
  std::string user_agent = "sluice/http-sink 0.1.0";
  Body body = Body::record;
  std::string idempotency_header = "Idempotency-Key";
  std::string key_header;
  bool metadata_headers = false;
  std::vector<std::uint16_t> accept_status;
  std::vector<std::uint16_t> retry_status;
  std::vector<std::uint16_t> reject_status;
  bool follow_redirects = false;
  common::HttpSettings http;
};

void validate_options(const HttpSinkOptions& options, OptionProblems& problems);

}  // namespace sluice::http_sink

template <>
struct sluice::enum_names<sluice::http_sink::Body> {
  using B = http_sink::Body;
  static constexpr std::array rows{EnumName{B::record, "record"},
                                   EnumName{B::json_array, "json-array"},
                                   EnumName{B::ndjson, "ndjson"}, EnumName{B::lines, "lines"}};
};

template <>
struct sluice::option_table<sluice::http_sink::HttpSinkOptions> {
  using O = http_sink::HttpSinkOptions;
  static constexpr std::uint16_t least = 100;
  static constexpr std::uint16_t most = 599;
  static constexpr auto rows = std::tuple{
      option<&O::endpoint>("endpoint", "Address that the records are sent to.")
          .required()
          .schemes("http", "https"),
      option<&O::method>("method", "HTTP method of the request."),
      option<&O::headers>("header", "Header of the request, written `Name: value`.")
          .repeatable()
          .yaml_name("headers")
          .alias("headers"),
      option<&O::user_agent>("user-agent", "User-Agent of the request."),
      option<&O::body>("body",
                       "What one request has: a `record`, its value as it is; or a batch of them, "
                       "as a `json-array`, as `ndjson` (a JSON value a line), or as `lines`."),
      option<&O::idempotency_header>(
          "idempotency-header",
          "Header with a key that is the same whenever the same record is sent: "
          "topic/partition/offset. Empty: none."),
      option<&O::key_header>("key-header",
                             "Header with the record's key, percent-encoded. By default none."),
      option<&O::metadata_headers>("metadata-headers",
                                   "Send topic, partition, offset and time of the record in "
                                   "X-Fluvio-... headers."),
      option<&O::accept_status>("accept-status",
                                "Status that counts as delivered, beside 200 to 299.")
          .repeatable()
          .at_least(least)
          .at_most(most),
      option<&O::retry_status>("retry-status",
                               "Status that is tried again, beside 408, 425, 429 and 5xx.")
          .repeatable()
          .at_least(least)
          .at_most(most),
      option<&O::reject_status>("reject-status",
                                "Status that means that the record is refused, beside 4xx.")
          .repeatable()
          .at_least(least)
          .at_most(most),
      option<&O::follow_redirects>("follow-redirects",
                                   "Follow redirects, with the same method and body."),
      option_group<&O::http>(),
  };

  static void validate(const O& options, OptionProblems& problems) {
    http_sink::validate_options(options, problems);
  }
};
