// SPDX-License-Identifier: Apache-2.0
#include "client/profile_text.hpp"

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#define TOML_UNRELEASED_FEATURES 0
#include <algorithm>
#include <sstream>
#include <utility>

#include <toml++/toml.h>

#include "base/text.hpp"
#include "net/endpoint.hpp"

namespace sluice::client {
namespace {

// Reads values out of the document and keeps the first fault, with its place. One that only
// concerns one profile goes to that profile.
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
  if (fault_ || policy == "disabled" || policy == "disable") return;
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
  tls.in_files = source != "inline";
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
  out.fault = std::exchange(fault_, std::nullopt);
  return out;
}

ParsedProfiles ProfileReader::read(const toml::table& root) {
  ParsedProfiles out;
  out.current = text(root, "current_profile", false);
  const auto client_id = text(root, "client_id", false);
  const auto* profiles = table(root, "profile");
  static_cast<void>(table(root, "cluster"));
  if (fault_ || !profiles) return out;
  for (const auto& [key, node] : *profiles) {
    if (const auto* entry = node.as_table()) {
      auto one = profile(key.str(), *entry, root);
      if (!client_id.empty()) one.profile.client_id = client_id;
      out.profiles.push_back(std::move(one));
    } else {
      out.profiles.push_back(
          {.profile = {.name = std::string(key.str())},
           .fault = at(file_, node.source(),
                       "profile `" + std::string(key.str()) + "` must be a table")});
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

namespace {

toml::table tls_table(const TlsProfile& tls) {
  switch (tls.policy) {
    case TlsPolicy::disabled:
      return toml::table{{"tls_policy", "disabled"}};
    case TlsPolicy::anonymous:
      return toml::table{{"tls_policy", "anonymous"}};
    case TlsPolicy::verified:
      break;
  }
  return toml::table{{"tls_policy", "verified"},
                     {"tls_source", tls.in_files ? "files" : "inline"},
                     {"certs", toml::table{{"domain", tls.domain},
                                           {"key", tls.key},
                                           {"cert", tls.cert},
                                           {"ca_cert", tls.ca_cert}}}};
}

toml::table& child(toml::table& parent, std::string_view key) {
  if (auto* table = parent[key].as_table()) return *table;
  return *parent.insert_or_assign(key, toml::table{}).first->second.as_table();
}

bool names_cluster(const toml::table& profiles, std::string_view cluster, std::string_view except) {
  for (const auto& [name, node] : profiles) {
    const auto* entry = node.as_table();
    if (name.str() != except && entry && (*entry)["cluster"].value_or("") == cluster) return true;
  }
  return false;
}

// Sets what a profile knows of its cluster, and leaves the rest of the table as it is.
void put_profile(toml::table& root, const ClusterProfile& profile) {
  auto& entry = child(child(root, "profile"), profile.name);
  auto cluster_name = entry["cluster"].value_or(std::string());
  // A cluster that another profile uses too is not this one's to change.
  if (cluster_name.empty() || names_cluster(child(root, "profile"), cluster_name, profile.name)) {
    cluster_name = profile.name;
    entry.insert_or_assign("cluster", cluster_name);
  }
  auto& cluster = child(child(root, "cluster"), cluster_name);
  cluster.erase("addr");
  cluster.insert_or_assign("endpoint", profile.endpoint);
  cluster.insert_or_assign("use_spu_local_address", profile.use_spu_local_address);
  if (!profile.client_id.empty()) cluster.insert_or_assign("client_id", profile.client_id);
  cluster.insert_or_assign("tls", tls_table(profile.tls));
}

void remove_profile(toml::table& root, const std::string& name) {
  auto& profiles = child(root, "profile");
  const auto cluster = profiles[name]["cluster"].value_or(std::string());
  profiles.erase(name);
  if (!names_cluster(profiles, cluster, {})) child(root, "cluster").erase(cluster);
}

}  // namespace

Result<std::string> format_profiles(const ProfileFile& file, std::string_view existing) {
  auto parsed = toml::parse(existing);
  if (!parsed) {
    return tl::unexpected(
        at(file.path.string(), parsed.error().source(), parsed.error().description()));
  }
  auto root = std::move(parsed).table();
  ProfileReader reader(file.path.string());
  const auto before = reader.read(root);
  if (reader.fault()) return tl::unexpected(*reader.fault());

  for (const auto& old : before.profiles) {
    const auto same_name = [&](const auto& one) { return one.name == old.profile.name; };
    if (std::ranges::any_of(file.profiles, same_name)) continue;
    if (old.fault && std::ranges::any_of(file.broken, same_name)) continue;
    remove_profile(root, old.profile.name);
  }
  for (const auto& profile : file.profiles) {
    const auto unchanged = [&](const auto& old) { return !old.fault && old.profile == profile; };
    if (std::ranges::none_of(before.profiles, unchanged)) put_profile(root, profile);
  }
  if (!root.contains("version")) root.insert("version", "2.0");
  root.insert_or_assign("current_profile", file.current);
  std::ostringstream out;
  out << root << "\n";
  return std::move(out).str();
}

}  // namespace sluice::client
