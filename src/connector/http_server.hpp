// SPDX-License-Identifier: Apache-2.0
#pragma once

// A small HTTP server for metrics and health: GET only, one thread, made only when asked for.
//
// At most 32 connections at a time, each with a deadline and a limit on what it may send.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace sluice::connector {

struct HttpReply {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

class HttpServer {
 public:
  // Called on the server's thread, with the path alone. Must not block.
  using Handler = std::function<HttpReply(std::string_view path)>;

  // `listen` is HOST:PORT or [IPV6]:PORT; port 0 takes a free one. Throws: `usage` for a wrong
  // address; `address_in_use`, `permission_denied`, `io`.
  HttpServer(std::string_view listen, Handler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // With the port that was taken.
  [[nodiscard]] const std::string& address() const noexcept { return address_; }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  std::string address_;
};

}  // namespace sluice::connector
