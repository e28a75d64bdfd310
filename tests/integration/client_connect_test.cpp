// SPDX-License-Identifier: Apache-2.0

// Connecting: what goes wrong is said clearly and in time, and nothing is left behind.

#include <array>
#include <fstream>
#include <random>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client_fixture.hpp"

namespace sluice::testing {
namespace {

using namespace std::chrono_literals;

// A socket on loopback. One that does not listen refuses, and keeps its port from others.
class Listener {
 public:
  explicit Listener(bool listens = true)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    ::bind(socket_, reinterpret_cast<sockaddr*>(&address), size);
    if (listens) ::listen(socket_, 16);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~Listener() { close(); }
  void close() {
    if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }
  [[nodiscard]] int accept() const { return ::accept(socket_, nullptr, nullptr); }
  [[nodiscard]] ClusterProfile profile() const {
    return {.name = "fake", .endpoint = "127.0.0.1:" + std::to_string(port_)};
  }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

Errc connect_error(const ClusterProfile& profile, std::chrono::milliseconds timeout = 30s) {
  try {
    Client::connect(profile, {.connect_timeout = timeout});
  } catch (const Failure& failure) {
    EXPECT_GT(std::string_view(failure.what()).size(), 20U);
    return failure.code();
  }
  ADD_FAILURE() << "connected";
  return Errc::internal;
}

std::size_t open_files() {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    static_cast<void>(entry);
    ++count;
  }
  return count;
}

std::size_t resident_kib() {
  std::ifstream in("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  in >> total >> resident;
  return resident * 4;
}

std::string frame(std::string_view body) {
  const auto size = htonl(static_cast<std::uint32_t>(body.size()));
  return std::string(reinterpret_cast<const char*>(&size), 4) + std::string(body);
}

// The answer to ApiVersions of a control plane.
std::string versions_frame() {
  wire::ApiVersionsResponse response;
  response.api_keys.assign(wire::sc_versions.begin(), wire::sc_versions.end());
  response.platform_version = "0.18.2";
  return std::string(as_text(wire::encode_response_frame(1, response, 2)));
}

}  // namespace

TEST(Connect, RefusedUnresolvedAndWrongEndpointsAreToldApart) {
  const Listener gone(false);
  EXPECT_EQ(connect_error(gone.profile()), Errc::connection_refused);
  EXPECT_EQ(connect_error({.endpoint = "no-such-host.invalid:9003"}), Errc::unresolved_host);
  EXPECT_EQ(connect_error({.endpoint = "nonsense"}), Errc::invalid_argument);
}

TEST(Connect, AServerThatNeverAnswersTimesOut) {
  Listener silent;
  const auto started = std::chrono::steady_clock::now();
  EXPECT_EQ(connect_error(silent.profile(), 200ms), Errc::timed_out);
  EXPECT_LT(std::chrono::steady_clock::now() - started, 10s) << "the default";
}

// A smallest pause of 0 was a loop without one: a processor, and a storm of connections.
TEST(ClientOptions, AreCheckedBeforeAnythingIsTried) {
  struct Case {
    ClientOptions options;
    std::string_view name;
  };
  for (const auto& one : std::vector<Case>{
           {{.reconnect_delay_min = 0ms}, "reconnect_delay_min"},
           {{.reconnect_delay_min = -1ms}, "reconnect_delay_min"},
           {{.reconnect_delay_min = 20ms, .reconnect_delay_max = 10ms}, "reconnect_delay_max"},
           {{.connect_timeout = 0ms}, "connect_timeout"},
           {{.request_timeout = -5ms}, "request_timeout"},
       }) {
    try {
      Client::connect({.name = "test", .endpoint = "127.0.0.1:1"}, one.options);
      FAIL() << one.name;
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.code(), Errc::invalid_argument) << failure.what();
      EXPECT_NE(std::string(failure.what()).find(one.name), std::string::npos) << failure.what();
    }
  }
}

// One stale profile, of a cluster that was removed, made every other one unusable.
TEST(ProfileFileFaults, ABrokenProfileIsAnErrorOnlyForWhoChoosesIt) {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "config";
  std::ofstream(path) << "current_profile = \"good\"\n"
                         "[profile.good]\ncluster = \"good\"\n"
                         "[profile.stale]\ncluster = \"removed\"\n"
                         "[cluster.good]\nendpoint = \"127.0.0.1:9003\"\n";
  EXPECT_EQ(load_profile(path).endpoint, "127.0.0.1:9003");
  EXPECT_EQ(load_profile(path, "good").name, "good");
  try {
    static_cast<void>(load_profile(path, "stale"));
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), Errc::invalid_config);
    EXPECT_NE(std::string(failure.what()).find("config:5:11: "), std::string::npos)
        << failure.what();
  }
  auto file = read_profile_file(path);
  ASSERT_EQ(file.profiles.size(), 1U);
  file.profiles[0].endpoint = "127.0.0.1:9004";
  write_profile_file(file);
  EXPECT_EQ(load_profile(path).endpoint, "127.0.0.1:9004");
  EXPECT_THROW(static_cast<void>(load_profile(path, "stale")), Failure);
  std::ofstream(path) << "current_profile = ";
  EXPECT_THROW(static_cast<void>(load_profile(path, "good")), Failure);
}

