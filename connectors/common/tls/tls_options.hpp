// SPDX-License-Identifier: Apache-2.0
#pragma once

// What users can set where a connector is the client of a TLS connection. Options merge it:
//
//   common::TlsOptions tls;                           // member of the options
//   option_group<&O::tls>(),                          // row of their table
//   common::validate(options.tls, problems);          // in their `validate`

#include <string>

#include <sluice/options.hpp>

namespace sluice::common {

struct TlsOptions {
  std::string ca_file;
  std::string cert_file;
  std::string key_file;
  Secret<std::string> key_password;
  bool insecure = false;
};

void validate(const TlsOptions& options, OptionProblems& problems);

// That any of them is set: without TLS it would do nothing.
[[nodiscard]] bool has_tls_options(const TlsOptions& options);

}  // namespace sluice::common

template <>
struct sluice::option_table<sluice::common::TlsOptions> {
  using O = common::TlsOptions;
  static constexpr auto rows = std::tuple{
      option<&O::ca_file>("ca-file",
                          "File with the certificates (PEM) that the server's must come from; by "
                          "default those of the system."),
      option<&O::cert_file>("cert-file", "File with the client's certificate (PEM)."),
      option<&O::key_file>("key-file", "File with the key of the client's certificate (PEM)."),
      option<&O::key_password>("key-password", "Password of the key file."),
      option<&O::insecure>("insecure",
                           "Accept any certificate of the server. Anybody in between can read "
                           "along: for tests only."),
  };
};
