// SPDX-License-Identifier: Apache-2.0
#include <ctime>
#include <memory>

#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/doctor_checks.hpp"
#include "cli/failure.hpp"
#include "cli/file_text.hpp"
#include "cli/profile_options.hpp"
#include "sluice/client.hpp"

namespace sluice::cli {
namespace {

using State = Finding::State;
using std::chrono::milliseconds;

struct FreeBio {
  void operator()(BIO* bio) const { ::BIO_free(bio); }
};
struct FreeCertificate {
  void operator()(X509* certificate) const { ::X509_free(certificate); }
};

// Days from now, negative for the past; none when it is not a time.
std::optional<int> days_until(const ASN1_TIME* time) {
  int days = 0;
  int seconds = 0;
  if (::ASN1_TIME_diff(&days, &seconds, nullptr, time) != 1) return std::nullopt;
  return seconds < 0 && days == 0 ? -1 : days;
}

// A certificate that ends soon stops every connector at the same moment.
Finding look_at_certificate(const std::string& what, const std::string& pem) {
  constexpr int soon_days = 30;
  Finding out{.check = what};
  const std::unique_ptr<BIO, FreeBio> bio(
      ::BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const std::unique_ptr<X509, FreeCertificate> certificate(
      ::PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  const auto ends =
      certificate ? days_until(::X509_get0_notAfter(certificate.get())) : std::nullopt;
  const auto begins =
      certificate ? days_until(::X509_get0_notBefore(certificate.get())) : std::nullopt;
  if (!ends || !begins) {
    out.state = State::problem;
    out.found = "it is not a certificate in PEM form";
    out.help = "put the right one into the profile: `sluice help profile add`";
    return out;
  }
  const auto days = std::to_string(*ends < 0 ? -*ends : *ends) + " days";
  if (*begins > 0) {
    out.state = State::problem;
    out.found = "it is not valid yet: is the clock of this machine right?";
    out.help = "set the clock, or get another certificate";
  } else if (*ends < 0) {
    out.state = State::problem;
    out.found = "it expired " + days + " ago";
    out.help = "renew it, then `sluice profile add` with the new one";
  } else {
    out.found = "valid for " + days;
    if (*ends < soon_days) out.state = State::warning;
    if (*ends < soon_days) out.help = "renew it in time";
  }
  return out;
}

void look_at_certificates(const ClusterProfile& profile, Findings& out) {
  if (profile.tls.policy != TlsPolicy::verified) return;
  const auto look = [&](const std::string& what, const std::string& given) {
    const auto check = what + " of profile `" + profile.name + "`";
    try {
      constexpr std::size_t pem_bytes_max = 1'048'576;
      out.push_back(look_at_certificate(
          check, profile.tls.in_files ? read_text(given, pem_bytes_max) : given));
    } catch (const Failure& failure) {
      out.push_back({check, State::problem, failure.what(), "put the file there"});
    }
  };
  look("CA certificate", profile.tls.ca_cert);
  look("certificate", profile.tls.cert);
}

// What went wrong with a client that was made with the default options of the library.
Finding look_at_cluster(const ClusterProfile& profile, bool is_current, milliseconds timeout) {
  Finding out{.check = "cluster of profile `" + profile.name + "`"};
  try {
    const auto began = std::chrono::steady_clock::now();
    const auto client = Client::connect(
        profile,
        {.connect_timeout = timeout, .request_timeout = timeout, .client_id = "sluice-doctor"});
    const auto spus = client.admin().list_spus().size();
    const auto took =
        std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began);
    out.found = profile.endpoint + " answers after " + format_duration(took) +
                ", protocol of Fluvio " + client.platform_version() + ", " + std::to_string(spus) +
                (spus == 1 ? " data node" : " data nodes");
    if (spus == 0) {
      out.state = State::problem;
      out.help = "without a data node no record can be stored: start one";
    }
    client.close(timeout);
  } catch (const Failure& failure) {
    out.state = is_current ? State::problem : State::warning;
    out.found = failure.what();
    out.help = hint_for(failure.code());
  }
  return out;
}

void look_at_profiles(const ProfileFile& file, const DoctorWanted& wanted, Findings& out) {
  for (const auto& broken : file.broken) {
    const bool is_current = broken.name == file.current;
    out.push_back({"profile `" + broken.name + "`", is_current ? State::problem : State::warning,
                   broken.reason, "put it right, or `sluice profile remove " + broken.name + "`"});
  }
  bool has_current = false;
  for (const auto& profile : file.profiles) {
    const bool is_current = profile.name == file.current;
    has_current = has_current || is_current;
    if (!is_current && !wanted.all_profiles) continue;
    look_at_certificates(profile, out);
    out.push_back(look_at_cluster(profile, is_current, wanted.limits.cluster));
  }
  const bool known = has_current || has_profile(file, file.current);
  if (known) return;
  out.push_back({"current profile", State::problem,
                 file.current.empty() ? "no profile is current"
                                      : "the current profile `" + file.current + "` does not exist",
                 "`sluice profile use NAME` chooses one"});
}

}  // namespace

Findings look_at_clusters(const DoctorWanted& wanted) {
  Findings out;
  try {
    const auto path = profile_path(wanted.profile);
    std::error_code failed;
    if (!std::filesystem::exists(path, failed)) {
      return {{"profile file", State::warning, "there is none at " + path.string(),
               "`sluice cluster start` starts a server on this machine and writes one; `sluice "
               "profile add` names another cluster"}};
    }
    const auto file = read_profiles(path);
    out.push_back({"profile file",
                   State::ok,
                   path.string() + ", " + std::to_string(file.profiles.size()) + " profiles, `" +
                       file.current + "` is current",
                   {}});
    look_at_profiles(file, wanted, out);
  } catch (const Failure& failure) {
    out.push_back({"profile file", State::problem, failure.what(), "put it right by hand"});
  }
  return out;
}

}  // namespace sluice::cli
