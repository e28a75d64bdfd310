// SPDX-License-Identifier: Apache-2.0
#pragma once

// For unit tests: a TCP server on loopback, on a free port. One connection at a time.

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <utility>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace sluice::common {

class LoopbackListener {
 public:
  // `talk` has a connection until it returns, on the listener's thread; it returns when a call on
  // the socket fails, for at the end the connection is shut down. What it uses outlives the
  // listener.
  explicit LoopbackListener(std::function<void(int fd)> talk) : talk_(std::move(talk)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(listener_, 8);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~LoopbackListener() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    if (const int open = connection_.load(); open >= 0) ::shutdown(open, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  LoopbackListener(const LoopbackListener&) = delete;
  LoopbackListener& operator=(const LoopbackListener&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void serve() {
    while (!stopping_) {
      const int fd = ::accept(listener_, nullptr, nullptr);
      if (fd < 0) return;
      ++connections_;
      connection_ = fd;
      if (!stopping_) talk_(fd);
      connection_ = -1;
      ::close(fd);
    }
  }

  std::function<void(int)> talk_;
  std::atomic<int> connections_{0};
  std::atomic<int> connection_{-1};
  std::atomic<bool> stopping_{false};
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace sluice::common
