// SPDX-License-Identifier: Apache-2.0
#pragma once

// What users can set on the influx sink.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include <sluice/options.hpp>

#include "common/http/http_settings.hpp"

namespace sluice::influx {

enum class Format : std::uint8_t { json, line };
enum class Precision : std::uint8_t { ns, us, ms, s };

struct InfluxOptions {
  Url url;
  std::string database;
  std::string retention_policy;
  std::string username;
  Secret<std::string> password;
  std::string org;
  Secret<std::string> token;
  Format format = Format::json;
  std::string measurement;  // empty: the topic
  std::map<std::string, std::string> tags;
  std::map<std::string, std::string> fields;
  std::string timestamp_field;
  std::optional<Precision> precision;  // by default ms for `json`, ns for `line`
  common::HttpSettings http;
};

[[nodiscard]] inline Precision precision_of(const InfluxOptions& options) {
  return options.precision.value_or(options.format == Format::json ? Precision::ms : Precision::ns);
}

void validate_options(const InfluxOptions& options, OptionProblems& problems);

}  // namespace sluice::influx

template <>
struct sluice::enum_names<sluice::influx::Format> {
  using F = influx::Format;
  static constexpr std::array rows{EnumName{F::json, "json"}, EnumName{F::line, "line"}};
};
template <>
struct sluice::enum_names<sluice::influx::Precision> {
  using P = influx::Precision;
  static constexpr std::array rows{EnumName{P::ns, "ns"}, EnumName{P::us, "us"},
                                   EnumName{P::ms, "ms"}, EnumName{P::s, "s"}};
};

template <>
struct sluice::option_table<sluice::influx::InfluxOptions> {
  using O = influx::InfluxOptions;
  static constexpr auto rows = std::tuple{
      option<&O::url>("url", "Address of the server, like http://127.0.0.1:8086.")
          .required()
          .schemes("http", "https"),
      option<&O::database>("database",
                           "Database of InfluxDB 1, or bucket of InfluxDB 2: that is with `--org`.")
          .required()
          .alias("bucket"),
      option<&O::retention_policy>("retention-policy",
                                   "Retention policy of the database; by default its own."),
      option<&O::username>("username", "User of InfluxDB 1."),
      option<&O::password>("password", "Password of the user."),
      option<&O::org>("org", "Organisation of InfluxDB 2, by name or id."),
      option<&O::token>("token", "Token of InfluxDB 2."),
      option<&O::format>("format",
                         "What a value is: a `json` object that becomes a point, or `line` "
                         "protocol already."),
      option<&O::measurement>("measurement",
                              "Measurement of the points; it may have `{field}` of the value. By "
                              "default the topic's name."),
      option<&O::tags>("tag",
                       "Tag and the field of the value that it comes from: `host=source.host`.")
          .repeatable()
          .yaml_name("tags")
          .alias("tags"),
      option<&O::fields>(
          "field",
          "Field and the field of the value that it comes from, perhaps with a type: "
          "`temp=sensor.temp` or `count=n:int`; types are float, int, string, bool. "
          "By default all that is neither tag nor time.")
          .repeatable()
          .yaml_name("fields")
          .alias("fields"),
      option<&O::timestamp_field>("timestamp-field",
                                  "Field with the point's time: a number, or text by RFC 3339. By "
                                  "default the record's time is taken."),
      option<&O::precision>(
          "precision", "Unit of times that are numbers: by default ms in `json`, ns in `line`."),
      option_group<&O::http>(),
  };

  static void validate(const O& options, OptionProblems& problems) {
    influx::validate_options(options, problems);
  }
};
