// SPDX-License-Identifier: Apache-2.0
#include "common/aws/aws_settings.hpp"

#include <algorithm>

namespace sluice::common {

void validate(const AwsSettings& settings, OptionProblems& problems) {
  if (settings.access_key_id.empty() != settings.secret_access_key.empty()) {
    problems.add(settings.access_key_id.empty() ? "access-key-id" : "secret-access-key",
                 "an access key and its secret belong together", "give both, or none");
  }
  if (!settings.session_token.empty() && settings.access_key_id.empty()) {
    problems.add("session-token", "a token needs its access key", "give --access-key-id, too");
  }
  const auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  if (settings.region.empty() || !std::ranges::all_of(settings.region, is_word)) {
    problems.add("region", "`" + settings.region + "` is not a region", "for example eu-central-1");
  }
  if (settings.endpoint && !settings.endpoint->query().empty()) {
    problems.add("endpoint", "an address of a service has no query");
  }
  validate(settings.http, problems);
}

}  // namespace sluice::common
