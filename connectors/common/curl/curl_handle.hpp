// SPDX-License-Identifier: Apache-2.0
#pragma once

// A transfer of libcurl and its list of headers, for the libraries and connectors that are built on
// it: what is set the same way everywhere stands here. One thread at a time.

#include <array>
#include <string>
#include <string_view>

#include <curl/curl.h>

#include <sluice/error.hpp>

#include "common/curl/curl_errors.hpp"
#include "common/tls/tls_options.hpp"

namespace sluice::common {

// `what` is what it was about, `text` what libcurl said of it, or empty.
[[nodiscard]] Error curl_error(CURLcode code, const std::string& what, std::string_view text);

class CurlHandle {
 public:
  // Throws: `internal` when libcurl cannot be set up.
  CurlHandle();
  ~CurlHandle() { curl_easy_cleanup(handle_); }
  CurlHandle(const CurlHandle&) = delete;
  CurlHandle& operator=(const CurlHandle&) = delete;

  [[nodiscard]] CURL* get() const { return handle_; }

  // Forgets what was set; connections stay open for the next transfer.
  void reset();
  // Forgets the text of an error: before each transfer.
  void begin() { problem_.front() = '\0'; }

  // Throws: `invalid_config` for what libcurl refuses.
  template <typename T>
  void set(CURLoption option, T value) {
    const CURLcode code = curl_easy_setopt(handle_, option, value);
    if (code != CURLE_OK) refuse(code);
  }
  // An empty text leaves libcurl's default.
  void set_text(CURLoption option, const std::string& value) {
    if (!value.empty()) set(option, value.c_str());
  }
  // TLS 1.2 or newer.
  void set_tls(const TlsOptions& options);
  // What every HTTP client of ours does: redirects stay on HTTP, encoded answers are decoded.
  void set_http();

  // `what` is what it was about: "GET http://host". Requires: `code` is not CURLE_OK.
  [[nodiscard]] Error error(CURLcode code, const std::string& what) const {
    return curl_error(code, what, problem_.data());
  }

 private:
  [[noreturn]] static void refuse(CURLcode code);

  CURL* handle_;
  std::array<char, CURL_ERROR_SIZE> problem_{};
};

class CurlHeaders {
 public:
  CurlHeaders() = default;
  ~CurlHeaders() { curl_slist_free_all(list_); }
  CurlHeaders(const CurlHeaders&) = delete;
  CurlHeaders& operator=(const CurlHeaders&) = delete;

  void add(const std::string& name, const std::string& value);
  // A header that libcurl adds by itself is not sent.
  void leave_out(const std::string& name) { append(name + ':'); }
  [[nodiscard]] curl_slist* get() const { return list_; }

 private:
  void append(const std::string& line);

  curl_slist* list_ = nullptr;
};

}  // namespace sluice::common
