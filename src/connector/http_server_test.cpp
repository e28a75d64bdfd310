// SPDX-License-Identifier: Apache-2.0
#include "connector/http_server.hpp"

#include <string>
#include <vector>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sluice/error.hpp"

namespace sluice::connector {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

HttpReply echo(std::string_view path) {
  return {.body = "path " + std::string(path) + "\n"};
}

// A client that says exactly what it is told.
class RawClient {
 public:
  explicit RawClient(const std::string& address) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port =
        htons(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }
  ~RawClient() { ::close(fd_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void say(std::string_view text) const { ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL); }
  // Up to the end of the connection.
  [[nodiscard]] std::string hear() const {
    std::string out;
    std::array<char, 4096> buffer{};
    ssize_t count = 0;
    while ((count = ::recv(fd_, buffer.data(), buffer.size(), 0)) > 0) {
      out.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return out;
  }
  [[nodiscard]] bool connected() const { return connected_; }

 private:
  int fd_;
  bool connected_;
};

std::string ask(const HttpServer& server, std::string_view request) {
  const RawClient client(server.address());
  client.say(request);
  return client.hear();
}

std::string get(const HttpServer& server, const std::string& path) {
  return ask(server, "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
}

TEST(HttpServer, AnswersWithThePathAlone) {
  const HttpServer server("127.0.0.1:0", echo);
  const auto reply = get(server, "/metrics?x=1");
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(reply, HasSubstr("\r\n\r\npath /metrics\n"));
}

TEST(HttpServer, RefusesOtherMethods) {
  const HttpServer server("127.0.0.1:0", echo);
  EXPECT_THAT(ask(server, "DELETE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
              StartsWith("HTTP/1.1 405"));
}

TEST(HttpServer, SurvivesWhatIsNotHttp) {
  const HttpServer server("127.0.0.1:0", echo);
  for (const auto& text : {std::string("garbage\r\n\r\n"), std::string("\0\1\2\3\r\n\r\n", 8),
                           "GET / HTTP/1.1\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n"}) {
    (void)ask(server, text);
  }
  EXPECT_THAT(get(server, "/livez"), StartsWith("HTTP/1.1 200"));
}

TEST(HttpServer, ManyConnectionsDoNotStopItForLong) {
  const HttpServer server("127.0.0.1:0", echo);
  {
    std::vector<std::unique_ptr<RawClient>> silent;
    for (int i = 0; i < 100; ++i) silent.push_back(std::make_unique<RawClient>(server.address()));
  }
  std::string reply;
  for (int i = 0; i < 200 && reply.empty(); ++i) reply = get(server, "/livez");
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 200"));
}

TEST(HttpServer, SaysWhatIsWrongWithAnAddress) {
  for (const auto* listen : {"", "9100", ":9100", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x",
                             "127.0.0.1:70000", "127.0.0.1:-1", "example.com:80", "[::1:80"}) {
    try {
      const HttpServer server(listen, echo);
      FAIL() << listen;
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.code(), Errc::usage) << listen;
    }
  }
}

TEST(HttpServer, SaysThatThePortIsTaken) {
  const HttpServer first("127.0.0.1:0", echo);
  try {
    const HttpServer second(first.address(), echo);
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), Errc::address_in_use);
    EXPECT_THAT(failure.error().context, HasSubstr(first.address()));
  }
}

}  // namespace
}  // namespace sluice::connector
