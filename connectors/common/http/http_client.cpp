// SPDX-License-Identifier: Apache-2.0
#include "common/http/http_client.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <openssl/sha.h>

#include <sluice/base64.hpp>

#include "common/curl/curl_handle.hpp"
#include "common/text/ascii.hpp"

namespace sluice::common {
namespace {

std::string hex_sha256(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
  ::SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash.data());
  std::string out;
  for (const unsigned char byte : hash) {
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
  }
  return out;
}

bool has_header(const HttpRequest& request, const char* name) {
  return std::ranges::any_of(request.headers, [&](const Header& header) {
    return curl_strequal(header.name.c_str(), name) != 0;
  });
}

std::string shown_of(const HttpRequest& request) {
  if (!request.shown.empty()) return request.shown;
  std::string problem;
  const auto url = Url::parse(request.url, problem);
  if (!url) return "the address";
  const bool is_ipv6 = url->host().find(':') != std::string::npos;
  std::string out = url->scheme() + "://" + (is_ipv6 ? '[' + url->host() + ']' : url->host());
  if (url->port()) out += ':' + std::to_string(*url->port());
  return out;
}

}  // namespace

Header basic_auth(std::string_view user, std::string_view password) {
  return {"Authorization", "Basic " + to_base64(std::string(user) + ':' + std::string(password))};
}

std::string shown_url(const Url& url) {
  return shown_of({.url = url.reveal()}) + url.path();
}

std::string shown_request(const HttpRequest& request) {
  return request.method + ' ' + shown_of(request);
}

std::string_view HttpResponse::header(std::string_view name) const {
  const auto found = std::ranges::find(headers, name, &std::pair<std::string, std::string>::first);
  return found == headers.end() ? std::string_view() : found->second;
}

class HttpClient::Impl {
 public:
  Impl(const HttpSettings& settings, std::string user_agent)
      : settings_(settings), user_agent_(std::move(user_agent)) {}

  Outcome<HttpResponse> perform(const HttpRequest& request, const std::function<bool()>& give_up);

 private:
  void set_connection();
  void set_body(const HttpRequest& request);
  void set_headers(const HttpRequest& request, CurlHeaders& list);
  void set_aws(const HttpRequest& request, CurlHeaders& list);
  void take_header(std::string_view line);
  bool take_body(std::string_view bytes);
  [[nodiscard]] Error error_of(CURLcode code, const HttpRequest& request) const;

  static std::size_t on_header(char* data, std::size_t, std::size_t size, void* self) {
    static_cast<Impl*>(self)->take_header({data, size});
    return size;
  }
  static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self) {
    return static_cast<Impl*>(self)->take_body({data, size}) ? size : size + 1;
  }
  static int on_progress(void* give_up, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    const auto& wanted = *static_cast<const std::function<bool()>*>(give_up);
    return wanted && wanted() ? 1 : 0;
  }

  HttpSettings settings_;
  std::string user_agent_;
  CurlHandle curl_;
  HttpResponse response_;
  std::size_t answer_bytes_max_ = 0;
  bool too_large_ = false;
};

void HttpClient::Impl::set_connection() {
  curl_.set_http();
  curl_.set_tls(settings_.tls);
  curl_.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings_.connect_timeout.count()));
  curl_.set(CURLOPT_TIMEOUT_MS, static_cast<long>(settings_.request_timeout.count()));
  curl_.set_text(CURLOPT_USERAGENT, user_agent_);
  if (settings_.proxy) curl_.set(CURLOPT_PROXY, settings_.proxy->reveal().c_str());
  curl_.set(CURLOPT_HEADERFUNCTION, &on_header);
  curl_.set(CURLOPT_HEADERDATA, this);
  curl_.set(CURLOPT_WRITEFUNCTION, &on_body);
  curl_.set(CURLOPT_WRITEDATA, this);
}

