// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <sstream>

#include "base/text.hpp"
#include "cli/addresses.hpp"
#include "cli/failure.hpp"
#include "cli/listing.hpp"
#include "cli/profile_options.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct ProfileAddOptions {
  std::string name;
  net::Endpoint endpoint;
  bool use = false;
  bool replace = false;
  bool tls_anonymous = false;
  std::string tls_domain, tls_ca, tls_cert, tls_key;
  std::string client_id;
  bool use_spu_local_address = false;
  ProfileFileOptions file;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::ProfileAddOptions> {
  using O = sluice::cli::ProfileAddOptions;
  static constexpr auto rows = std::tuple{
      option<&O::name>("name", "Name of the profile.").required().positional(),
      option<&O::endpoint>("endpoint", "Control plane of the cluster.")
          .required()
          .value_name("HOST:PORT"),
      option<&O::use>("use", "Make it the current profile."),
      option<&O::replace>("replace", "Replace a profile of the same name."),
      option<&O::tls_anonymous>("tls-anonymous",
                                "TLS without a check of the server's certificate."),
      option<&O::tls_domain>("tls-domain", "Name in the server's certificate.").value_name("NAME"),
      option<&O::tls_ca>("tls-ca", "Certificate that signed the server's, as PEM.")
          .value_name("FILE"),
      option<&O::tls_cert>("tls-cert", "Certificate of the client, as PEM.").value_name("FILE"),
      option<&O::tls_key>("tls-key", "Key of the client, as PEM.").value_name("FILE"),
      option<&O::client_id>("client-id", "Name under which clients introduce themselves."),
      option<&O::use_spu_local_address>("use-spu-local-address",
                                        "Use the private addresses of data nodes."),
      option_group<&O::file>(),
      option_group<&O::output>(),
  };

  // A verified profile has all four parts: that is the format of the file.
  static void validate(const O& options, OptionProblems& problems) {
    const bool any = !options.tls_domain.empty() || !options.tls_ca.empty() ||
                     !options.tls_cert.empty() || !options.tls_key.empty();
    if (any && options.tls_anonymous) {
      problems.add("tls-anonymous", "it excludes certificates", "leave one of the two away");
    }
    if (!any) return;
    const auto need = [&](std::string_view name, const std::string& value) {
      if (value.empty()) {
        problems.add(name, "it is missing",
                     "verified TLS needs --tls-domain, --tls-ca, --tls-cert and --tls-key");
      }
    };
    need("tls-domain", options.tls_domain);
    need("tls-ca", options.tls_ca);
    need("tls-cert", options.tls_cert);
    need("tls-key", options.tls_key);
  }
};

namespace sluice::cli {
namespace {

constexpr std::uintmax_t pem_bytes_max = 1'048'576;

std::string read_pem(const std::string& option, const std::string& path) {
  std::error_code failed;
  const auto size = std::filesystem::file_size(path, failed);
  std::ifstream in(path, std::ios::binary);
  if (failed || !in) {
    throw Failure(Errc::io, option + ": cannot read " + quote_if_needed(path) +
                                (failed ? ": " + failed.message() : ""));
  }
  std::ostringstream text;
  if (size <= pem_bytes_max) text << in.rdbuf();
  if (text.str().find("-----BEGIN ") == std::string::npos) {
    throw HintedFailure(Errc::invalid_argument,
                        option + ": " + quote_if_needed(path) + " is not a PEM file",
                        "a PEM file has a line `-----BEGIN ...-----`; `openssl x509 -inform der` "
                        "converts others");
  }
  return text.str();
}

TlsProfile tls_of(const ProfileAddOptions& options) {
  if (options.tls_anonymous) return {.policy = TlsPolicy::anonymous};
  if (options.tls_ca.empty()) return {};
  return {.policy = TlsPolicy::verified,
          .domain = options.tls_domain,
          .key = read_pem("--tls-key", options.tls_key),
          .cert = read_pem("--tls-cert", options.tls_cert),
          .ca_cert = read_pem("--tls-ca", options.tls_ca)};
}

int run_profile_add(const ProfileAddOptions& options) {
  auto file = read_profiles(profile_path(options.file.profile));
  if (has_profile(file, options.name) && !options.replace) {
    throw HintedFailure(Errc::invalid_argument, "profile `" + options.name + "` exists already",
                        "`--replace` replaces it");
  }
  put_profile(file, {.name = options.name,
                     .endpoint = options.endpoint.text(),
                     .use_spu_local_address = options.use_spu_local_address,
                     .client_id = options.client_id,
                     .tls = tls_of(options)});
  const bool current = options.use || file.current.empty() || file.current == options.name;
  if (current) file.current = options.name;
  write_profile_file(file);
  Facts facts;
  facts.add("name", "Name", options.name)
      .add("endpoint", "Endpoint", options.endpoint.text())
      .add("current", "Current", current)
      .add("file", "File", file.path.string());
  print_done("profile `" + options.name + "` is in " + file.path.string() +
                 (current ? ", and is the current one" : ""),
             facts, options.output);
  return 0;
}

}  // namespace

const Verb profile_add = make_verb<&run_profile_add>(
    "profile add", "Adds a cluster under a name. The first profile becomes the current one.",
    "sluice profile add staging --endpoint sc.example.org:9003 --tls-domain sc.example.org \\\n"
    "    --tls-ca ca.pem --tls-cert me.pem --tls-key me.key --use");

}  // namespace sluice::cli
