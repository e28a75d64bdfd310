// SPDX-License-Identifier: Apache-2.0
#include "common/socket/socket.hpp"

#include <array>

#include "common/curl/curl_handle.hpp"
#include "common/text/ascii.hpp"

namespace sluice::common {

struct Socket::Curl {
  // The last that libcurl said, which it does also while the handle ends. Its error buffer would
  // keep the first text of the connection's life.
  std::string said;
  CurlHandle handle;
  curl_socket_t fd = CURL_SOCKET_BAD;
  std::string address;

  void apply(const SocketOptions& options);
  [[nodiscard]] std::optional<Error> refusal();
  [[nodiscard]] Error error(CURLcode code, const char* what) const {
    return curl_error(code, std::string(what) + ' ' + address, trimmed(said));
  }
};

namespace {

int on_progress(void* give_up, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto& wanted = *static_cast<const std::function<bool()>*>(give_up);
  return wanted && wanted() ? 1 : 0;
}

int on_text(CURL*, curl_infotype type, char* data, std::size_t size, void* said) {
  if (type == CURLINFO_TEXT) static_cast<std::string*>(said)->assign(data, size);
  return 0;
}

}  // namespace

Socket::Socket(std::unique_ptr<Curl> curl) : curl_(std::move(curl)) {}
Socket::~Socket() = default;

void Socket::Curl::apply(const SocketOptions& options) {
  const bool is_ipv6 = options.host.find(':') != std::string::npos;
  address =
      (is_ipv6 ? '[' + options.host + ']' : options.host) + ':' + std::to_string(options.port);
  // The scheme says TLS or not; not a byte of HTTP is sent.
  handle.set(CURLOPT_URL, ((options.tls ? "https://" : "http://") + address).c_str());
  handle.set(CURLOPT_CONNECT_ONLY, 1L);
  handle.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
  // Only the proxy that was asked for: http_proxy of the environment is for HTTP.
  handle.set(CURLOPT_PROXY, options.proxy.c_str());
  handle.set(CURLOPT_HTTPPROXYTUNNEL, 1L);
  if (!options.tls) return;
  handle.set(CURLOPT_SSL_ENABLE_ALPN, 0L);
  handle.set_tls(*options.tls);
}

Outcome<std::unique_ptr<Socket>> Socket::connect(const SocketOptions& options,
                                                 const std::function<bool()>& give_up) {
  auto curl = std::make_unique<Curl>();
  curl->apply(options);
  curl->handle.set(CURLOPT_NOPROGRESS, 0L);
  curl->handle.set(CURLOPT_XFERINFOFUNCTION, &on_progress);
  curl->handle.set(CURLOPT_XFERINFODATA, const_cast<std::function<bool()>*>(&give_up));
  const CURLcode code = curl_easy_perform(curl->handle.get());
  if (code != CURLE_OK) return curl->handle.error(code, "connecting to " + curl->address);
  curl->handle.set(CURLOPT_NOPROGRESS, 1L);
  curl->handle.set(CURLOPT_DEBUGFUNCTION, &on_text);
  curl->handle.set(CURLOPT_DEBUGDATA, &curl->said);
  curl->handle.set(CURLOPT_VERBOSE, 1L);
  if (curl_easy_getinfo(curl->handle.get(), CURLINFO_ACTIVESOCKET, &curl->fd) != CURLE_OK ||
      curl->fd == CURL_SOCKET_BAD) {
    return Error{Errc::internal, "libcurl has no socket for " + curl->address, {}};
  }
  return std::unique_ptr<Socket>(new Socket(std::move(curl)));
}

Outcome<std::optional<std::size_t>> Socket::receive(std::span<char> room) {
  std::size_t count = 0;
  curl_->said.clear();
  const CURLcode code = curl_easy_recv(curl_->handle.get(), room.data(), room.size(), &count);
  if (code == CURLE_AGAIN) return std::optional<std::size_t>{};
  if (code != CURLE_OK) return curl_->error(code, "reading from");
  if (count == 0) {
    return Error{Errc::connection_lost, curl_->address + " closed the connection", {}};
  }
  return std::optional(count);
}

Outcome<std::optional<std::size_t>> Socket::send(std::string_view bytes) {
  std::size_t count = 0;
  curl_->said.clear();
  const CURLcode code = curl_easy_send(curl_->handle.get(), bytes.data(), bytes.size(), &count);
  if (code == CURLE_AGAIN) return std::optional<std::size_t>{};
  if (code == CURLE_OK) return std::optional(count);
  const Error error = curl_->error(code, "writing to");
  return curl_->refusal().value_or(error);
}

// The far side judges our certificate when the connection stands already, for us. It may have hung
// up before we write: what it said is there to be read all the same.
std::optional<Error> Socket::Curl::refusal() {
  constexpr int pieces_max = 16;
  std::array<char, 4096> room{};
  for (int i = 0; i < pieces_max; ++i) {
    std::size_t count = 0;
    said.clear();
    const CURLcode code = curl_easy_recv(handle.get(), room.data(), room.size(), &count);
    if (code == CURLE_OK && count > 0) continue;
    if (code == CURLE_OK || code == CURLE_AGAIN) break;
    Error heard = error(code, "writing to");
    if (heard.code == Errc::tls) return heard;
    break;
  }
  return std::nullopt;
}

int Socket::fd() const {
  return curl_->fd;
}

}  // namespace sluice::common