void HttpClient::Impl::set_body(const HttpRequest& request) {
  const bool has_body = !request.body.empty() || request.method == "POST" ||
                        request.method == "PUT" || request.method == "PATCH";
  if (request.method == "HEAD") {
    curl_.set(CURLOPT_NOBODY, 1L);
    return;
  }
  if (has_body) {
    curl_.set(CURLOPT_POST, 1L);
    curl_.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_.set(CURLOPT_POSTFIELDS, request.body.empty() ? "" : request.body.data());
  }
  if (request.method != (has_body ? "POST" : "GET")) {
    curl_.set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
}

void HttpClient::Impl::set_headers(const HttpRequest& request, CurlHeaders& list) {
  for (const Header& header : request.headers) list.add(header.name, header.value);
  if (request.aws) {
    set_aws(request, list);  // would sign the lines below, which are not sent
  } else {
    list.leave_out("Expect");
    // libcurl would say that a body is a form.
    if (!has_header(request, "content-type")) list.leave_out("Content-Type");
  }
  curl_.set(CURLOPT_HTTPHEADER, list.get());
}

void HttpClient::Impl::set_aws(const HttpRequest& request, CurlHeaders& list) {
  const AwsSigning& aws = *request.aws;
  // A `..` in a name is none: it would lead out of the bucket.
  curl_.set(CURLOPT_PATH_AS_IS, 1L);
  // `Expect: 100-continue`, which libcurl adds to a large body, cannot be left out here.
  curl_.set(CURLOPT_EXPECT_100_TIMEOUT_MS, 1L);
  curl_.set(CURLOPT_AWS_SIGV4, ("aws:amz:" + aws.region + ':' + aws.service).c_str());
  curl_.set(CURLOPT_USERNAME, aws.access_key_id.reveal().c_str());
  curl_.set(CURLOPT_PASSWORD, aws.secret_access_key.reveal().c_str());
  if (!aws.session_token.empty()) {
    list.add("X-Amz-Security-Token", aws.session_token.reveal());
  }
  if (aws.service == "s3" && !has_header(request, "x-amz-content-sha256")) {
    list.add("X-Amz-Content-Sha256", hex_sha256(request.body));
  }
}

void HttpClient::Impl::take_header(std::string_view line) {
  line = trimmed(line);
  if (line.starts_with("HTTP/")) {
    response_ = {};
    const auto blank = line.find(' ');
    if (blank == std::string_view::npos) return;
    const auto code = trimmed(line.substr(blank));
    std::from_chars(code.data(), code.data() + code.size(), response_.status);
    return;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return;
  response_.headers.emplace_back(lower(trimmed(line.substr(0, colon))),
                                 trimmed(line.substr(colon + 1)));
}

// False: this is more than is taken.
bool HttpClient::Impl::take_body(std::string_view bytes) {
  const std::size_t room = answer_bytes_max_ - std::min(answer_bytes_max_, response_.body.size());
  response_.body += bytes.substr(0, room);
  too_large_ = bytes.size() > room;
  return !too_large_;
}

Error HttpClient::Impl::error_of(CURLcode code, const HttpRequest& request) const {
  Error error = curl_.error(code, shown_request(request));
  if (error.code != Errc::cancelled) return error;
  return {Errc::cancelled, shown_request(request) + ": given up before the answer came", {}};
}

Outcome<HttpResponse> HttpClient::Impl::perform(const HttpRequest& request,
                                                const std::function<bool()>& give_up) {
  curl_.reset();
  CurlHeaders headers;
  set_connection();
  curl_.set(CURLOPT_URL, request.url.c_str());
  curl_.set(CURLOPT_FOLLOWLOCATION, request.follow_redirects ? 1L : 0L);
  curl_.set(CURLOPT_POSTREDIR, static_cast<long>(CURL_REDIR_POST_ALL));
  curl_.set(CURLOPT_NOPROGRESS, 0L);
  curl_.set(CURLOPT_XFERINFOFUNCTION, &on_progress);
  curl_.set(CURLOPT_XFERINFODATA, const_cast<std::function<bool()>*>(&give_up));
  set_body(request);
  set_headers(request, headers);
  response_ = {};
  too_large_ = false;
  answer_bytes_max_ = request.answer_bytes_max;
  const CURLcode code = curl_easy_perform(curl_.get());
  if (too_large_ && response_.ok() && !request.may_be_cut) {
    return Error{Errc::too_large,
                 shown_request(request) + ": the answer has more than " +
                     std::to_string(answer_bytes_max_) + " bytes",
                 {}};
  }
  if (code != CURLE_OK && !too_large_) return error_of(code, request);
  return std::move(response_);
}

HttpClient::HttpClient(const HttpSettings& settings, std::string user_agent)
    : impl_(std::make_unique<Impl>(settings, std::move(user_agent))) {}
HttpClient::~HttpClient() = default;

Outcome<HttpResponse> HttpClient::perform(const HttpRequest& request,
                                          const std::function<bool()>& give_up) {
  return impl_->perform(request, give_up);
}

}  // namespace sluice::common
