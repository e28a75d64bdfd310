// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"
#include "cli/background.hpp"
#include "cli/cluster_options.hpp"
#include "cli/data_options.hpp"
#include "cli/failure.hpp"
#include "cli/listing.hpp"
#include "cli/profile_options.hpp"
#include "cli/serve.hpp"
#include "cli/server_files.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct ClusterStartOptions {
  bool foreground = false;
  DataOptions data;
  ListenAddress sc{{"127.0.0.1", 9003}};
  ListenAddress spu{{"127.0.0.1", 9010}};
  std::optional<ListenAddress> advertise;
  ProfileFileOptions profile;
  Durability durability = Durability::fsync;
  std::string tls_cert, tls_key, tls_client_ca;
  std::chrono::milliseconds timeout = 60s;
  std::string log = "info";
  log::Format log_format = log::Format::text;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::enum_names<sluice::cli::Durability> {
  using D = cli::Durability;
  static constexpr std::array rows{EnumName{D::fsync, "fsync"}, EnumName{D::none, "none"}};
};

template <>
struct sluice::enum_names<sluice::log::Format> {
  using F = log::Format;
  static constexpr std::array rows{EnumName{F::text, "text"}, EnumName{F::json, "json"}};
};

template <>
struct sluice::option_table<sluice::cli::ClusterStartOptions> {
  using O = sluice::cli::ClusterStartOptions;
  static constexpr auto rows = std::tuple{
      option<&O::foreground>("foreground", "Serve in this process until Ctrl-C or SIGTERM."),
      option_group<&O::data>(),
      option<&O::sc>("sc", "Address of the control plane. Port 0 takes a free one.")
          .value_name("HOST:PORT"),
      option<&O::spu>("spu", "Address of the data node. Port 0 takes a free one.")
          .value_name("HOST:PORT"),
      option<&O::advertise>("advertise",
                            "Where clients reach the data node, when it is not where it listens.")
          .value_name("HOST:PORT"),
      option_group<&O::profile>(),
      option<&O::durability>("durability",
                             "When a record is acknowledged: `fsync`: it is on disk. `none`: the "
                             "operating system has it; a power failure loses it."),
      option<&O::tls_cert>("tls-cert", "Certificate of the server, as PEM: turns TLS on.")
          .value_name("FILE"),
      option<&O::tls_key>("tls-key", "Key of the server, as PEM.").value_name("FILE"),
      option<&O::tls_client_ca>("tls-client-ca",
                                "Accept only clients with a certificate that this one signed.")
          .value_name("FILE"),
      option<&O::timeout>("timeout", "Longest wait for a server in the background to be ready."),
      option<&O::log>("log", "Which log lines are written: `info`, `warn,broker=debug`.")
          .alias("rust-log")
          .value_name("FILTER")
          .env("SLUICE_LOG"),
      option<&O::log_format>("log-format", "Form of the log lines."),
      option_group<&O::output>(),
  };

  static void validate(const O& options, OptionProblems& problems) {
    if (options.tls_cert.empty() != options.tls_key.empty()) {
      problems.add(options.tls_cert.empty() ? "tls-cert" : "tls-key", "it is missing",
                   "TLS needs --tls-cert and --tls-key");
    }
    if (options.tls_cert.empty() && !options.tls_client_ca.empty()) {
      problems.add("tls-client-ca", "it needs TLS", "give --tls-cert and --tls-key, too");
    }
  }
};

namespace sluice::cli {
namespace {

ServeOptions serve_options(const ClusterStartOptions& options, std::filesystem::path data) {
  return {.sc = options.sc.endpoint,
          .spu = options.spu.endpoint,
          .advertised = options.advertise.value_or(ListenAddress{}).endpoint,
          .data = std::move(data),
          .profile = std::filesystem::absolute(profile_path(options.profile.profile)),
          .durability = options.durability,
          .tls_cert = options.tls_cert,
          .tls_key = options.tls_key,
          .tls_client_ca = options.tls_client_ca};
}

void make_directory(const std::filesystem::path& data) {
  std::error_code failed;
  std::filesystem::create_directories(data, failed);
  if (!failed) return;
  const bool refused =
      failed == std::errc::permission_denied || failed == std::errc::read_only_file_system;
  throw Failure(refused ? Errc::permission_denied : Errc::io,
                "cannot make the data directory " + data.string() + ": " + failed.message());
}

// Before anything else is touched; the server takes the lock for good.
void fail_if_running(const std::filesystem::path& data) {
  if (const auto server = running_server(data)) {
    throw HintedFailure(Errc::already_running,
                        "a server runs on " + data.string() + " already: process " +
                            std::to_string(server->pid) + ", " + server->sc,
                        "`sluice cluster status` shows it, `sluice cluster stop` stops it");
  }
}

void announce(const std::filesystem::path& data, const std::string& profile_line,
              const ClusterStartOptions& options) {
  const auto server = running_server(data).value_or(RunningServer{});
  Facts facts;
  facts.add("sc", "Control plane", server.sc)
      .add("spu", "Data", server.spu)
      .add("tls", "TLS", server.tls)
      .add("pid", "Process", std::int64_t{server.pid})
      .add("data", "Data directory", data.string())
      .add("profile", "Profile", profile_line);
  if (!options.foreground) facts.add("log", "Log", (data / "server.log").string());
  print(facts, options.output);
}

int run_cluster_start(const ClusterStartOptions& options) {
  const auto configured = log::configure({.filter = options.log, .format = options.log_format});
  if (!configured) throw Failure(Errc::usage, "--log: " + configured.error().message());
  const auto data = data_directory(options.data.data);
  make_directory(data);
  fail_if_running(data);
  const auto server = serve_options(options, data);
  if (options.foreground) {
    serve(server, [&](const std::string& line) { announce(data, line, options); });
    return 0;
  }
  const auto line =
      start_in_background(data / "server.log", options.timeout,
                          [&](const StartedWith& started) { serve(server, started); });
  announce(data, line, options);
  return 0;
}

}  // namespace

const Verb cluster_start = make_verb<&run_cluster_start>(
    "cluster start",
    "Starts a server on this machine: a whole Fluvio-compatible cluster in one process.",
    "sluice cluster start\n"
    "sluice cluster start --foreground --sc 127.0.0.1:0 --spu 127.0.0.1:0 --data /tmp/try "
    "--profile /tmp/try.profile");

}  // namespace sluice::cli
