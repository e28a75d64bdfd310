// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where the keys for a service of AWS come from, in this order: options and environment, the
// credentials file, the container (ECS, EKS Pod Identity), the machine (EC2 instance metadata, v2).
// Keys of the last two end; they are fetched again five minutes before, and while that fails the
// old ones are used until their end. One thread at a time. Not done: SSO, `credential_process`,
// roles that are assumed (also by web identity).

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "common/aws/aws_settings.hpp"
#include "common/http/http_client.hpp"

namespace sluice::common {

struct AwsKeys {
  Secret<std::string> access_key_id;
  Secret<std::string> secret_access_key;
  Secret<std::string> session_token;
  std::optional<std::chrono::system_clock::time_point> end;
};

// What a test has otherwise: where the machine's metadata is, and the time.
struct AwsSurroundings {
  std::string machine = "http://169.254.169.254";
  std::function<std::chrono::system_clock::time_point()> now = std::chrono::system_clock::now;
};

class AwsCredentials {
 public:
  // Settings and client outlive it.
  AwsCredentials(const AwsSettings& settings, HttpClient& http, AwsSurroundings around = {});

  // To sign a request to `service` with. Throws: `invalid_config` when there are no keys: it says
  // where was looked; what a request for keys throws, and once one of them worked, something
  // retryable in its place.
  [[nodiscard]] AwsSigning signing(std::string_view service,
                                   const std::function<bool()>& give_up = {});
  // Keys that were refused are not used again, when they are fetched.
  void forget() { keys_.reset(); }

 private:
  void renew(const std::function<bool()>& give_up);
  [[nodiscard]] AwsKeys find(const std::function<bool()>& give_up);
  [[nodiscard]] AwsKeys fetch(const std::string& path, const std::function<bool()>& give_up);

  const AwsSettings& settings_;
  HttpClient& http_;
  AwsSurroundings around_;
  std::optional<AwsKeys> keys_;
  std::chrono::system_clock::time_point ask_again_;  // not earlier, while the keys are good
  bool has_fetched_ = false;                         // from a container or machine, ever
};

// The section of a credentials file. Pure. Throws: `invalid_config` for a line that is neither
// a section, a comment nor `name = value`, and for a section with one key of two.
[[nodiscard]] std::optional<AwsKeys> keys_in_file(std::string_view text, std::string_view profile,
                                                  std::string_view path);
// What container and machine answer. Pure. Throws: `outside_unavailable` when it is not that.
[[nodiscard]] AwsKeys keys_in_json(std::string_view text);

}  // namespace sluice::common
