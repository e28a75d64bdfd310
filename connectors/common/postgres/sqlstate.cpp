// SPDX-License-Identifier: Apache-2.0
#include "common/postgres/sqlstate.hpp"

#include <algorithm>
#include <array>

namespace sluice::common::postgres {
namespace {

struct Row {
  std::string_view prefix;  // of the code
  Errc code;
};

// The first row that fits counts.
constexpr auto rows = std::to_array<Row>({
    {"08P01", Errc::protocol},
    {"08", Errc::connection_lost},
    {"0A", Errc::unsupported},
    {"25006", Errc::outside_unavailable},  // read-only: a standby, until it takes over
    {"25", Errc::outside_unavailable},     // the transaction is gone
    {"26", Errc::outside_unavailable},     // a prepared statement is gone, with its connection
    {"28", Errc::permission_denied},
    {"3D", Errc::invalid_config},  // no such database
    {"40", Errc::outside_unavailable},
    {"42501", Errc::permission_denied},
    {"53", Errc::outside_unavailable},
    {"55006", Errc::outside_unavailable},  // in use: a replication slot
    {"55P03", Errc::outside_unavailable},  // a lock was not to be had
    {"57014", Errc::timed_out},            // statement_timeout
    {"57P04", Errc::invalid_config},       // the database was dropped
    {"57", Errc::outside_unavailable},
    {"58", Errc::outside_unavailable},
    {"22", Errc::outside_rejected},
    {"21", Errc::outside_rejected},
    {"23", Errc::outside_rejected},
    {"42", Errc::outside_rejected},
    {"44", Errc::outside_rejected},
    {"54", Errc::outside_rejected},  // too many columns, a value that is too long for an index
    {"P0", Errc::outside_rejected},  // what a trigger raises
    {"3", Errc::outside_rejected},
    {"2", Errc::outside_rejected},
});

struct Words {
  std::string_view part;
  Errc code;
};

// The first row that fits counts. `tls` is what no later try can change: a session of TLS that was
// lost in its handshake speaks of SSL, too ("SSL SYSCALL error: EOF detected").
constexpr auto problems = std::to_array<Words>({
    // Files of this machine, also those of which there is "No such file or directory".
    {"certificate file", Errc::tls},
    {"private key file", Errc::tls},
    {"private SSL key", Errc::tls},
    {"could not translate host name", Errc::unresolved_host},
    {"Connection refused", Errc::connection_refused},
    {"No such file or directory", Errc::connection_refused},  // of a Unix socket
    {"timeout expired", Errc::timed_out},
    {"timed out", Errc::timed_out},
    {"no password supplied", Errc::permission_denied},
    {"invalid sslmode", Errc::invalid_config},
    {" certificate", Errc::tls},  // not in the name of a host
    {"does not support SSL", Errc::tls},
    {"invalid response to SSL negotiation", Errc::tls},
    {"unencrypted data after SSL", Errc::tls},
    {"SSL protocol version", Errc::tls},  // none that both sides have, or none that there is
    {"SSL context", Errc::tls},
    {"SSL engine", Errc::tls},
    {"verified SSL connection", Errc::tls},
    {"SSL not in use", Errc::tls},      // channel_binding=require
    {"non-SSL connection", Errc::tls},  // the same
    {"key too small", Errc::tls},
    // What the server tells before it hangs up. The other alerts are of records that were damaged.
    {" alert unknown ca", Errc::tls},
    {" alert access denied", Errc::tls},
    {" alert handshake failure", Errc::tls},
    {" alert protocol version", Errc::tls},
    {" alert insufficient security", Errc::tls},
    {" alert no application protocol", Errc::tls},
    {"unrecognized name", Errc::tls},
});

constexpr bool is_code(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
}

}  // namespace

Errc errc_of_sqlstate(std::string_view sqlstate) {
  for (const Row& row : rows) {
    if (sqlstate.starts_with(row.prefix)) return row.code;
  }
  return Errc::server;
}

std::string_view sqlstate_in(std::string_view message) {
  constexpr std::size_t length = 5;
  for (auto at = message.find(":  "); at != std::string_view::npos;
       at = message.find(":  ", at + 1)) {
    const auto code = message.substr(at + 3, length);
    const auto behind = message.substr(std::min(message.size(), at + 3 + length));
    const bool ends = behind.empty() || behind.front() == ':' || behind.front() == '\n';
    if (code.size() == length && is_code(code) && ends) return code;
  }
  return {};
}

Errc errc_of_connect_problem(std::string_view message) {
  if (const auto code = sqlstate_in(message); !code.empty()) return errc_of_sqlstate(code);
  for (const Words& row : problems) {
    if (message.find(row.part) != std::string_view::npos) return row.code;
  }
  return Errc::connection_lost;
}

}  // namespace sluice::common::postgres