TEST(Connect, AThousandRefusalsLeaveNothingBehind) {
  const Listener gone(false);
  const auto profile = gone.profile();
  for (int i = 0; i < 100; ++i) connect_error(profile);
  const auto files = open_files();
  const auto memory = resident_kib();
  for (int i = 0; i < 900; ++i) connect_error(profile);
  EXPECT_TRUE(eventually([&] { return open_files() <= files; }));  // a thread may end later
  EXPECT_LT(resident_kib(), memory + 4'000);
}

TEST(Connect, AnOldPlatformIsRefused) {
  TemporaryDirectory directory;
  broker::Broker broker({.data_directory = directory.path(),
                         .sc_port = 0,
                         .spu_port = 0,
                         .platform_version = "0.8.9"});
  broker.start();
  EXPECT_EQ(connect_error({.endpoint = broker.endpoint()}), Errc::incompatible_server);
}

// A server that answers nonsense: each time an error, in time, and never a crash.
TEST(Connect, WrongFramesOfAServerAreErrors) {
  std::vector<std::string> answers;
  const auto good = versions_frame();
  for (std::size_t cut = 0; cut < good.size(); ++cut) answers.push_back(good.substr(0, cut));
  for (const auto& body : std::array<std::string, 8>{
           std::string(), std::string(3, '\0'), std::string("\0\0\0\2\0\0", 6),
           std::string("\0\0\0\1\x7f\x7f", 6), std::string("\0\0\0\1\0\0\x7f\xff\xff\xff", 10),
           std::string("HTTP/1.1 400 Bad Request"), std::string(70'000, 'x'),
           std::string("\0\0\0\1\0\2\0\3abc", 11)}) {
    answers.push_back(frame(body));
  }
  answers.emplace_back("\xff\xff\xff\xff", 4);
  answers.emplace_back("\x7f\xff\xff\xff", 4);
  answers.emplace_back("HTTP/1.1 400 Bad Request\r\n\r\n");
  // After a good handshake: unknown ids, short frames, watches that do not decode.
  std::mt19937 random(1);
  for (std::size_t i = 0; i < 60; ++i) {
    std::string body(4 + random() % 60, '\0');
    for (auto& byte : body) byte = static_cast<char>(random());
    if (i % 2 == 0) body.replace(0, 4, std::string("\0\0\0", 3) + static_cast<char>(1 + i % 3));
    answers.push_back(good + frame(body));
    if (i % 3 == 0) answers.push_back(good + frame(body.substr(0, random() % 4)));
  }
  ASSERT_GE(answers.size(), 100U);

  Listener fake;
  std::thread server([&] {
    for (const auto& answer : answers) {
      const auto client = fake.accept();
      if (client < 0) return;
      std::array<char, 4'096> request{};
      if (::recv(client, request.data(), request.size(), 0) > 0) {
        ::send(client, answer.data(), answer.size(), MSG_NOSIGNAL);
      }
      ::shutdown(client, SHUT_WR);
      while (::recv(client, request.data(), request.size(), 0) > 0) {
      }
      ::close(client);
    }
  });
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto code = connect_error(fake.profile());
    EXPECT_NE(code, Errc::timed_out) << "answer " << i;
    EXPECT_NE(code, Errc::internal) << "answer " << i;
  }
  fake.close();
  server.join();
}

TEST(Connect, LastHandlesMayGoInAnyOrderAndInsideACallback) {
  TestServer server;
  for (int i = 0; i < 20; ++i) {
    std::optional<Producer> producer;
    {
      auto client = Client::connect(server.profile());
      client.admin().create_topic("handles");
      producer.emplace(client.producer("handles"));
    }
    std::atomic<bool> called{false};
    producer->send({.key = {}, .value = "x"},
                   [&called, handle = *producer](Outcome<Delivered>) { called = true; });
    if (i % 2 == 0) producer->flush();
    producer.reset();
    EXPECT_TRUE(eventually([&] { return called.load(); }));
  }
}

// ---- TLS ---------------------------------------------------------------------------------

class Tls : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto script = R"(set -e; cd )" + directory_.path().string() + R"(
for ca in ca other-ca; do
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$ca" \
    -keyout $ca.key -out $ca.pem
done
sign() {  # name ca san
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" \
    -keyout $1.key -out $1.csr
  printf 'subjectAltName=%s\n' "$3" > $1.ext
  openssl x509 -req -in $1.csr -CA $2.pem -CAkey $2.key -CAcreateserial -days 2 \
    -extfile $1.ext -out $1.pem
}
sign server ca 'DNS:fluvio.test,DNS:*.fluvio.test'
sign client ca 'DNS:client'
openssl ec -in client.key -aes256 -passout pass:secret -out locked.key
sign stranger other-ca 'DNS:stranger'
)";
    std::ofstream(directory_.path() / "make.sh") << script;
    const auto command = "bash " + (directory_.path() / "make.sh").string() + " >/dev/null 2>&1";
    ASSERT_EQ(std::system(command.c_str()), 0);
  }
  [[nodiscard]] std::string text(const std::string& name) const {
    std::ifstream in(directory_.path() / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  [[nodiscard]] broker::TlsFiles server_files(bool mutual) const {
    broker::TlsFiles files{.certificate = directory_.path() / "server.pem",
                           .key = directory_.path() / "server.key",
                           .client_ca = std::nullopt};
    if (mutual) files.client_ca = directory_.path() / "ca.pem";
    return files;
  }
  [[nodiscard]] TlsProfile verified(const std::string& who = "client") const {
    return {.policy = TlsPolicy::verified,
            .domain = "fluvio.test",
            .key = text(who + ".key"),
            .cert = text(who + ".pem"),
            .ca_cert = text("ca.pem")};
  }
  static void expect_works(ClusterProfile profile, const TlsProfile& tls) {
    profile.tls = tls;
    auto client = Client::connect(profile);
    const auto topic = fresh_topic("tls");
    client.admin().create_topic(topic);
    auto producer = client.producer(topic);
    for (int i = 0; i < 2'000; ++i) producer.send({.key = {}, .value = std::string(1'000, 'x')});
    producer.flush();
    auto consumer = client.consumer(topic, {.start = StartAt::beginning(), .until_end = true});
    std::size_t count = 0;
    while (const auto records = consumer.next()) count += records->size();
    EXPECT_EQ(count, 2'000U);
  }
  static void expect_tls_error(ClusterProfile profile, const TlsProfile& tls,
                               const std::string& part) {
    profile.tls = tls;
    try {
      Client::connect(profile);
      FAIL() << "connected";
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.code(), Errc::tls) << failure.what();
      EXPECT_NE(std::string(failure.what()).find(part), std::string::npos) << failure.what();
    }
  }

  TemporaryDirectory directory_;
};

