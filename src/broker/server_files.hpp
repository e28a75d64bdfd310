// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the server does with files other than logs: the lock on its directory, certificates,
// the profile that it writes for clients.

#include <optional>
#include <string>

#include <boost/asio/ssl/context.hpp>

#include "broker/broker.hpp"
#include "broker/file.hpp"

namespace sluice::broker {

// Makes it when need be. Held as long as the file is open. Throws Failure: `already_running`, or
// what the disk says.
[[nodiscard]] File lock_directory(const fs::path& directory, const StorageEnv& env);

// Throws Failure `tls` that names the file.
[[nodiscard]] std::unique_ptr<boost::asio::ssl::context> make_tls_context(const TlsFiles& files);

// The text of a profile file with one cluster, `local`.
[[nodiscard]] std::string profile_text(const std::string& endpoint,
                                       const std::optional<ProfileTls>& tls);

// A server holds a file for each partition and a socket for each client.
void raise_file_limit();

}  // namespace sluice::broker
