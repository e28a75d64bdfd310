// SPDX-License-Identifier: Apache-2.0
#include "cli/cluster_options.hpp"

#include <filesystem>
#include <vector>

#include "base/log.hpp"
#include "base/text.hpp"
#include "cli/failure.hpp"

namespace sluice::cli {
namespace {

ClusterProfile profile_of(const ClusterOptions& options) {
  if (options.cluster) return ClusterProfile{.endpoint = options.cluster->text()};
  const auto path =
      options.profile.empty() ? default_profile_path() : std::filesystem::path(options.profile);
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    throw HintedFailure(Errc::invalid_config,
                        "there is no profile file " + quote_if_needed(path.string()),
                        "`sluice cluster start` starts a server on this machine and writes one; "
                        "`--cluster HOST:PORT` works without");
  }
  return load_profile(path, given(options.profile_name));
}

}  // namespace

std::optional<std::string> given(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

void configure_log(const std::string& filter) {
  if (const auto done = log::configure({.filter = filter}); !done) {
    throw Failure(Errc::usage, "--log: " + done.error().message());
  }
}

Client connect(const ClusterOptions& options) {
  configure_log(options.log);
  const ClientOptions client{.connect_timeout = options.timeout, .client_id = "sluice-cli"};
  return Client::connect(profile_of(options), client);
}

void fail_missing_topic(Admin& admin, const std::string& topic) {
  std::vector<std::string> names;
  for (const auto& info : admin.list_topics()) names.push_back(info.name);
  const auto near = nearest(topic, names);
  throw HintedFailure(Errc::topic_not_found, "there is no topic " + quote_if_needed(topic),
                      near ? "did you mean `" + *near + "`?" : hint_for(Errc::topic_not_found));
}

std::vector<PartitionInfo> partitions_of(Admin& admin, const std::string& topic) {
  const auto info = admin.describe_topic(topic);
  if (!info) fail_missing_topic(admin, topic);
  return admin.list_partitions(topic, info->system);
}

}  // namespace sluice::cli
