// SPDX-License-Identifier: Apache-2.0
#include "client/profile_text.hpp"

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#define TOML_UNRELEASED_FEATURES 0
#include <sstream>

#include <toml++/toml.h>

#include "base/text.hpp"
#include "net/endpoint.hpp"

namespace sluice::client {
namespace {

// Reads values out of the document and keeps the first fault, with its place.
class ProfileReader {
 public:
  explicit ProfileReader(std::string_view file) : file_(file) {}

  ParsedProfiles read(const toml::table& root);
  [[nodiscard]] const std::optional<Error>& fault() const noexcept { return fault_; }

 private:
  ParsedProfile profile(std::string_view name, const toml::table& entry, const toml::table& root);
  void cluster(ParsedProfile& out, const toml::table& cluster);
  void tls(ParsedProfile& out, const toml::table& table);
  [[nodiscard]] std::string text(const toml::table& table, std::string_view key, bool required);
  [[nodiscard]] const toml::table* table(const toml::table& parent, std::string_view key);
  void wrong(const toml::source_region& where, std::string what);

  std::string file_;
  std::optional<Error> fault_;
};

Error at(std::string_view file, const toml::source_region& where, std::string_view what) {
  return {Errc::invalid_config,
          std::string(file) + ":" + std::to_string(where.begin.line) + ":" +
              std::to_string(where.begin.column) + ": " + std::string(what),
          {}};
}

void ProfileReader::wrong(const toml::source_region& where, std::string what) {
  if (!fault_) fault_ = at(file_, where, what);
}

std::string ProfileReader::text(const toml::table& table, std::string_view key, bool required) {
  const auto* node = table.get(key);
  if (!node) {
    if (required) wrong(table.source(), "`" + std::string(key) + "` is missing");
    return {};
  }
  const auto value = node->value<std::string>();
  if (!value) wrong(node->source(), "`" + std::string(key) + "` must be a text in quotes");
  return value.value_or("");
}

const toml::table* ProfileReader::table(const toml::table& parent, std::string_view key) {
  const auto* node = parent.get(key);
  if (!node) return nullptr;
  if (!node->is_table()) wrong(node->source(), "`" + std::string(key) + "` must be a table");
  return node->as_table();
}

void ProfileReader::tls(ParsedProfile& out, const toml::table& table) {
  const auto policy = text(table, "tls_policy", true);
  auto& tls = out.profile.tls;
  if (policy == "disabled" || policy == "disable" || policy.empty()) return;
  if (policy == "anonymous") {
    tls.policy = TlsPolicy::anonymous;
    return;
  }
  if (policy != "verified" && policy != "verify") {
    return wrong(table.get("tls_policy")->source(),
                 "tls_policy `" + policy + "` is not one of disabled, anonymous, verified");
  }
  tls.policy = TlsPolicy::verified;
  const auto source = text(table, "tls_source", true);
  if (source != "inline" && source != "files" && source != "file" && !fault_) {
    return wrong(table.get("tls_source")->source(),
                 "tls_source `" + source + "` is not one of inline, files");
  }
  out.certificates_are_paths = source != "inline";
  const auto* certs = this->table(table, "certs");
  if (!certs) return wrong(table.source(), "`certs` is missing; a verified policy needs it");
  tls.domain = text(*certs, "domain", true);
  tls.key = text(*certs, "key", true);
  tls.cert = text(*certs, "cert", true);
  tls.ca_cert = text(*certs, "ca_cert", true);
}

void ProfileReader::cluster(ParsedProfile& out, const toml::table& cluster) {
  const auto* key = cluster.contains("endpoint") || !cluster.contains("addr") ? "endpoint" : "addr";
  out.profile.endpoint = text(cluster, key, true);
  const auto endpoint = net::parse_endpoint(out.profile.endpoint);
  if (!endpoint) {
    const auto* node = cluster.get(key);
    wrong(node ? node->source() : cluster.source(), endpoint.error().context);
  }
  if (const auto* local = cluster.get("use_spu_local_address")) {
    const auto value = local->value_exact<bool>();
    if (!value) wrong(local->source(), "`use_spu_local_address` must be true or false");
    out.profile.use_spu_local_address = value.value_or(false);
  }
  out.profile.client_id = text(cluster, "client_id", false);
  if (const auto* tls_table = table(cluster, "tls")) tls(out, *tls_table);
}

ParsedProfile ProfileReader::profile(std::string_view name, const toml::table& entry,
                                     const toml::table& root) {
  ParsedProfile out;
  out.profile.name = name;
  const auto cluster_name = text(entry, "cluster", true);
  const auto* clusters = table(root, "cluster");
  const auto* found = clusters ? table(*clusters, cluster_name) : nullptr;
  if (found) {
    cluster(out, *found);
  } else {
    const auto* node = entry.get("cluster");
    wrong(node ? node->source() : entry.source(), "profile `" + std::string(name) +
                                                      "` names the cluster `" + cluster_name +
                                                      "`, which is not in the file");
  }
  const auto client_id = text(root, "client_id", false);
  if (!client_id.empty()) out.profile.client_id = client_id;
  return out;
}

ParsedProfiles ProfileReader::read(const toml::table& root) {
  ParsedProfiles out;
  out.current = text(root, "current_profile", false);
  const auto* profiles = table(root, "profile");
  if (!profiles) return out;
  for (const auto& [key, node] : *profiles) {
    if (const auto* entry = node.as_table()) {
      out.profiles.push_back(profile(key.str(), *entry, root));
    } else {
      wrong(node.source(), "profile `" + std::string(key.str()) + "` must be a table");
    }
  }
  return out;
}

}  // namespace

Result<ParsedProfiles> parse_profiles(std::string_view text, std::string_view file) {
  const auto parsed = toml::parse(text);
  if (!parsed) {
    return tl::unexpected(at(file, parsed.error().source(), parsed.error().description()));
  }
  ProfileReader reader(file);
  auto profiles = reader.read(parsed.table());
  if (reader.fault()) return tl::unexpected(*reader.fault());
  return profiles;
}

std::string format_profiles(const ProfileFile& file) {
  toml::table root{{"version", "2.0"}, {"current_profile", file.current}};
  toml::table profiles;
  toml::table clusters;
  for (const auto& profile : file.profiles) {
    profiles.insert(profile.name, toml::table{{"cluster", profile.name}});
    toml::table cluster{{"endpoint", profile.endpoint},
                        {"use_spu_local_address", profile.use_spu_local_address}};
    if (!profile.client_id.empty()) cluster.insert("client_id", profile.client_id);
    const auto& tls = profile.tls;
    toml::table tls_table;
    if (tls.policy == TlsPolicy::disabled) tls_table.insert("tls_policy", "disabled");
    if (tls.policy == TlsPolicy::anonymous) tls_table.insert("tls_policy", "anonymous");
    if (tls.policy == TlsPolicy::verified) {
      tls_table.insert("tls_policy", "verified");
      tls_table.insert("tls_source", "inline");
      tls_table.insert("certs", toml::table{{"domain", tls.domain},
                                            {"key", tls.key},
                                            {"cert", tls.cert},
                                            {"ca_cert", tls.ca_cert}});
    }
    cluster.insert("tls", std::move(tls_table));
    clusters.insert(profile.name, std::move(cluster));
  }
  root.insert("profile", std::move(profiles));
  root.insert("cluster", std::move(clusters));
  std::ostringstream out;
  out << root << "\n";
  return std::move(out).str();
}

}  // namespace sluice::client
