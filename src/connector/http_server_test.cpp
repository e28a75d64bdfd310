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

#include "connector/fakes.hpp"
#include "sluice/error.hpp"

namespace sluice::connector {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

HttpReply echo(const HttpRequest& request) {
  if (request.method != "GET") return {.status = 405};
  return {.body = "path " + std::string(request.path) + "\n"};
}

// A server at a free port.
struct TestServer {
  explicit TestServer(HttpServer::Handler handler = echo, std::string_view listen = "127.0.0.1:0")
      : at(server.listen(listen, std::move(handler))) {}
  [[nodiscard]] const std::string& address() const { return at; }

  HttpServer server;
  std::string at;
};

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
  // Up to and with a text.
  [[nodiscard]] std::string hear_until(std::string_view end) const {
    std::string out;
    char byte = 0;
    while (!out.ends_with(end) && ::recv(fd_, &byte, 1, 0) == 1) out += byte;
    return out;
  }
  [[nodiscard]] bool connected() const { return connected_; }

 private:
  int fd_;
  bool connected_;
};

std::string ask(const TestServer& server, std::string_view request) {
  const RawClient client(server.address());
  client.say(request);
  return client.hear();
}

std::string get(const TestServer& server, const std::string& path) {
  return ask(server, "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
}

TEST(HttpServer, AnswersWithThePathAlone) {
  const TestServer server;
  const auto reply = get(server, "/metrics?x=1");
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(reply, HasSubstr("\r\n\r\npath /metrics\n"));
}

TEST(HttpServer, AnswersHeadWithoutABody) {
  const TestServer server;
  const auto reply = ask(server, "HEAD /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(reply, HasSubstr("Content-Length: 8\r\n"));
  EXPECT_THAT(reply, testing::EndsWith("\r\n\r\n"));
}

TEST(HttpServer, TakesNoBody) {
  const TestServer server;
  EXPECT_EQ(ask(server, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"), "");
}

// Lines that a test gives.
class GivenLines final : public LineFeed {
 public:
  Piece take() override {
    const std::lock_guard lock(guard_);
    return {.text = std::exchange(text_, {}), .last = last_};
  }
  void on_ready(std::function<void()> wake) override {
    const std::lock_guard lock(guard_);
    wake_ = std::move(wake);
  }
  void give(const std::string& text, bool last) {
    const std::lock_guard lock(guard_);
    text_ += text;
    last_ = last;
    if (wake_) wake_();
  }
  [[nodiscard]] bool is_heard() const {
    const std::lock_guard lock(guard_);
    return wake_ != nullptr;
  }

 private:
  mutable std::mutex guard_;
  std::string text_;
  bool last_ = false;
  std::function<void()> wake_;
};

TEST(HttpServer, SendsLinesAsTheyCome) {
  const auto lines = std::make_shared<GivenLines>();
  const TestServer server([&](const HttpRequest&) { return HttpReply{.lines = lines}; });
  lines->give("one\n", false);
  const RawClient client(server.address());
  client.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.hear_until("one\n"), HasSubstr("Transfer-Encoding: chunked"));
  lines->give("two\n", true);
  EXPECT_THAT(client.hear(), HasSubstr("4\r\ntwo\n\r\n0\r\n"));
}

TEST(HttpServer, AnswersHeadWithoutLines) {
  const auto lines = std::make_shared<GivenLines>();
  lines->give("one\n", true);
  const TestServer server([&](const HttpRequest&) { return HttpReply{.lines = lines}; });
  const auto reply = ask(server, "HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(reply, testing::EndsWith("\r\n\r\n"));
  EXPECT_THAT(reply, testing::Not(HasSubstr("one")));
}

TEST(HttpServer, LetsGoOfLinesThatNobodyReads) {
  const auto lines = std::make_shared<GivenLines>();
  const TestServer server([&](const HttpRequest&) { return HttpReply{.lines = lines}; });
  {
    const RawClient client(server.address());
    client.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(fakes::eventually([&] { return lines->is_heard(); }));
  }
  EXPECT_TRUE(fakes::eventually([&] { return !lines->is_heard(); }));
}

TEST(HttpServer, LinesOutliveTheServer) {
  const auto lines = std::make_shared<GivenLines>();
  {
    const TestServer server([&](const HttpRequest&) { return HttpReply{.lines = lines}; });
    const RawClient client(server.address());
    client.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(fakes::eventually([&] { return lines->is_heard(); }));
  }
  lines->give("nobody\n", false);
}

TEST(HttpServer, RefusesOtherMethods) {
  const TestServer server;
  EXPECT_THAT(ask(server, "DELETE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
              StartsWith("HTTP/1.1 405"));
}

TEST(HttpServer, SurvivesWhatIsNotHttp) {
  const TestServer server;
  for (const auto& text : {std::string("garbage\r\n\r\n"), std::string("\0\1\2\3\r\n\r\n", 8),
                           "GET / HTTP/1.1\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n"}) {
    (void)ask(server, text);
  }
  EXPECT_THAT(get(server, "/livez"), StartsWith("HTTP/1.1 200"));
}

TEST(HttpServer, ManyConnectionsDoNotStopItForLong) {
  const TestServer server;
  {
    std::vector<std::unique_ptr<RawClient>> silent;
    for (int i = 0; i < 100; ++i) silent.push_back(std::make_unique<RawClient>(server.address()));
  }
  std::string reply;
  EXPECT_TRUE(fakes::eventually([&] {
    reply = get(server, "/livez");
    return !reply.empty();
  }));
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 200"));
}

// The control socket of a connector is served beside its metrics, which others may reach.
TEST(HttpServer, ACrowdAtOneSocketDoesNotCloseAnother) {
  TestServer server;
  const auto other = server.server.listen("127.0.0.1:0", echo);
  std::vector<std::unique_ptr<RawClient>> silent;
  for (int i = 0; i < 32; ++i) {
    const auto& client = silent.emplace_back(std::make_unique<RawClient>(server.address()));
    client->say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");  // the answer shows that it is let in
    EXPECT_THAT(client->hear_until("path /\n"), StartsWith("HTTP/1.1 200"));
  }
  const RawClient client(other);
  client.say("GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.hear(), StartsWith("HTTP/1.1 200"));
}

TEST(HttpServer, SaysWhatIsWrongWithAnAddress) {
  for (const auto* listen : {"", "9100", ":9100", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x",
                             "127.0.0.1:70000", "127.0.0.1:-1", "example.com:80", "[::1:80"}) {
    try {
      const TestServer server(echo, listen);
      FAIL() << listen;
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.code(), Errc::usage) << listen;
    }
  }
}

TEST(HttpServer, SaysThatThePortIsTaken) {
  const TestServer first;
  try {
    const TestServer second(echo, first.address());
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), Errc::address_in_use);
    EXPECT_THAT(failure.error().context, HasSubstr(first.address()));
  }
}

}  // namespace
}  // namespace sluice::connector
