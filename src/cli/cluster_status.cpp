// SPDX-License-Identifier: Apache-2.0
#include "cli/cluster_options.hpp"
#include "cli/data_options.hpp"
#include "cli/format.hpp"
#include "cli/listing.hpp"
#include "cli/server_files.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct ClusterStatusOptions {
  DataOptions data;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::ClusterStatusOptions> {
  using O = sluice::cli::ClusterStatusOptions;
  static constexpr auto rows = std::tuple{option_group<&O::data>(), option_group<&O::output>()};
};

namespace sluice::cli {
namespace {

constexpr int not_running_exit_code = 3;

// Of all files; those that go away meanwhile count nothing.
std::uint64_t directory_bytes(const std::filesystem::path& directory) {
  namespace fs = std::filesystem;
  std::uint64_t bytes = 0;
  std::error_code failed;
  for (fs::recursive_directory_iterator at(directory, failed), end; !failed && at != end;
       at.increment(failed)) {
    std::error_code gone;
    if (at->is_regular_file(gone)) {
      const auto size = at->file_size(gone);
      if (!gone) bytes += size;
    }
  }
  return bytes;
}

// What only the server itself can say. With TLS it asks for a certificate, so it is not asked.
void add_contents(Facts& facts, const RunningServer& server) {
  if (server.tls) return;
  auto client = connect(
      {.cluster = or_throw(net::parse_endpoint(server.sc)), .timeout = std::chrono::seconds(5)});
  auto admin = client.admin();
  std::int64_t records = 0;
  const auto partitions = admin.list_partitions();
  for (const auto& info : partitions) {
    records += std::max<std::int64_t>(info.leader.log_end.value - info.log_start.value, 0);
  }
  facts.add("platform_version", "Protocol version", client.platform_version())
      .add("topic_count", "Topics", static_cast<std::int64_t>(admin.list_topics().size()))
      .add("partition_count", "Partitions", static_cast<std::int64_t>(partitions.size()))
      .add("records", "Records", records);
}

int run_cluster_status(const ClusterStatusOptions& options) {
  const auto data = data_directory(options.data.data);
  const auto server = running_server(data);
  Facts facts;
  facts.add("running", "Running", server.has_value()).add("data", "Data directory", data.string());
  if (!server) {
    print(facts, options.output);
    return not_running_exit_code;
  }
  facts.add("pid", "Process", std::int64_t{server->pid})
      .add("version", "Version", server->version)
      .add("started", "Started", utc_time(server->started))
      .add("sc", "Control plane", server->sc)
      .add("spu", "Data", server->spu)
      .add("tls", "TLS", server->tls)
      .add("data_bytes", "Size on disk", ByteCount{directory_bytes(data)});
  add_contents(facts, *server);
  print(facts, options.output);
  return 0;
}

}  // namespace

const Verb cluster_status = make_verb<&run_cluster_status>(
    "cluster status", "Shows the server of this machine. The exit code is 3 when none runs.",
    "sluice cluster status --output json");

}  // namespace sluice::cli
