// SPDX-License-Identifier: Apache-2.0
#pragma once

// What users can set on every sink for a service of AWS, or for one that speaks like it. A sink
// merges it into its table (`option_group`), and calls `validate` in its own.

#include <optional>
#include <string>

#include <sluice/options.hpp>

#include "common/http/http_settings.hpp"

namespace sluice::common {

struct AwsSettings {
  std::string region = "us-east-1";
  std::optional<Url> endpoint;
  Secret<std::string> access_key_id;
  Secret<std::string> secret_access_key;
  Secret<std::string> session_token;
  std::string credentials_file;
  std::string profile = "default";
  HttpSettings http;
};

void validate(const AwsSettings& settings, OptionProblems& problems);

}  // namespace sluice::common

template <>
struct sluice::option_table<sluice::common::AwsSettings> {
  using O = common::AwsSettings;
  static constexpr auto rows = std::tuple{
      option<&O::region>("region", "Region of the service.").env("AWS_REGION"),
      option<&O::endpoint>("endpoint",
                           "Address of the service, in place of that of AWS: of MinIO, of a test "
                           "server.")
          .alias("aws-endpoint")
          .alias("endpoint-url")
          .env("AWS_ENDPOINT_URL")
          .schemes("http", "https"),
      option<&O::access_key_id>("access-key-id",
                                "Access key. Without one: the credentials file, then the "
                                "container's, then the machine's credentials.")
          .env("AWS_ACCESS_KEY_ID"),
      option<&O::secret_access_key>("secret-access-key", "Secret of the access key.")
          .env("AWS_SECRET_ACCESS_KEY"),
      option<&O::session_token>("session-token", "Token of a session, for temporary keys.")
          .env("AWS_SESSION_TOKEN"),
      option<&O::credentials_file>("credentials-file",
                                   "File with keys; by default ~/.aws/credentials.")
          .env("AWS_SHARED_CREDENTIALS_FILE")
          .value_name("FILE"),
      option<&O::profile>("aws-profile", "Section of that file.").env("AWS_PROFILE"),
      option_group<&O::http>(),
  };
};
