// SPDX-License-Identifier: Apache-2.0
#include "database_url.hpp"

#include <charconv>
#include <optional>

#include "common/postgres/text.hpp"

namespace sluice::sql {
namespace {

Error invalid(std::string text) {
  return {Errc::invalid_config, std::move(text), {}};
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned code = 0;
    const auto* begin = text.data() + i + 1;
    if (i + 2 >= text.size()) return std::nullopt;
    const auto read = std::from_chars(begin, begin + 2, code, 16);
    if (read.ptr != begin + 2 || code == 0) return std::nullopt;
    out += static_cast<char>(code);
    i += 2;
  }
  return out;
}

Outcome<std::map<std::string, std::string>> parse_query(std::string_view query) {
  std::map<std::string, std::string> out;
  while (!query.empty()) {
    const auto end = query.find('&');
    const auto pair = query.substr(0, end);
    const auto sign = pair.find('=');
    const auto value = sign == std::string_view::npos ? std::optional<std::string>()
                                                      : percent_decoded(pair.substr(sign + 1));
    if (!value) return invalid("a parameter behind `?` is not written `name=value`");
    out[std::string(pair.substr(0, sign))] = *value;
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
  }
  return out;
}

Outcome<DatabaseUrl> parse_sqlite(std::string_view rest) {
  if (rest.starts_with("//")) rest.remove_prefix(2);
  const auto question = rest.find('?');
  const auto path = percent_decoded(rest.substr(0, question));
  SqliteUrl out;
  if (path) out.path = *path;
  if (out.path.empty()) return invalid("it names no file: write sqlite:/var/lib/orders.db");
  if (out.path == ":memory:") {
    return invalid("a database in memory ends with the connector: name a file");
  }
  if (question == std::string_view::npos) return DatabaseUrl(out);
  auto query = parse_query(rest.substr(question + 1));
  if (!query.ok()) return query.error();
  for (const auto& [name, value] : query.value()) {
    if (name != "mode" || (value != "rw" && value != "rwc")) {
      return invalid("of SQLite the parameters are mode=rw and mode=rwc, which makes the file");
    }
    out.creates = value == "rwc";
  }
  return DatabaseUrl(out);
}

Outcome<Done> take_parameter(MysqlUrl& out, const std::string& name, const std::string& value) {
  using Tls = MysqlUrl::Tls;
  if (name == "socket") {
    out.socket = value;
  } else if (name == "ssl-ca") {
    out.ca_file = value;
  } else if (name == "ssl-cert") {
    out.cert_file = value;
  } else if (name == "ssl-key") {
    out.key_file = value;
  } else if (name == "ssl-mode" && value == "disabled") {
    out.tls = Tls::off;
  } else if (name == "ssl-mode" && value == "required") {
    out.tls = Tls::on;
  } else if (name == "ssl-mode" && (value == "verify-identity" || value == "verify-ca")) {
    out.tls = Tls::verified;
  } else {
    return invalid(
        "of MySQL the parameters are socket, ssl-mode (disabled, required, verify-identity), "
        "ssl-ca, ssl-cert and ssl-key");
  }
  return Done{};
}

Outcome<DatabaseUrl> parse_mysql(std::string_view text) {
  std::string problem;
  const auto url = Url::parse(text, problem);
  if (!url) return invalid("write mysql://user:password@host:3306/database");
  MysqlUrl out;
  out.host = url->host();
  out.port = url->port_or(out.port);
  out.user = url->user();
  out.password = url->password();
  const auto database =
      percent_decoded(std::string_view(url->path()).substr(url->path().empty() ? 0 : 1));
  if (!database || database->empty() || database->find('/') != std::string::npos) {
    return invalid("it names no database: write mysql://user:password@host:3306/database");
  }
  out.database = *database;
  auto query = parse_query(url->query());
  if (!query.ok()) return query.error();
  for (const auto& [name, value] : query.value()) {
    const auto taken = take_parameter(out, name, value);
    if (!taken.ok()) return taken.error();
  }
  if (!out.ca_file.empty() && !query.value().contains("ssl-mode"))
    out.tls = MysqlUrl::Tls::verified;
  return DatabaseUrl(out);
}

}  // namespace

Outcome<DatabaseUrl> parse_database_url(std::string_view url) {
  const auto colon = url.find(':');
  const auto scheme = url.substr(0, colon == std::string_view::npos ? 0 : colon);
  if (scheme == "sqlite") return parse_sqlite(url.substr(colon + 1));
  if (scheme == "mysql" || scheme == "mariadb") return parse_mysql(url);
  if (scheme == "postgres" || scheme == "postgresql") {
    const std::string text(url);
    if (const auto problem = common::postgres::url_problem(text); !problem.empty()) {
      return invalid(problem);
    }
    return DatabaseUrl(PostgresUrl{Secret<std::string>(text)});
  }
  return invalid((scheme.empty() ? std::string("it names no database")
                                 : "`" + std::string(scheme) + "` is no database of this sink") +
                 ": it begins with postgres://, mysql://, mariadb:// or sqlite:");
}

}  // namespace sluice::sql
