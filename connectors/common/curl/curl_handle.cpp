// SPDX-License-Identifier: Apache-2.0
#include "common/curl/curl_handle.hpp"

#include <new>
#include <utility>

namespace sluice::common {

Error curl_error(CURLcode code, const std::string& what, std::string_view text) {
  std::string out = what + ": ";
  out += text.empty() ? std::string_view(curl_easy_strerror(code)) : text;
  return {errc_of_curl(code, text), std::move(out), {}};
}

CurlHandle::CurlHandle() {
  set_up_curl();
  handle_ = curl_easy_init();
  if (handle_ == nullptr) throw Failure(Errc::internal, "libcurl cannot be set up");
  reset();
}

void CurlHandle::reset() {
  curl_easy_reset(handle_);
  begin();
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_ERRORBUFFER, problem_.data());
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_TCP_NODELAY, 1L);
}

void CurlHandle::set_tls(const TlsOptions& options) {
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set_text(CURLOPT_CAINFO, options.ca_file);
  set_text(CURLOPT_SSLCERT, options.cert_file);
  set_text(CURLOPT_SSLKEY, options.key_file);
  set_text(CURLOPT_KEYPASSWD, options.key_password.reveal());
  set(CURLOPT_SSL_VERIFYPEER, options.insecure ? 0L : 1L);
  set(CURLOPT_SSL_VERIFYHOST, options.insecure ? 0L : 2L);
}

void CurlHandle::set_http() {
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  set(CURLOPT_MAXREDIRS, 10L);
  set(CURLOPT_ACCEPT_ENCODING, "");  // all that libcurl can undo
}

void CurlHandle::refuse(CURLcode code) {
  throw Failure(Errc::invalid_config,
                std::string("libcurl refuses a setting: ") + curl_easy_strerror(code));
}

// libcurl sends a header without a value only when it is written so.
void CurlHeaders::add(const std::string& name, const std::string& value) {
  append(value.empty() ? name + ';' : name + ": " + value);
}

void CurlHeaders::append(const std::string& line) {
  curl_slist* longer = curl_slist_append(list_, line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  list_ = longer;
}

}  // namespace sluice::common
