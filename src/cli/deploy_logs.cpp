// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <cstring>

#include <poll.h>
#include <unistd.h>

#include "cli/deploy_common.hpp"
#include "cli/failure.hpp"
#include "cli/stop_signal.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "deploy/compose_run.hpp"
#include "deploy/rotating_log.hpp"

namespace sluice::cli {
namespace {

struct DeployLogsOptions {
  std::string name;
  bool follow = false;
  std::int64_t lines = 100;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::DeployLogsOptions> {
  using O = sluice::cli::DeployLogsOptions;
  static constexpr auto rows = std::tuple{
      option<&O::name>("name", "Name of the deployment.").required().positional(),
      option<&O::follow>("follow", "Go on with what is written, until Ctrl-C.").short_name('f'),
      option<&O::lines>("lines", "How many of the last lines. -1: all that there are.")
          .short_name('n')
          .at_least(-1),
  };
};

namespace sluice::cli {
namespace {

using deploy::Target;

int follow(deploy::LogReader& log) {
  constexpr int look_every_ms = 50;
  const StopSignal stop;
  while (!stop.requested()) {
    const auto text = log.read();
    if (!text.empty()) {
      print(text);
      continue;
    }
    pollfd asked{.fd = stop.fd(), .events = POLLIN, .revents = 0};
    ::poll(&asked, 1, look_every_ms);
  }
  return 0;
}

// Whose program it is to show and follow: it takes our place.
[[noreturn]] void become(std::vector<std::string> words) {
  std::vector<char*> pointers;
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  ::execvp(pointers.front(), pointers.data());
  throw Failure(Errc::io, "cannot start " + words.front() + ": " + std::strerror(errno));
}

int run_deploy_logs(const DeployLogsOptions& options) {
  const auto store = deploy_store();
  const auto deployment = find_deployment(store, options.name).deployment;
  if (deployment.target == Target::kubernetes) {
    become(deploy::kubectl_logs(deployment, options.follow, options.lines));
  }
  if (deployment.target == Target::compose) {
    std::vector<std::string> words{
        "logs", "--tail", options.lines < 0 ? std::string("all") : std::to_string(options.lines)};
    if (options.follow) words.emplace_back("--follow");
    become(deploy::compose_words(need_compose_program(deployment), deployment, words));
  }
  deploy::LogReader log(store.places(options.name).log, options.lines);
  if (options.follow) return follow(log);
  print(log.read());
  return 0;
}

}  // namespace

const Verb deploy_logs = make_verb<&run_deploy_logs>(
    "deploy logs", "Shows what a deployment's connector wrote.",
    "sluice deploy logs weather\nsluice deploy logs weather -f --lines 10");

}  // namespace sluice::cli
