// SPDX-License-Identifier: Apache-2.0
#pragma once

// The server of `sluice cluster start`, in this process: the lock of its data directory, the
// embedded server, the files that tell others about it, and the end on a signal.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "cli/addresses.hpp"

namespace sluice::cli {

enum class Durability : std::uint8_t { fsync, none };

struct ServeOptions {
  net::Endpoint sc;
  net::Endpoint spu;
  net::Endpoint advertised;    // of the data node; empty: where it listens
  std::filesystem::path data;  // exists
  std::filesystem::path profile;
  Durability durability = Durability::fsync;
  std::filesystem::path tls_cert, tls_key, tls_client_ca;  // no TLS without the first two
};

// Called once the server answers, with a line on what became of the profile file.
using Ready = std::function<void(const std::string& profile_line)>;

// Returns after the first SIGINT or SIGTERM, when everything acknowledged is on disk. Throws:
// `already_running`, `address_in_use`, `permission_denied`, `data_corrupt`, ...
void serve(const ServeOptions& options, const Ready& ready);

}  // namespace sluice::cli
