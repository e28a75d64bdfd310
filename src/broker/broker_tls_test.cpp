// SPDX-License-Identifier: Apache-2.0
// TLS on both ports, and certificates of clients.

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <gtest/gtest.h>

#include "broker/broker_fixture.hpp"
#include "broker/test_certificates.hpp"

namespace sluice::broker {
namespace {

using namespace test;
namespace asio = boost::asio;
namespace ssl = asio::ssl;

class BrokerTls : public BrokerTest {
 protected:
  BrokerTls() : certificates_(make_certificates(dir_.path())) {
    options_.tls = TlsFiles{certificates_.server, certificates_.server_key, std::nullopt};
  }

  // Asks for the versions over TLS; the platform version, or why it did not work.
  std::string ask(std::uint16_t port, bool with_certificate) {
    ssl::context context(ssl::context::tls_client);
    context.load_verify_file(certificates_.ca.string());
    context.set_verify_mode(ssl::verify_peer);
    if (with_certificate) {
      context.use_certificate_chain_file(certificates_.client.string());
      context.use_private_key_file(certificates_.client_key.string(), ssl::context::pem);
    }
    try {
      asio::io_context io;
      ssl::stream<asio::ip::tcp::socket> stream(io, context);
      stream.lowest_layer().connect({asio::ip::address_v4::loopback(), port});
      stream.handshake(ssl::stream_base::client);
      asio::write(stream, asio::buffer(wire::encode_request_frame(
                              {18, 2, 1, "test"}, wire::ApiVersionsRequest{"1.0.0", "", ""})));
      Bytes prefix(4);
      asio::read(stream, asio::buffer(prefix));
      wire::WireReader reader(prefix);
      Bytes frame(reader.big_endian<std::uint32_t>());
      asio::read(stream, asio::buffer(frame));
      const auto body = ByteView(frame).subspan(4);
      return wire::decode<wire::ApiVersionsResponse>(body, 2, "answer")->platform_version;
    } catch (const boost::system::system_error& error) {
      return "failed";
    }
  }

  Certificates certificates_;
};

TEST_F(BrokerTls, ServesBothPorts) {
  start();
  EXPECT_EQ(ask(ports_.sc, false), "0.18.2");
  EXPECT_EQ(ask(ports_.spu, false), "0.0.0");
}

TEST_F(BrokerTls, AsksForAClientCertificateWhenItHasACa) {
  options_.tls->client_ca = certificates_.ca;
  start();
  EXPECT_EQ(ask(ports_.sc, true), "0.18.2");
  EXPECT_EQ(ask(ports_.spu, true), "0.0.0");
  EXPECT_EQ(ask(ports_.sc, false), "failed");
}

TEST_F(BrokerTls, APlainClientLosesItsConnectionOnly) {
  start();
  auto plain = spu();
  plain.send(18, 2, wire::ApiVersionsRequest{"1.0.0", "", ""});
  EXPECT_TRUE(plain.is_closed());
  EXPECT_EQ(ask(ports_.spu, false), "0.0.0");
}

// The front of a ClientHello: a record of 512 bytes that never come.
constexpr std::string_view half_hello("\x16\x03\x01\x02\x00\x01\x00\x01\xfc", 9);

TEST_F(BrokerTls, WhoStopsInTheHandshakeKeepsNobodyWaiting) {
  options_.limits.handshake_timeout = std::chrono::hours(1);
  start();
  for (const auto port : {ports_.sc, ports_.spu}) {
    const TestClient silent(port);
    TestClient halting(port);
    halting.send_bytes(to_bytes(half_hello));
    EXPECT_NE(ask(port, false), "failed");
  }
}

TEST_F(BrokerTls, WhoStopsInTheHandshakeIsClosed) {
  options_.limits.handshake_timeout = std::chrono::milliseconds(100);
  start();
  for (const auto port : {ports_.sc, ports_.spu}) {
    TestClient silent(port);
    TestClient halting(port);
    halting.send_bytes(to_bytes(half_hello));
    EXPECT_TRUE(silent.is_closed());
    EXPECT_TRUE(halting.is_closed());
  }
}

TEST_F(BrokerTls, AWrongFileIsNamed) {
  options_.tls->key = dir_.path() / "nosuch.key";
  Broker broker(options_);
  try {
    broker.start();
    FAIL() << "started";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), Errc::tls);
    EXPECT_NE(std::string(failure.what()).find("nosuch.key"), std::string::npos);
  }
}

TEST_F(BrokerTls, TheProfileSaysWhatAClientNeeds) {
  start();
  const auto path = dir_.path() / "config/profile";
  broker_->write_profile(path, ProfileTls{"fluvio.local", "/ca", "/cert", "/key"});
  const auto text = std::string(as_text(*read_file(path, 10'000)));
  for (const auto* part :
       {"endpoint = \"127.0.0.1:", "tls_policy = \"verified\"", "tls_source = \"files\"",
        "domain = \"fluvio.local\"", "ca_cert = \"/ca\"", "current_profile = \"local\""}) {
    EXPECT_NE(text.find(part), std::string::npos) << part;
  }
}

}  // namespace
}  // namespace sluice::broker
