// SPDX-License-Identifier: Apache-2.0
#include "common/tls/tls_options.hpp"

namespace sluice::common {

void validate(const TlsOptions& options, OptionProblems& problems) {
  if (options.cert_file.empty() != options.key_file.empty()) {
    problems.add(options.cert_file.empty() ? "key-file" : "cert-file",
                 "a client certificate needs its key", "give both --cert-file and --key-file");
  }
}

bool has_tls_options(const TlsOptions& options) {
  return !options.ca_file.empty() || !options.cert_file.empty() || options.insecure;
}

}  // namespace sluice::common
