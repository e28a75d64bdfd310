// SPDX-License-Identifier: Apache-2.0
#pragma once

// A connection to an outside system: TCP, or TLS over it, through a proxy if wanted. libcurl makes
// it and checks the certificates; the bytes on it are the connector's. One thread at a time.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <sluice/outcome.hpp>

#include "common/tls/tls_options.hpp"

namespace sluice::common {

struct SocketOptions {
  std::string host;
  std::uint16_t port = 0;
  std::optional<TlsOptions> tls;  // none: no TLS
  std::string proxy;
  std::chrono::milliseconds connect_timeout{10'000};
};

class Socket {
 public:
  // Errors: `cancelled` when `give_up` said so meanwhile; `unresolved_host`,
  // `connection_refused`, `timed_out`, `tls`, `connection_lost`.
  [[nodiscard]] static Outcome<std::unique_ptr<Socket>> connect(
      const SocketOptions& options, const std::function<bool()>& give_up);
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  // How many bytes came or went; none when it would block. Errors: `connection_lost`, also when
  // the far side has closed the connection, and `tls`.
  [[nodiscard]] Outcome<std::optional<std::size_t>> receive(std::span<char> room);
  [[nodiscard]] Outcome<std::optional<std::size_t>> send(std::string_view bytes);
  // For poll(2). TLS may hold bytes that poll does not see: receive until it would block.
  [[nodiscard]] int fd() const;

 private:
  struct Curl;
  explicit Socket(std::unique_ptr<Curl> curl);
  std::unique_ptr<Curl> curl_;
};

}  // namespace sluice::common
