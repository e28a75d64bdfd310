// SPDX-License-Identifier: Apache-2.0
#pragma once

// Sockets that messages come in by. None of them blocks. One thread.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "framing.hpp"
#include "syslog_options.hpp"
#include "tls_server.hpp"

namespace sluice::syslog {

class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd();
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

// Listens, or waits for datagrams. Throws: `address_in_use`, `permission_denied`,
// `unresolved_host`, `io`.
[[nodiscard]] Fd open_socket(const Endpoint& endpoint, std::uint64_t udp_buffer_bytes);
// As users see it, with the port that the kernel has chosen for 0.
[[nodiscard]] std::string address_of(const Endpoint& endpoint, const Fd& fd);

struct Datagram {
  std::string_view bytes;
  std::string_view peer;
  bool truncated = false;
};

// Datagrams of one socket.
class DatagramSocket {
 public:
  DatagramSocket(const Endpoint& endpoint, Fd fd, std::size_t message_bytes_max);
  ~DatagramSocket();
  DatagramSocket(DatagramSocket&&) = default;
  DatagramSocket& operator=(DatagramSocket&&) = default;
  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] bool is_local() const { return local_; }
  // Gives those that wait, at most `count_max`. False: there are no more.
  bool read(int count_max, const std::function<void(const Datagram&)>& take);
  // How many the kernel had no memory for, since the last call.
  [[nodiscard]] std::uint32_t take_dropped() { return std::exchange(dropped_, 0); }

 private:
  Fd fd_;
  bool local_;
  std::string path_;  // of a local socket, removed at the end
  std::string room_;
  std::uint32_t dropped_before_ = 0;
  std::uint32_t dropped_ = 0;
};

// A stream from one sender.
class Connection {
 public:
  using Clock = std::chrono::steady_clock;
  Connection(Fd fd, std::string peer, const TlsServer* tls, std::size_t message_bytes_max);
  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] short events() const;
  [[nodiscard]] const std::string& peer() const { return peer_; }
  [[nodiscard]] bool is_tls() const { return tls_ != nullptr; }
  [[nodiscard]] bool in_handshake() const { return tls_ && !tls_->is_open(); }
  [[nodiscard]] Clock::time_point heard_at() const { return heard_at_; }
  // Reads what is there, up to a limit. False: it has ended. `more` says that there may be more
  // which poll does not see. Errors: `tls`, `connection_lost`.
  [[nodiscard]] Outcome<bool> read(const std::function<void(const Frame&)>& take);
  [[nodiscard]] bool more() const { return more_; }

 private:
  [[nodiscard]] Outcome<ReadResult> read_some(std::span<char> room);

  Fd fd_;
  std::string peer_;
  std::unique_ptr<TlsStream> tls_;
  Framing framing_;
  Clock::time_point heard_at_ = Clock::now();
  bool wants_write_ = false;
  bool more_ = false;
};

// The next connection that waits, with its address; none when none waits.
[[nodiscard]] std::optional<std::pair<Fd, std::string>> accept_one(const Fd& listener);

}  // namespace sluice::syslog
