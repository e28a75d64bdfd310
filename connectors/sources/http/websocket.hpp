// SPDX-License-Identifier: Apache-2.0
#pragma once

// One connection to a websocket, from connecting to its end. Each message becomes a record; text
// and binary alike, byte for byte.

#include <functional>

#include <sluice/connector/source.hpp>
#include <sluice/outcome.hpp>

#include "http_options.hpp"

namespace sluice::http {

// Returns without an error only when the source is to stop. Pings are sent and answered; a peer
// from which nothing comes over three pings is gone. Errors: `connection_lost`, `timed_out`,
// `unresolved_host`, `connection_refused`, `tls`, `too_large`, `outside_unavailable` when the
// server refuses to upgrade. What the stream throws passes through.
[[nodiscard]] Outcome<Done> run_websocket(const HttpOptions& options, SourceContext& stream,
                                          const std::function<void()>& opened);

}  // namespace sluice::http
