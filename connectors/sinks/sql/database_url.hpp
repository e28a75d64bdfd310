// SPDX-License-Identifier: Apache-2.0
#pragma once

// The address of a database, taken apart. Pure.
//
//   postgres://user:password@host:port/database?...   as libpq takes it; also postgresql://
//   mysql://user:password@host:port/database?...      also mariadb://; with the parameters
//       socket=PATH  ssl-mode=disabled|required|verify-identity  ssl-ca=  ssl-cert=  ssl-key=FILE
//   sqlite:PATH, sqlite://PATH                        with ?mode=rw|rwc; %20 stands for a blank

#include <map>
#include <string>
#include <string_view>
#include <variant>

#include <sluice/options.hpp>
#include <sluice/outcome.hpp>

namespace sluice::sql {

struct PostgresUrl {
  Secret<std::string> url;
};
struct MysqlUrl {
  enum class Tls : std::uint8_t { off, on, verified };
  std::string host;
  std::uint16_t port = 3306;
  std::string user;
  Secret<std::string> password;
  std::string database;
  std::string socket;
  Tls tls = Tls::off;
  std::string ca_file;
  std::string cert_file;
  std::string key_file;
};
struct SqliteUrl {
  std::string path;
  bool creates = false;
};
using DatabaseUrl = std::variant<PostgresUrl, MysqlUrl, SqliteUrl>;

// Errors: `invalid_config`; the text has nothing of the address that may be secret.
[[nodiscard]] Outcome<DatabaseUrl> parse_database_url(std::string_view url);

}  // namespace sluice::sql
