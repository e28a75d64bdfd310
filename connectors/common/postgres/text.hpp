// SPDX-License-Identifier: Apache-2.0
#pragma once

// Names and texts inside of SQL, and addresses of databases. Pure. Values are parameters, never
// part of SQL; this is for what cannot be one.

#include <string>
#include <string_view>

namespace sluice::common::postgres {

// "na""me". Requires: no zero byte, which no name has.
[[nodiscard]] std::string quote_identifier(std::string_view name);
// "schema"."name"; without the schema when it is empty.
[[nodiscard]] std::string quote_name(std::string_view schema, std::string_view name);
// 'te''xt', right whatever standard_conforming_strings is.
[[nodiscard]] std::string quote_literal(std::string_view text);

// What is wrong with an address `postgres://...` (or `key=value ...`), or empty. Says nothing of
// what stands in it: it has a password.
[[nodiscard]] std::string url_problem(const std::string& url);
// `host:port/database`, for messages. Empty for an address that has a problem.
[[nodiscard]] std::string place_of_url(const std::string& url);

}  // namespace sluice::common::postgres
