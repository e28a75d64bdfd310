// SPDX-License-Identifier: Apache-2.0
#include "cli/serve.hpp"

#include <unistd.h>

#include "base/log.hpp"
#include "broker/broker.hpp"
#include "cli/profile_options.hpp"
#include "cli/server_files.hpp"
#include "cli/stop_signal.hpp"
#include "cli/tool.hpp"

namespace sluice::cli {
namespace {

constexpr const char* profile_name = "local";

bool has_tls(const ServeOptions& options) {
  return !options.tls_cert.empty();
}

broker::BrokerOptions broker_options(const ServeOptions& options) {
  broker::BrokerOptions out;
  out.data_directory = options.data;
  out.sc_host = options.sc.host;
  out.sc_port = options.sc.port;
  out.spu_host = options.spu.host;
  out.spu_port = options.spu.port;
  out.advertised_host = options.advertised.host;
  out.advertised_port = options.advertised.port;
  out.durability = options.durability == Durability::fsync ? broker::Durability::fsync
                                                           : broker::Durability::none;
  if (has_tls(options)) {
    out.tls = broker::TlsFiles{.certificate = options.tls_cert, .key = options.tls_key};
    if (!options.tls_client_ca.empty()) out.tls->client_ca = options.tls_client_ca;
  }
  return out;
}

RunningServer running(const ServeOptions& options, const broker::BrokerPorts& ports) {
  using namespace std::chrono;
  return {.pid = ::getpid(),
          .sc = reachable({options.sc.host, ports.sc}),
          .spu = reachable({options.spu.host, ports.spu}),
          .version = std::string(tool_version()),
          .tls = has_tls(options),
          .started = duration_cast<milliseconds>(system_clock::now().time_since_epoch())};
}

// The cluster becomes the current profile, as with the official tool; the others stay. With
// client certificates only the user knows what belongs into a profile.
std::string write_profile(const ServeOptions& options, const std::string& endpoint) {
  if (!options.tls_client_ca.empty()) {
    return "none: the server wants client certificates, see `sluice help profile add`";
  }
  auto file = read_profiles(options.profile);
  const auto before = file.current;
  TlsProfile tls;
  if (has_tls(options)) tls.policy = TlsPolicy::anonymous;
  put_profile(file, {.name = profile_name, .endpoint = endpoint, .tls = tls});
  file.current = profile_name;
  write_profile_file(file);
  std::string line = std::string(profile_name) + " in " + options.profile.string();
  if (!before.empty() && before != profile_name) {
    line += " (`" + before + "` was the current one: `sluice profile use " + before + "`)";
  }
  return line;
}

// Removes the run file however the server ends.
class RunFile {
 public:
  RunFile(std::filesystem::path data, const RunningServer& server) : data_(std::move(data)) {
    write_run_file(data_, server);
  }
  ~RunFile() { remove_run_file(data_); }
  RunFile(const RunFile&) = delete;
  RunFile& operator=(const RunFile&) = delete;

 private:
  std::filesystem::path data_;
};

}  // namespace

void serve(const ServeOptions& options, const Ready& ready) {
  const auto lock = try_lock_server(options.data);
  if (!lock) {
    throw Failure(Errc::already_running, "a server runs on " + options.data.string() + " already");
  }
  const StopSignal stop;
  broker::Broker server(broker_options(options));
  const auto facts = running(options, server.start());
  const RunFile run_file(options.data, facts);
  const auto profile_line = write_profile(options, facts.sc);
  log::info("server", "ready", {{"sc", facts.sc}, {"spu", facts.spu}});
  ready(profile_line);
  stop.wait();
  log::info("server", "stopping");
  server.stop();
  log::info("server", "stopped");
}

}  // namespace sluice::cli
