// SPDX-License-Identifier: Apache-2.0
#pragma once

// A small HTTP server: metrics and health over TCP, control over a UNIX socket, the tool's
// console. One thread for all of its sockets, begun with the first.
//
// At most 32 connections at a time for each socket, so that a crowd at one does not close another,
// each with deadlines and a limit on what it may send. A request has no body.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connector/line_feed.hpp"

namespace sluice::connector {

// Good during the handler's call. A HEAD request looks like GET; its answer is sent without body.
struct HttpRequest {
  std::string_view method;
  std::string_view path;
  std::string_view query;  // behind the `?`
  std::string_view host;
  std::string_view authorization;
};

struct HttpReply {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::shared_ptr<LineFeed> lines = {};  // when there are any, they are the body
};

class HttpServer {
 public:
  // Called on the server's thread. Must not block.
  using Handler = std::function<HttpReply(const HttpRequest& request)>;

  HttpServer();
  // Cuts off what is under way.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // `address` is HOST:PORT or [IPV6]:PORT; port 0 takes a free one. Returns it with the port that
  // was taken. Throws: `usage` for a wrong address; `address_in_use`, `permission_denied`, `io`.
  std::string listen(std::string_view address, Handler handler);
  // A UNIX socket that listens; takes the descriptor over. Throws: `io`.
  void listen(int descriptor, Handler handler);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Throws: `usage` as `HttpServer::listen`.
void check_listen_address(std::string_view address);
// Whether only this machine can reach it. Throws: `usage`.
[[nodiscard]] bool is_loopback(std::string_view address);

}  // namespace sluice::connector
