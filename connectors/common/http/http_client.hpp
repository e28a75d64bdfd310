// SPDX-License-Identifier: Apache-2.0
#pragma once

// A blocking HTTP client for sinks, over libcurl: one request at a time, the connection kept.
//
// One thread at a time. Answers are kept up to a limit. A redirect is not followed unless the
// request asks for it: a POST that is repeated elsewhere, or becomes a GET, writes nothing.
//
// AWS signatures (SigV4) are libcurl 7.88's, which signs path and query as they are. So write the
// path percent-encoded, and the query encoded, sorted by name, with a `=` after each name. For S3
// the client adds `x-amz-content-sha256`; a session token is added, and signed.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sluice/outcome.hpp>

#include "common/http/http_settings.hpp"

namespace sluice::common {

struct AwsSigning {
  std::string region;
  std::string service;  // `dynamodb`, `s3` ...
  Secret<std::string> access_key_id;
  Secret<std::string> secret_access_key;
  Secret<std::string> session_token;  // empty: none
};

struct HttpRequest {
  std::string method = "POST";
  std::string url;    // all of it; may hold secrets
  std::string shown;  // what stands for it in messages; empty: scheme, host and port only
  std::vector<Header> headers;
  std::string_view body;
  std::optional<AwsSigning> aws;
  bool follow_redirects = false;
  // More of the answer than this is cut off when it is an error, or when a good one `may_be_cut`
  // because its status says enough; else it is the error `too_large`.
  std::size_t answer_bytes_max = 1'048'576;
  bool may_be_cut = false;
};

struct HttpResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;                                          // decompressed

  [[nodiscard]] bool ok() const noexcept { return status >= 200 && status < 300; }
  // The first value, or empty. Requires: lower case.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

class HttpClient {
 public:
  // `user_agent`: like `sluice/http-sink 0.1.0`. Throws: `invalid_config` for a certificate or the
  // like that libcurl refuses.
  HttpClient(const HttpSettings& settings, std::string user_agent);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Runs the request until the answer ended, whatever its status: http_status.hpp judges that.
  // `give_up` is asked about once a second, and between packets. Errors: `cancelled` when it said
  // so; `unresolved_host`, `connection_refused`, `timed_out`, `tls`, `connection_lost` (also when
  // the answer is cut off), `outside_unavailable` (it is not HTTP), `too_large`.
  [[nodiscard]] Outcome<HttpResponse> perform(const HttpRequest& request,
                                              const std::function<bool()>& give_up = {});

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// `POST https://host/path` for messages, with what is shown of the address.
[[nodiscard]] std::string shown_request(const HttpRequest& request);
// `Authorization: Basic ...`.
[[nodiscard]] Header basic_auth(std::string_view user, std::string_view password);
// `https://host:port/path` without user, password and query: to show.
[[nodiscard]] std::string shown_url(const Url& url);

}  // namespace sluice::common
