// SPDX-License-Identifier: Apache-2.0
#pragma once

// What users can set on every sink that speaks HTTP: time limits, TLS, proxy. A sink merges it:
//
//   common::HttpSettings http;                        // member of its options
//   option_group<&O::http>(),                         // row of its table
//   common::validate(options.http, problems);         // in its `validate`

#include <chrono>
#include <optional>
#include <string>

#include <sluice/options.hpp>

#include "common/tls/tls_options.hpp"

namespace sluice::common {

struct HttpSettings {
  std::chrono::milliseconds request_timeout{15'000};
  std::chrono::milliseconds connect_timeout{10'000};
  TlsOptions tls;
  std::optional<Url> proxy;
};

void validate(const HttpSettings& settings, OptionProblems& problems);

}  // namespace sluice::common

template <>
struct sluice::option_table<sluice::common::HttpSettings> {
  using O = common::HttpSettings;
  static constexpr std::chrono::milliseconds least{1};
  static constexpr std::chrono::seconds second{1};
  static constexpr auto rows = std::tuple{
      option<&O::request_timeout>("http-request-timeout",
                                  "Longest time of one request, from its start to the end of the "
                                  "answer.")
          .bare_number_unit(second)
          .at_least(least),
      option<&O::connect_timeout>("http-connect-timeout", "Longest wait for the connection.")
          .bare_number_unit(second)
          .at_least(least),
      option_group<&O::tls>(),
      option<&O::proxy>("proxy",
                        "Proxy to reach the server through; by default that of the environment "
                        "(http_proxy, https_proxy, no_proxy).")
          .schemes("http", "https", "socks4", "socks4a", "socks5", "socks5h"),
  };
};