TEST_F(Tls, VerifiedAnonymousAndMutualWork) {
  {
    TestServer server(server_files(false));
    expect_works(server.profile(), verified());
    expect_works(server.profile(), {.policy = TlsPolicy::anonymous});
  }
  TestServer mutual(server_files(true));
  expect_works(mutual.profile(), verified());
}

TEST_F(Tls, EachWrongCertificateIsNamed) {
  TestServer server(server_files(false));
  auto wrong_ca = verified();
  wrong_ca.ca_cert = text("other-ca.pem");
  expect_tls_error(server.profile(), wrong_ca, "not signed by the profile's ca_cert");
  auto wrong_name = verified();
  wrong_name.domain = "elsewhere.test";
  expect_tls_error(server.profile(), wrong_name, "not for the name `elsewhere.test`");
  auto mixed = verified();
  mixed.key = text("stranger.key");
  expect_tls_error(server.profile(), mixed, "does not belong");
  auto locked = verified();  // a key with a password was asked for on the terminal
  locked.key = text("locked.key");
  expect_tls_error(server.profile(), locked, "without a password");
  auto broken = verified();
  broken.cert = "no certificate";
  expect_tls_error(server.profile(), broken, "cert cannot be used");
}

TEST_F(Tls, AServerThatDoesNotTakeTheClientsCertificateIsAnError) {
  TestServer mutual(server_files(true));
  auto profile = mutual.profile();
  profile.tls = verified("stranger");
  EXPECT_THROW(Client::connect(profile), Failure);
}

TEST_F(Tls, PlaintextOnOneSideIsAnErrorInTime) {
  TestServer plain;
  auto profile = plain.profile();
  profile.tls = verified();
  EXPECT_THROW(Client::connect(profile, {.connect_timeout = 1s}), Failure);
  TestServer secure(server_files(false));
  EXPECT_THROW(Client::connect(secure.profile(), {.connect_timeout = 1s}), Failure);
}

}  // namespace sluice::testing
