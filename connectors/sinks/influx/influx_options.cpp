// SPDX-License-Identifier: Apache-2.0
#include "influx_options.hpp"

#include "common/text_template/text_template.hpp"
#include "point.hpp"

namespace sluice::influx {
namespace {

void validate_target(const InfluxOptions& options, OptionProblems& problems) {
  const bool is_v2 = !options.org.empty();
  if (options.url.host().empty()) problems.add("url", "the address has no host");
  if (options.database.empty()) problems.add("database", "the name is empty");
  if (is_v2 && !options.username.empty()) {
    problems.add("username", "a bucket is written to with a token", "give --token instead");
  }
  if (is_v2 && !options.retention_policy.empty()) {
    problems.add("retention-policy", "a bucket has its own", "leave the option out");
  }
  if (!is_v2 && !options.token.empty()) {
    problems.add("token", "a token is for a bucket of an organisation", "give --org, too");
  }
  if (options.username.empty() && !options.password.empty()) {
    problems.add("password", "a password needs its user", "give --username, too");
  }
}

void validate_mapping(const InfluxOptions& options, OptionProblems& problems) {
  std::string problem;
  if (!common::TextTemplate::parse(options.measurement, problem)) {
    problems.add("measurement", problem);
  }
  for (const auto& [name, path] : options.fields) {
    if (!FieldSource::parse(path)) {
      problems.add("field", "`" + path + "` is no path with a type",
                   "the types are float, int, string and bool");
    }
  }
  const bool maps = !options.measurement.empty() || !options.tags.empty() ||
                    !options.fields.empty() || !options.timestamp_field.empty();
  if (options.format == Format::line && maps) {
    problems.add("format", "a line has its measurement, tags, fields and time already",
                 "leave out --measurement, --tag, --field and --timestamp-field");
  }
}

}  // namespace

void validate_options(const InfluxOptions& options, OptionProblems& problems) {
  validate_target(options, problems);
  validate_mapping(options, problems);
  common::validate(options.http, problems);
}

}  // namespace sluice::influx
