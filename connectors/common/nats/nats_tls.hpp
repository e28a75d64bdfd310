// SPDX-License-Identifier: Apache-2.0
#pragma once

// TLS of a NATS connection, with a client's certificate if wanted.

#include <string>

#include <nats/nats.h>

#include "common/tls/tls_options.hpp"

namespace sluice::common {

// `host` is the name that the server's certificate must have. Throws: `invalid_config` for files
// that cannot be used, and see `nats_error`.
void set_nats_tls(::natsOptions* to, const TlsOptions& options, const std::string& host);

}  // namespace sluice::common
