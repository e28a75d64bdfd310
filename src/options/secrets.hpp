// SPDX-License-Identifier: Apache-2.0
#pragma once

// Secrets in a configuration file: `${{ secrets.NAME }}` in a value, or `{secret: {name: X}}`
// in place of one.
//
// They are filled in after the file is parsed, inside scalar values only, so that no secret
// can change the structure. What has a secret in it is marked and never printed.

#include "options/report.hpp"

namespace sluice::options {

struct SecretSource {
  bool any_name = false;  // else only `listed` names may be used in `${{ }}`
  std::vector<std::string> listed;
  std::string list_place = "meta.secrets";  // for messages
  std::string origin;                       // `the environment`, or the secrets file's path
  std::function<std::optional<std::string>(const std::string& name)> lookup;
};

void fill_secrets(ConfigNode& root, const std::string& path, const SecretSource& source,
                  Report& report);

// `NAME=value` lines, split at the first `=`, both sides trimmed; empty lines are skipped.
[[nodiscard]] std::map<std::string, std::string> parse_secrets(std::string_view text,
                                                               const std::string& path,
                                                               Report& report);

// What is wrong with a secret's name, or empty.
[[nodiscard]] std::string secret_name_problem(std::string_view name);

}  // namespace sluice::options
