// SPDX-License-Identifier: Apache-2.0
#include "common/http/http_settings.hpp"

namespace sluice::common {

void validate(const HttpSettings& settings, OptionProblems& problems) {
  validate(settings.tls, problems);
}

}  // namespace sluice::common
