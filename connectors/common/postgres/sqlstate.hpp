// SPDX-License-Identifier: Apache-2.0
#pragma once

// What PostgreSQL's error codes mean to the kit. Pure. The codes: appendix A of its manual.

#include <string_view>

#include <sluice/error.hpp>

namespace sluice::common::postgres {

// Retryable when waiting can help: connections, resources, conflicts with others. What a statement
// or its values did wrong is `outside_rejected`.
[[nodiscard]] Errc errc_of_sqlstate(std::string_view sqlstate);

// The code in a verbose message, `FATAL:  28P01: password ...`; empty when there is none: then it
// is libpq that speaks, not a server.
[[nodiscard]] std::string_view sqlstate_in(std::string_view message);

// What libpq says of a connection that it could not make. `tls` is for certificates, for settings,
// and for a server without TLS; a handshake that broke off is a connection that was lost. (A
// connection that was made and breaks is always `connection_lost`, whatever the words.)
[[nodiscard]] Errc errc_of_connect_problem(std::string_view message);

}  // namespace sluice::common::postgres
