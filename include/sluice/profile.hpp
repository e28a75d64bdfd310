// SPDX-License-Identifier: Apache-2.0
#pragma once

// How to reach a cluster: the profile file that every Fluvio client reads, or the same facts
// given by the program. The file is TOML, `~/.fluvio/config` or the path in FLV_PROFILE_PATH.
// Format: shared/reference/fluvio-protocol.md §15.

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace sluice {

enum class TlsPolicy {
  disabled,
  anonymous,  // encrypted; the server's certificate is not checked
  verified,   // checked against `ca_cert`; the client shows its own certificate
};

// PEM text, whether it came inline or from files; or the paths of the files.
struct TlsProfile {
  TlsPolicy policy = TlsPolicy::disabled;
  bool in_files = false;  // key, cert and ca_cert are paths, and nobody has read the files yet
  std::string domain;     // expected name of the SC; an SPU is `<spu name>.<domain>`
  std::string key;
  std::string cert;
  std::string ca_cert;
  friend bool operator==(const TlsProfile&, const TlsProfile&) = default;
};

struct ClusterProfile {
  std::string name;      // of the profile; empty when the program gave the endpoint
  std::string endpoint;  // host:port of the control plane
  bool use_spu_local_address = false;
  std::string client_id;  // empty: the program's own
  TlsProfile tls;
  friend bool operator==(const ClusterProfile&, const ClusterProfile&) = default;
};

// A profile of the file that nothing can be made of, such as one of a cluster that was removed.
struct BrokenProfile {
  std::string name;
  std::string reason;  // with file:line:column
};

struct ProfileFile {
  std::filesystem::path path;
  std::string current;
  std::vector<ClusterProfile> profiles;
  std::vector<BrokenProfile> broken = {};  // writing leaves them as they are, too
};

// The path that is used when none is given: FLV_PROFILE_PATH, else ~/.fluvio/config.
[[nodiscard]] std::filesystem::path default_profile_path();
// Certificates that are given as files are not read (`TlsProfile::in_files`). Throws:
// `invalid_config` with file:line:column when the text is not TOML, or not a profile file; a
// mistake within one profile only makes that one broken. `io` when the file cannot be read.
[[nodiscard]] ProfileFile read_profile_file(const std::filesystem::path& path);
// Puts these profiles in place of the file's own, and keeps what else is in it. The file is
// replaced as a whole, so that a reader sees the old or the new one.
void write_profile_file(const ProfileFile& file);
// The named profile, or the current one, of the file at `path`, or at the default path. What
// is wrong with other profiles does not matter. Throws: as `read_profile_file`.
[[nodiscard]] ClusterProfile load_profile(const std::optional<std::filesystem::path>& path = {},
                                          const std::optional<std::string>& name = {});

}  // namespace sluice
