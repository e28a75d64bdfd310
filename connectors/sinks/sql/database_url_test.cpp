// SPDX-License-Identifier: Apache-2.0
#include "database_url.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "mysql_errors.hpp"
#include "mysql_types.hpp"
#include "sqlite_database.hpp"

namespace sluice::sql {
namespace {

template <typename T>
T parsed(std::string_view text) {
  auto url = parse_database_url(text);
  EXPECT_TRUE(url.ok() && std::holds_alternative<T>(url.value())) << text;
  return url.ok() && std::holds_alternative<T>(url.value()) ? std::get<T>(url.value()) : T{};
}

TEST(DatabaseUrl, OfMysqlIsTakenApart) {
  const auto url = parsed<MysqlUrl>("mariadb://me:p%40ss@db:3307/my%20shop?ssl-ca=/ca.pem");
  EXPECT_EQ(url.host, "db");
  EXPECT_EQ(url.port, 3307);
  EXPECT_EQ(url.user, "me");
  EXPECT_EQ(url.password.reveal(), "p@ss");
  EXPECT_EQ(url.database, "my shop");
  EXPECT_EQ(url.tls, MysqlUrl::Tls::verified);
  EXPECT_EQ(parsed<MysqlUrl>("mysql://db/x").tls, MysqlUrl::Tls::off);
  EXPECT_EQ(parsed<MysqlUrl>("mysql://db/x?ssl-mode=required").tls, MysqlUrl::Tls::on);
}

TEST(DatabaseUrl, OfSqliteIsAPath) {
  EXPECT_EQ(parsed<SqliteUrl>("sqlite:local%20data.db").path, "local data.db");
  EXPECT_EQ(parsed<SqliteUrl>("sqlite:///var/a.db").path, "/var/a.db");
  EXPECT_TRUE(parsed<SqliteUrl>("sqlite://a.db?mode=rwc").creates);
  EXPECT_FALSE(parsed<SqliteUrl>("sqlite://a.db").creates);
}

TEST(DatabaseUrl, AnErrorNeverShowsIt) {
  for (const char* wrong : {"canary", "oracle://me:canary@db/x", "mysql://me:canary@db",
                            "mysql://me:canary@db/x?a=canary", "postgres://me@db/x?canary",
                            "sqlite::memory:", "sqlite:", "sqlite:a?mode=canary", ""}) {
    const auto url = parse_database_url(wrong);
    ASSERT_FALSE(url.ok()) << wrong;
    EXPECT_EQ(url.error().message().find("canary"), std::string::npos) << url.error().message();
  }
}

TEST(MysqlErrors, SayWhetherWaitingHelps) {
  for (const unsigned number : {1040U, 1205U, 1213U, 2002U, 2006U, 2013U, 1290U}) {
    EXPECT_TRUE(describe(errc_of_mysql(number, "HY000")).retryable) << number;
  }
  EXPECT_EQ(errc_of_mysql(1045, "28000"), Errc::permission_denied);
  EXPECT_EQ(errc_of_mysql(1062, "23000"), Errc::outside_rejected);
  EXPECT_EQ(errc_of_mysql(4025, "23000"), Errc::outside_rejected);
  EXPECT_EQ(errc_of_mysql(9999, "22003"), Errc::outside_rejected);
  EXPECT_EQ(errc_of_mysql(1153, "08S01"), Errc::record_too_large);
  EXPECT_EQ(errc_of_mysql(9999, "HY000"), Errc::server);
  EXPECT_TRUE(is_outdated_table(1054));
}

TEST(MysqlErrors, AHandshakeThatBrokeOffIsALostConnection) {
  for (const char* text : {"TLS/SSL error: unexpected eof while reading",
                           "TLS/SSL error: Connection reset by peer (104)"}) {
    EXPECT_EQ(errc_of_mysql_tls(text), Errc::connection_lost) << text;
  }
  for (const char* text :
       {"TLS/SSL error: certificate verify failed", "TLS/SSL error: tlsv1 alert unknown ca",
        "Validation of SSL server certificate failed",
        "SSL is required, but the server does not support it"}) {
    EXPECT_EQ(errc_of_mysql_tls(text), Errc::tls) << text;
  }
}

TEST(SqliteErrors, SayWhetherWaitingHelps) {
  for (const int code :
       {SQLITE_BUSY, SQLITE_LOCKED, SQLITE_FULL, SQLITE_IOERR, SQLITE_BUSY_SNAPSHOT}) {
    EXPECT_TRUE(describe(errc_of_sqlite(code)).retryable) << code;
  }
  EXPECT_EQ(errc_of_sqlite(SQLITE_CONSTRAINT_UNIQUE), Errc::outside_rejected);
  EXPECT_EQ(errc_of_sqlite(SQLITE_NOTADB), Errc::data_corrupt);
  EXPECT_EQ(errc_of_sqlite(SQLITE_READONLY), Errc::permission_denied);
}

TEST(MysqlTypes, AreThoseOfTheModel) {
  using common::sql::SqlType;
  EXPECT_EQ(type_of_mysql("tinyint", "tinyint(1)"), SqlType::boolean);
  EXPECT_EQ(type_of_mysql("tinyint", "tinyint(4)"), SqlType::small_int);
  EXPECT_EQ(type_of_mysql("bigint", "bigint(20) unsigned"), SqlType::numeric);
  EXPECT_EQ(type_of_mysql("enum", "enum('a')"), SqlType::other);
}

}  // namespace
}  // namespace sluice::sql
