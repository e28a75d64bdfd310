// SPDX-License-Identifier: Apache-2.0
#include "common/socket/socket.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>

#include "common/testing/loopback_listener.hpp"

namespace sluice::common {
namespace {

template <auto function>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    function(object);
  }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, Free<&EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, Free<&X509_free>>;
using ContextPtr = std::unique_ptr<SSL_CTX, Free<&SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, Free<&SSL_free>>;

// A TLS server with a certificate that it has signed itself, and that wants one of its client.
class StrictServer {
 public:
  StrictServer() : listener_([this](int fd) { refuse(fd); }) {}

  [[nodiscard]] std::uint16_t port() const { return listener_.port(); }

 private:
  static ContextPtr make_context() {
    const KeyPtr key(EVP_EC_gen("P-256"));
    const CertificatePtr certificate(X509_new());
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    ContextPtr context(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_use_certificate(context.get(), certificate.get());
    SSL_CTX_use_PrivateKey(context.get(), key.get());
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    return context;
  }
  void refuse(int fd) const {
    const SslPtr ssl(SSL_new(context_.get()));
    SSL_set_fd(ssl.get(), fd);
    EXPECT_LE(SSL_accept(ssl.get()), 0);
    // Closed with something unread: the client is told so by a reset.
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }

  ContextPtr context_ = make_context();
  LoopbackListener listener_;  // the last: its thread uses the other
};

Outcome<std::unique_ptr<Socket>> connect_to(const StrictServer& server) {
  return Socket::connect(
      {.host = "127.0.0.1", .port = server.port(), .tls = TlsOptions{.insecure = true}}, {});
}

// With TLS 1.3 the client takes the connection for made before the server has looked at its
// certificate. A client that was too slow saw only that the connection was lost, and tried again
// for ever.
TEST(Socket, ARefusedCertificateIsTheReasonHoweverLateWeWrite) {
  const StrictServer server;
  auto connected = connect_to(server);
  ASSERT_TRUE(connected.ok()) << connected.error().message();
  Socket& socket = *connected.value();
  pollfd hung_up{.fd = socket.fd(), .events = POLLRDHUP, .revents = 0};
  ASSERT_EQ(::poll(&hung_up, 1, 60'000), 1);
  const auto sent = socket.send("hello");
  ASSERT_FALSE(sent.ok());
  EXPECT_EQ(sent.error().code, Errc::tls) << sent.error().message();
  EXPECT_NE(sent.error().context.find("certificate"), std::string::npos) << sent.error().context;
}

TEST(Socket, ARefusedCertificateIsTheReasonWhenWeRead) {
  const StrictServer server;
  auto connected = connect_to(server);
  ASSERT_TRUE(connected.ok()) << connected.error().message();
  Socket& socket = *connected.value();
  pollfd answered{.fd = socket.fd(), .events = POLLIN, .revents = 0};
  ASSERT_EQ(::poll(&answered, 1, 60'000), 1);
  std::array<char, 100> room{};
  auto received = socket.receive(room);
  while (received.ok()) {
    ASSERT_GT(::poll(&answered, 1, 60'000), 0);
    received = socket.receive(room);
  }
  EXPECT_EQ(received.error().code, Errc::tls) << received.error().message();
}

}  // namespace
}  // namespace sluice::common
