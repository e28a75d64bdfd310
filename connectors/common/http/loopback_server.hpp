// SPDX-License-Identifier: Apache-2.0
#pragma once

// For tests: an HTTP server on loopback that answers with what it was told, and keeps what it got.

#include <algorithm>
#include <array>
#include <charconv>
#include <mutex>
#include <string>
#include <vector>

#include <sys/socket.h>

#include "common/testing/loopback_listener.hpp"

namespace sluice::common {

class LoopbackServer {
 public:
  // Answers the requests in turn with these raw texts; an empty one closes the connection without
  // an answer. What comes behind the last gets that one again. `silence` answers nothing.
  explicit LoopbackServer(std::vector<std::string> answers)
      : answers_(std::move(answers)), listener_([this](int fd) {
          while (talk(fd)) {
          }
        }) {}
  static std::string answer(int status, const std::string& body = {},
                            const std::string& headers = {}) {
    return "HTTP/1.1 " + std::to_string(status) +
           " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" +
           body;
  }
  [[nodiscard]] std::string url(const std::string& path = "/") const {
    return "http://127.0.0.1:" + std::to_string(listener_.port()) + path;
  }
  // Raw: head and body.
  [[nodiscard]] std::vector<std::string> requests() {
    const std::scoped_lock lock(mutex_);
    return requests_;
  }
  [[nodiscard]] int connections() const { return listener_.connections(); }

 private:
  bool talk(int fd) {
    std::string text;
    std::size_t end = 0;
    while ((end = text.find("\r\n\r\n")) == std::string::npos) {
      if (!more(fd, text)) return false;
    }
    const std::size_t whole = end + 4 + length_of(text.substr(0, end));
    while (text.size() < whole) {
      if (!more(fd, text)) return false;
    }
    std::string reply;
    {
      const std::scoped_lock lock(mutex_);
      requests_.push_back(text);
      reply = answers_.at(std::min(requests_.size(), answers_.size()) - 1);
    }
    if (reply.empty()) return false;
    if (reply == "silence") return more(fd, text);
    return ::send(fd, reply.data(), reply.size(), MSG_NOSIGNAL) > 0 &&
           reply.find("Connection: close") == std::string::npos;
  }
  static bool more(int fd, std::string& text) {
    std::array<char, 65536> room{};
    const auto count = ::recv(fd, room.data(), room.size(), 0);
    if (count <= 0) return false;
    text.append(room.data(), static_cast<std::size_t>(count));
    return true;
  }
  static std::size_t length_of(const std::string& head) {
    const auto at = head.find("Content-Length: ");
    std::size_t out = 0;
    if (at != std::string::npos) {
      std::from_chars(head.data() + at + 16, head.data() + head.size(), out);
    }
    return out;
  }

  std::vector<std::string> answers_;
  std::mutex mutex_;
  std::vector<std::string> requests_;
  LoopbackListener listener_;  // the last: its thread uses the others
};

}  // namespace sluice::common
