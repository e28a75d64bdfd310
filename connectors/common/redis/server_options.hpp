// SPDX-License-Identifier: Apache-2.0
#pragma once

// How a Redis server is reached: the options that source and sink share.

#include <chrono>
#include <string>

#include <sluice/options.hpp>

#include "common/tls/tls_options.hpp"

namespace sluice::redis {

struct ServerOptions {
  Secret<Url> url;
  std::string user;
  Secret<std::string> password;
  common::TlsOptions tls;
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds timeout{10'000};
};

void validate_server(const ServerOptions& options, OptionProblems& problems);
// The number of the database. Requires: `validate_server` found nothing.
[[nodiscard]] int database_of(const ServerOptions& options);

}  // namespace sluice::redis

template <>
struct sluice::option_table<sluice::redis::ServerOptions> {
  using O = redis::ServerOptions;
  static constexpr auto rows = std::tuple{
      option<&O::url>("url",
                      "Address of the server, for example `redis://cache:6379/0`, or `rediss://` "
                      "with TLS; user and password may stand in it.")
          .required()
          .env("REDIS_URL")
          .schemes("redis", "rediss"),
      option<&O::user>("user", "User name (ACL); by default the one in the address."),
      option<&O::password>("password", "Password; by default the one in the address.")
          .env("REDIS_PASSWORD"),
      option_group<&O::tls>(),
      option<&O::connect_timeout>("connect-timeout", "Longest wait for the connection.")
          .bare_number_unit(std::chrono::seconds{1})
          .at_least(std::chrono::milliseconds{1}),
      option<&O::timeout>("timeout", "Longest wait for an answer of the server.")
          .bare_number_unit(std::chrono::seconds{1})
          .at_least(std::chrono::milliseconds{1}),
  };
};
