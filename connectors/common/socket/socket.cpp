// SPDX-License-Identifier: Apache-2.0
#include "common/socket/socket.hpp"

#include <array>

#include <curl/curl.h>

#include "common/curl/curl_errors.hpp"

namespace sluice::common {

struct Socket::Curl {
  CURL* handle = nullptr;
  curl_socket_t fd = CURL_SOCKET_BAD;
  std::array<char, CURL_ERROR_SIZE> problem{};
  std::string address;

  Curl() {
    set_up_curl();
    handle = curl_easy_init();
    if (handle == nullptr) throw Failure(Errc::internal, "libcurl cannot be set up");
  }
  ~Curl() { curl_easy_cleanup(handle); }
  Curl(const Curl&) = delete;
  Curl& operator=(const Curl&) = delete;

  template <typename T>
  void set(CURLoption option, T value) {
    const CURLcode code = curl_easy_setopt(handle, option, value);
    if (code != CURLE_OK) {
      throw Failure(Errc::internal, std::string("libcurl option: ") + curl_easy_strerror(code));
    }
  }
  void set_text(CURLoption option, const std::string& value) {
    if (!value.empty()) set(option, value.c_str());
  }
  void apply(const SocketOptions& options);
  [[nodiscard]] Error error(CURLcode code, const char* what) const;
};

namespace {

int on_progress(void* give_up, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto& wanted = *static_cast<const std::function<bool()>*>(give_up);
  return wanted && wanted() ? 1 : 0;
}

}  // namespace

Error Socket::Curl::error(CURLcode code, const char* what) const {
  const std::string_view ours = problem.data();
  std::string text = std::string(what) + ' ' + address + ": ";
  text += ours.empty() ? std::string_view(curl_easy_strerror(code)) : ours;
  return {errc_of_curl(code, ours), std::move(text), {}};
}

Socket::Socket(std::unique_ptr<Curl> curl) : curl_(std::move(curl)) {}
Socket::~Socket() = default;

void Socket::Curl::apply(const SocketOptions& options) {
  const bool is_ipv6 = options.host.find(':') != std::string::npos;
  address =
      (is_ipv6 ? '[' + options.host + ']' : options.host) + ':' + std::to_string(options.port);
  // The scheme says TLS or not; not a byte of HTTP is sent.
  set(CURLOPT_URL, ((options.tls ? "https://" : "http://") + address).c_str());
  set(CURLOPT_CONNECT_ONLY, 1L);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_ERRORBUFFER, problem.data());
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
  set(CURLOPT_TCP_NODELAY, 1L);
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  // Only the proxy that was asked for: http_proxy of the environment is for HTTP.
  set(CURLOPT_PROXY, options.proxy.c_str());
  set(CURLOPT_HTTPPROXYTUNNEL, 1L);
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (!options.tls) return;
  set(CURLOPT_SSL_ENABLE_ALPN, 0L);
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set_text(CURLOPT_CAINFO, options.ca_file);
  set_text(CURLOPT_SSLCERT, options.cert_file);
  set_text(CURLOPT_SSLKEY, options.key_file);
  set_text(CURLOPT_KEYPASSWD, options.key_password);
  set(CURLOPT_SSL_VERIFYPEER, options.insecure ? 0L : 1L);
  set(CURLOPT_SSL_VERIFYHOST, options.insecure ? 0L : 2L);
}

Outcome<std::unique_ptr<Socket>> Socket::connect(const SocketOptions& options,
                                                 const std::function<bool()>& give_up) {
  auto curl = std::make_unique<Curl>();
  curl->apply(options);
  curl->set(CURLOPT_NOPROGRESS, 0L);
  curl->set(CURLOPT_XFERINFOFUNCTION, &on_progress);
  curl->set(CURLOPT_XFERINFODATA, const_cast<std::function<bool()>*>(&give_up));
  const CURLcode code = curl_easy_perform(curl->handle);
  if (code != CURLE_OK) return curl->error(code, "connecting to");
  curl->set(CURLOPT_NOPROGRESS, 1L);
  if (curl_easy_getinfo(curl->handle, CURLINFO_ACTIVESOCKET, &curl->fd) != CURLE_OK ||
      curl->fd == CURL_SOCKET_BAD) {
    return Error{Errc::internal, "libcurl has no socket for " + curl->address, {}};
  }
  return std::unique_ptr<Socket>(new Socket(std::move(curl)));
}

Outcome<std::optional<std::size_t>> Socket::receive(std::span<char> room) {
  std::size_t count = 0;
  const CURLcode code = curl_easy_recv(curl_->handle, room.data(), room.size(), &count);
  if (code == CURLE_AGAIN) return std::optional<std::size_t>{};
  if (code != CURLE_OK) return curl_->error(code, "reading from");
  if (count == 0) {
    return Error{Errc::connection_lost, curl_->address + " closed the connection", {}};
  }
  return std::optional(count);
}

Outcome<std::optional<std::size_t>> Socket::send(std::string_view bytes) {
  std::size_t count = 0;
  const CURLcode code = curl_easy_send(curl_->handle, bytes.data(), bytes.size(), &count);
  if (code == CURLE_AGAIN) return std::optional<std::size_t>{};
  if (code != CURLE_OK) return curl_->error(code, "writing to");
  return std::optional(count);
}

int Socket::fd() const {
  return curl_->fd;
}

}  // namespace sluice::common
