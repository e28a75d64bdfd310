// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "common/postgres/connection.hpp"
#include "common/postgres/sqlstate.hpp"
#include "common/postgres/text.hpp"

namespace sluice::common::postgres {
namespace {

TEST(SqlState, WhatWaitingCanHelpIsRetryable) {
  for (const char* code :
       {"08006", "57P01", "57P03", "53300", "53100", "40001", "40P01", "55006"}) {
    EXPECT_TRUE(describe(errc_of_sqlstate(code)).retryable) << code;
  }
}

TEST(SqlState, WhatAValueDidWrongIsRejected) {
  for (const char* code : {"22P02", "23505", "42P01", "44000", "P0001", "21000"}) {
    EXPECT_EQ(errc_of_sqlstate(code), Errc::outside_rejected) << code;
  }
}

TEST(SqlState, AccessIsDenied) {
  EXPECT_EQ(errc_of_sqlstate("28P01"), Errc::permission_denied);
  EXPECT_EQ(errc_of_sqlstate("42501"), Errc::permission_denied);
}

TEST(SqlState, AnUnknownCodeIsTheServers) {
  EXPECT_EQ(errc_of_sqlstate("XX000"), Errc::server);
}

TEST(SqlState, IsFoundInAVerboseMessage) {
  EXPECT_EQ(sqlstate_in("connection to server at \"::1\", port 5432 failed: FATAL:  28P01: no"),
            "28P01");
  EXPECT_EQ(sqlstate_in("FATAL:  57P03\n"), "57P03");
  EXPECT_EQ(sqlstate_in("Connection refused\n\tIs the server running?"), "");
  EXPECT_EQ(sqlstate_in("FATAL:  "), "");
}

TEST(SqlState, ConnectProblemsHaveTheirCodes) {
  EXPECT_EQ(errc_of_connect_problem("failed: FATAL:  53300: sorry, too many clients"),
            Errc::outside_unavailable);
  EXPECT_EQ(errc_of_connect_problem("failed: Connection refused"), Errc::connection_refused);
  EXPECT_EQ(errc_of_connect_problem("could not translate host name \"x\""), Errc::unresolved_host);
  EXPECT_EQ(errc_of_connect_problem("server does not support SSL, but SSL was required"),
            Errc::tls);
  EXPECT_EQ(errc_of_connect_problem("server closed the connection"), Errc::connection_lost);
}

// A server that went away over TLS was taken for one with a wrong certificate: for good.
TEST(SqlState, ALostSessionOfTlsIsALostConnection) {
  const std::string failed = "connection to server at \"127.0.0.1\", port 5432 failed: ";
  for (const char* text :
       {"SSL connection has been closed unexpectedly", "SSL SYSCALL error: EOF detected",
        "SSL SYSCALL error: Connection reset by peer", "SSL error: unexpected eof while reading",
        "SSL error: decryption failed or bad record mac", "SSL error: sslv3 alert bad record mac",
        "SSL error: tlsv1 alert internal error",
        "could not send SSL negotiation packet: Broken pipe",
        "server closed the connection unexpectedly"}) {
    EXPECT_EQ(errc_of_connect_problem(failed + text), Errc::connection_lost) << text;
  }
  EXPECT_EQ(errc_of_connect_problem(failed + "SSL SYSCALL error: Connection timed out"),
            Errc::timed_out);
}

TEST(SqlState, WhatNoLaterTryCanChangeIsTls) {
  const std::string failed = "connection to server at \"127.0.0.1\", port 5432 failed: ";
  for (
      const char* text : {
          "SSL error: certificate verify failed",
          "server certificate for \"localhost\" does not match host name \"db\"",
          "server does not support SSL, but SSL was required",
          "root certificate file \"/ca\" does not exist\nEither provide the file or change sslmode",
          "could not read root certificate file \"/ca\": no certificate or crl found",
          "could not read certificate file \"/crt\": No such file or directory",
          "certificate present, but not private key file \"/key\"",
          "could not stat private key file \"/key\": No such file or directory",
          "private key file \"/key\" has group or world access",
          "certificate does not match private key file \"/key\": key values mismatch",
          "SSL error: unsupported protocol\nThis may indicate that the server does not support any "
          "SSL protocol version between TLSv1.2 and TLSv1.3.",
          "channel binding required, but SSL not in use",
          "SSL error: tlsv13 alert certificate required",
          "SSL error: sslv3 alert bad certificate",
          "SSL error: ssl/tls alert certificate expired",
          "SSL error: tlsv1 alert unknown ca",
          "SSL error: sslv3 alert handshake failure",
      }) {
    EXPECT_EQ(errc_of_connect_problem(failed + text), Errc::tls) << text;
  }
  EXPECT_EQ(errc_of_connect_problem("invalid sslmode value: \"on\""), Errc::invalid_config);
}

TEST(SqlState, TheNameOfAHostIsNoProblemOfTls) {
  EXPECT_EQ(errc_of_connect_problem("connection to server at \"certificate-alert\", port 5432 "
                                    "failed: server closed the connection unexpectedly"),
            Errc::connection_lost);
}

TEST(Quote, NamesAndTextsCannotEnd) {
  EXPECT_EQ(quote_identifier("a\"; DROP"), "\"a\"\"; DROP\"");
  EXPECT_EQ(quote_name("s", "t"), "\"s\".\"t\"");
  EXPECT_EQ(quote_name("", "t"), "\"t\"");
  EXPECT_EQ(quote_literal("it's"), "'it''s'");
  EXPECT_EQ(quote_literal("\\'"), "E'\\\\'''");
}

TEST(PostgresUrl, IsShownWithoutItsPassword) {
  EXPECT_EQ(place_of_url("postgres://me:canary@db:6543/shop?sslmode=require"), "db:6543/shop");
  EXPECT_EQ(place_of_url("host=db user=me password=canary"), "db:5432/me");
}

TEST(PostgresUrl, AProblemDoesNotQuoteIt) {
  const auto problem = url_problem("postgres://me:canary@db:bad port/?canary");
  EXPECT_FALSE(problem.empty());
  EXPECT_EQ(problem.find("canary"), std::string::npos);
  EXPECT_EQ(url_problem("postgresql://db/shop"), "");
}

TEST(PostgresConnection, NobodyListens) {
  try {
    const Connection connection({.url = Secret<std::string>("postgres://me:canary@127.0.0.1:1/x")});
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), Errc::connection_refused);
    EXPECT_EQ(std::string(failure.what()).find("canary"), std::string::npos);
  }
}

TEST(PostgresConnection, GivesWay) {
  try {
    const Connection connection({.url = Secret<std::string>("postgres://127.0.0.1:1/x")},
                                [] { return true; });
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), Errc::cancelled);
  }
}

}  // namespace
}  // namespace sluice::common::postgres
