// SPDX-License-Identifier: Apache-2.0
#pragma once

// What users can set on the graphite sink, under the names of the official one.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include <sluice/options.hpp>

#include "common/tls/tls_options.hpp"

namespace sluice::graphite {

// Where a metric's time comes from when no field says it.
enum class Time : std::uint8_t { record, now };

struct GraphiteOptions {
  std::string metric_path;
  std::string address;
  std::string value_field;
  std::string time_field;
  Time time = Time::record;
  std::map<std::string, std::string> tags;
  bool use_tls = false;
  common::TlsOptions tls;
  std::chrono::milliseconds timeout{10'000};
};

struct Address {
  std::string host;
  std::uint16_t port = 2003;
};
// None, and `problem` says why, when it is not `host`, `host:port` or `[ipv6]:port`.
[[nodiscard]] std::optional<Address> parse_address(std::string_view text, std::string& problem);

void validate_options(const GraphiteOptions& options, OptionProblems& problems);

}  // namespace sluice::graphite

template <>
struct sluice::enum_names<sluice::graphite::Time> {
  using T = graphite::Time;
  static constexpr std::array rows{EnumName{T::record, "record"}, EnumName{T::now, "now"}};
};

template <>
struct sluice::option_table<sluice::graphite::GraphiteOptions> {
  using O = graphite::GraphiteOptions;
  static constexpr auto rows = std::tuple{
      option<&O::metric_path>("metric-path",
                              "Path of the metric: a text with places such as `{field}`, "
                              "`{field.inner}`, `{@key}`, `{@topic}`.")
          .required(),
      option<&O::address>("addr",
                          "Address of carbon's plaintext receiver, for example `carbon:2003`.")
          .required(),
      option<&O::value_field>("value-field",
                              "Field of the JSON value that has the number; by default the whole "
                              "value is the number."),
      option<&O::time_field>("time-field",
                             "Field of the JSON value that has the time, in seconds since 1970."),
      option<&O::time>("time",
                       "The metric's time when no field has it: that of the `record`, or `now`."),
      option<&O::tags>("tag",
                       "A tag, `name=value` (Graphite 1.1); the value may have places as the path.")
          .repeatable()
          .yaml_name("tags"),
      option<&O::use_tls>("tls", "Speak TLS, to a carbon behind a proxy that does."),
      option_group<&O::tls>(),
      option<&O::timeout>(
          "timeout", "Longest wait for the connection, for room on it, and until a batch is read.")
          .bare_number_unit(std::chrono::seconds{1})
          .at_least(std::chrono::milliseconds{1}),
  };

  static void validate(const O& options, OptionProblems& problems) {
    graphite::validate_options(options, problems);
  }
};
