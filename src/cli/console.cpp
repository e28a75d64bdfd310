// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <latch>
#include <optional>
#include <string>
#include <vector>

#include "cli/console_site.hpp"
#include "cli/control_client.hpp"
#include "cli/failure.hpp"
#include "cli/stop_signal.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct ConsoleOptions {
  std::string listen = "127.0.0.1:0";
  bool allow_remote = false;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::ConsoleOptions> {
  using O = sluice::cli::ConsoleOptions;
  static constexpr auto rows = std::tuple{
      option<&O::listen>("listen", "Address that serves the page; port 0 takes a free one.")
          .value_name("HOST:PORT"),
      option<&O::allow_remote>("allow-remote",
                               "Take an address that other machines can reach. The token then "
                               "travels unencrypted: only behind something that encrypts."),
  };
};

namespace sluice::cli {
namespace {

// Two looks and a pause of a connector that does not answer are within the page's patience.
constexpr std::chrono::milliseconds look_timeout{1'000};

// How a browser on this machine may name it.
std::vector<std::string> hosts_of(const std::string& address) {
  const auto port = address.substr(address.rfind(':'));
  return {address, "localhost" + port, "127.0.0.1" + port, "[::1]" + port};
}

nlohmann::ordered_json set_paused(const std::string& name, bool paused) {
  const ControlClient client(running_connector(name).socket);
  if (paused) {
    client.pause();
  } else {
    client.resume();
  }
  return client.status();
}

int run_console(const ConsoleOptions& options) {
  if (!options.allow_remote && !connector::is_loopback(options.listen)) {
    throw HintedFailure(Errc::usage,
                        "--listen " + options.listen + ": other machines could reach this address",
                        "choose 127.0.0.1 or [::1], or add --allow-remote");
  }
  const StopSignal stop;
  const auto token = make_token();
  const auto files = web::console_page();
  std::optional<ConsoleSite> site;
  std::latch ready(1);  // the site knows its own address
  connector::HttpServer server;
  // It blocks the server while a connector does not answer, so that must be short.
  const auto address = server.listen(options.listen, [&](const connector::HttpRequest& request) {
    ready.wait();
    return site->reply(request);
  });
  site.emplace(token, options.allow_remote ? std::vector<std::string>() : hosts_of(address), files,
               ConsoleSite::Backend{.list = [] { return local_connectors(look_timeout); },
                                    .set_paused = &set_paused});
  ready.count_down();
  print("http://" + address + "/#token=" + token + "\n");
  write_stderr("Open this address in a browser. Ctrl-C ends it.\n");
  stop.wait();
  return 0;
}

}  // namespace

const Verb console = make_verb<&run_console>(
    "console",
    "Serves a page on this machine with its running connectors: state, rates and lag live, errors, "
    "pause and resume. Prints its address, with a token that the page needs.",
    "sluice console\n"
    "sluice console --listen 127.0.0.1:9011");

}  // namespace sluice::cli
