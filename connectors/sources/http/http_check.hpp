// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whether the server takes us, without a record: the head of an answer is enough. A request that
// may change something on the server (POST, PUT ...) is not sent; OPTIONS takes its place. A
// websocket is opened, without the messages that subscribe.

#include <sluice/connector/check.hpp>

#include "http_options.hpp"

namespace sluice::http {

// Throws: `Failure` as `Transfer` and `run_websocket`; `permission_denied` for 401, 403 and 407,
// `outside_unavailable` for other errors of the server, unless these are wanted as records.
void check_http(const HttpOptions& options, CheckContext& check);

}  // namespace sluice::http
