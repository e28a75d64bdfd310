// SPDX-License-Identifier: Apache-2.0
#include "common/http/http_settings.hpp"

namespace sluice::common {

void validate(const HttpSettings& settings, OptionProblems& problems) {
  if (settings.cert_file.empty() != settings.key_file.empty()) {
    problems.add(settings.cert_file.empty() ? "key-file" : "cert-file",
                 "a client certificate needs its key", "give both --cert-file and --key-file");
  }
}

}  // namespace sluice::common
