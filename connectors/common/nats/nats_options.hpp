// SPDX-License-Identifier: Apache-2.0
#pragma once

// How NATS is reached: options that the source and the sink share.

#include <chrono>
#include <string>

#include <sluice/options.hpp>

#include "common/tls/tls_options.hpp"

namespace sluice::common {

struct NatsOptions {
  Url url;
  std::string user;
  Secret<std::string> password;
  Secret<std::string> token;
  std::string creds_file;
  std::string nkey;
  std::string nkey_seed_file;
  TlsOptions tls;
  std::chrono::milliseconds timeout{5'000};
};

void validate_nats(const NatsOptions& options, OptionProblems& problems);

}  // namespace sluice::common

template <>
struct sluice::option_table<sluice::common::NatsOptions> {
  using O = common::NatsOptions;
  static constexpr auto rows = std::tuple{
      option<&O::url>("url", "Address of the server: `nats://host:4222`, or `tls://host:4222`.")
          .required()
          .schemes("nats", "tls"),
      option<&O::user>("user", "User name; by default the one in the address."),
      option<&O::password>("password", "Password; by default the one in the address.")
          .env("NATS_PASSWORD"),
      option<&O::token>("token", "Token that lets us in.").env("NATS_TOKEN"),
      option<&O::creds_file>("creds-file", "File with a user's JWT and seed (.creds)."),
      option<&O::nkey>("nkey", "Public key of an NKey, as U..."),
      option<&O::nkey_seed_file>("nkey-seed-file", "File with the seed of that NKey, as SU..."),
      option_group<&O::tls>(),
      option<&O::timeout>("timeout", "Longest wait for the connection, and for each answer.")
          .at_least(std::chrono::milliseconds{1})
          .at_most(std::chrono::hours{1}),
  };
};
