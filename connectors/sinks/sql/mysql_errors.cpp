// SPDX-License-Identifier: Apache-2.0
#include "mysql_errors.hpp"

#include <algorithm>
#include <array>

namespace sluice::sql {
namespace {

struct Row {
  unsigned number;
  Errc code;
};

constexpr auto known_errors = std::to_array<Row>({
    {1021, Errc::no_space},             // disk full
    {1040, Errc::outside_unavailable},  // too many connections
    {1044, Errc::permission_denied},
    {1045, Errc::permission_denied},
    {1049, Errc::invalid_config},       // no such database
    {1053, Errc::outside_unavailable},  // shutting down
    {1114, Errc::no_space},             // the table is full
    {1118, Errc::record_too_large},     // a row over the limit of its format
    {1129, Errc::outside_unavailable},  // the host is blocked
    {1142, Errc::permission_denied},
    {1143, Errc::permission_denied},
    {1152, Errc::connection_lost},
    {1153, Errc::record_too_large},  // max_allowed_packet
    {1158, Errc::connection_lost},
    {1159, Errc::connection_lost},
    {1160, Errc::connection_lost},
    {1161, Errc::connection_lost},
    {1203, Errc::outside_unavailable},  // the user has too many connections
    {1205, Errc::outside_unavailable},  // waited too long for a lock
    {1213, Errc::outside_unavailable},  // deadlock
    {1227, Errc::permission_denied},
    {1290, Errc::outside_unavailable},  // read-only, for now
    {1317, Errc::outside_unavailable},  // interrupted
    {1698, Errc::permission_denied},
    {1792, Errc::outside_unavailable},
    {1836, Errc::outside_unavailable},  // read-only, for now
    {1927, Errc::connection_lost},      // killed
    {1969, Errc::timed_out},
    {2002, Errc::connection_refused},
    {2003, Errc::connection_refused},
    {2005, Errc::unresolved_host},
    {2006, Errc::connection_lost},
    {2013, Errc::connection_lost},
    {2020, Errc::record_too_large},
    {mysql_tls_problem, Errc::tls},
    {2055, Errc::connection_lost},
    {2059, Errc::unsupported},  // a plugin for the password is missing
    {3024, Errc::timed_out},
    {4031, Errc::connection_lost},  // idle for too long
});

// The rest, by the class of the SQLSTATE and by single numbers that have none of their own.
constexpr auto rejected = std::to_array<unsigned>({
    1048, 1054, 1062, 1064, 1146, 1216, 1217, 1264, 1265, 1292, 1364, 1366,
    1367, 1406, 1411, 1451, 1452, 1525, 1526, 1644, 1690, 3140, 3819, 4025,
});

}  // namespace

Errc errc_of_mysql(unsigned number, std::string_view sqlstate) {
  if (const auto* row = std::ranges::find(known_errors, number, &Row::number);
      row != known_errors.end()) {
    return row->code;
  }
  if (std::ranges::find(rejected, number) != rejected.end()) return Errc::outside_rejected;
  for (const std::string_view state : {"21", "22", "23", "42", "44", "45"}) {
    if (sqlstate.starts_with(state)) return Errc::outside_rejected;
  }
  if (sqlstate.starts_with("08")) return Errc::connection_lost;
  if (sqlstate.starts_with("28")) return Errc::permission_denied;
  if (sqlstate.starts_with("40")) return Errc::outside_unavailable;
  return Errc::server;
}

Errc errc_of_mysql_tls(std::string_view text) {
  if (text.find("timed out") != std::string_view::npos) return Errc::timed_out;
  for (const std::string_view part : {"unexpected eof", "Connection reset", "Broken pipe"}) {
    if (text.find(part) != std::string_view::npos) return Errc::connection_lost;
  }
  return Errc::tls;
}

bool is_outdated_table(unsigned number) {
  return number == 1054 || number == 1146 || number == 1051 || number == 1091 || number == 1615;
}

}  // namespace sluice::sql
