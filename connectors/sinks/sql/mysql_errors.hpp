// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the error numbers of MySQL and MariaDB mean to the kit. Pure. Their list: mysqld_error.h,
// errmsg.h.

#include <string_view>

#include <sluice/error.hpp>

namespace sluice::sql {

[[nodiscard]] Errc errc_of_mysql(unsigned number, std::string_view sqlstate);
// The library's number for all of TLS, also for a session that the other side broke off.
inline constexpr unsigned mysql_tls_problem = 2026;
// By its words, of a connection that could not be made. (One that was made and breaks is lost.)
[[nodiscard]] Errc errc_of_mysql_tls(std::string_view text);
// A column or table that was there is not.
[[nodiscard]] bool is_outdated_table(unsigned number);

}  // namespace sluice::sql
