// SPDX-License-Identifier: Apache-2.0
#include "cli/listing.hpp"
#include "cli/profile_options.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct ProfileShowOptions {
  std::string name;
  ProfileFileOptions file;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::ProfileShowOptions> {
  using O = sluice::cli::ProfileShowOptions;
  static constexpr auto rows = std::tuple{
      option<&O::name>("name", "Profile to show. Else the current one.").positional(),
      option_group<&O::file>(),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

// What is there, not what is in it: a key must not reach a terminal.
Cell presence(const std::string& pem) {
  return pem.empty() ? Cell{} : Cell{std::string("present")};
}

int run_profile_show(const ProfileShowOptions& options) {
  const auto file = read_profiles(profile_path(options.file.profile));
  const auto& profile =
      options.name.empty() ? current_profile(file) : find_profile(file, options.name);
  const auto& tls = profile.tls;
  Facts facts;
  facts.add("name", "Name", profile.name)
      .add("endpoint", "Endpoint", profile.endpoint)
      .add("current", "Current", profile.name == file.current)
      .add("file", "File", file.path.string())
      .add("use_spu_local_address", "Private addresses", profile.use_spu_local_address)
      .add("client_id", "Client id", profile.client_id.empty() ? Cell{} : Cell{profile.client_id})
      .add("tls", "TLS", std::string(policy_name(tls.policy)));
  if (tls.policy == TlsPolicy::verified) {
    facts.add("tls_domain", "TLS domain", tls.domain)
        .add("tls_ca", "CA certificate", presence(tls.ca_cert))
        .add("tls_cert", "Certificate", presence(tls.cert))
        .add("tls_key", "Key", presence(tls.key));
  }
  print(facts, options.output);
  return 0;
}

}  // namespace

const Verb profile_show = make_verb<&run_profile_show>(
    "profile show", "Shows one profile. Certificates and keys are not printed.");

}  // namespace sluice::cli
