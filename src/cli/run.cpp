// SPDX-License-Identifier: Apache-2.0
#include "cli/failure.hpp"
#include "cli/launch_options.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "launch/run_lock.hpp"
#include "launch/supervisor.hpp"

namespace sluice::cli {
namespace {

struct RunOptions {
  std::string file;
  std::vector<std::string> extra;
  LaunchOptions launch;
  bool once = false;
  std::optional<std::uint64_t> restarts_max;
  std::chrono::milliseconds restart_pause{1'000};
  std::chrono::milliseconds restart_pause_max{60'000};
  std::chrono::milliseconds stable{60'000};
  std::chrono::milliseconds stop_timeout{30'000};
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::RunOptions> {
  using O = sluice::cli::RunOptions;
  static constexpr auto rows = std::tuple{
      option<&O::file>("file", "YAML file of a connector.").required().positional(),
      option<&O::extra>("option", "Options for the connector itself, after `--`.")
          .repeatable()
          .positional(),
      option_group<&O::launch>(),
      option<&O::once>("once", "Do not start it again when it fails."),
      option<&O::restarts_max>("restarts-max",
                               "Most restarts in a row before it is given up. Else no limit."),
      option<&O::restart_pause>("restart-pause",
                                "Longest pause before the first restart. It doubles each time.")
          .at_least(std::chrono::milliseconds(1)),
      option<&O::restart_pause_max>("restart-pause-max", "Longest pause before any restart.")
          .at_least(std::chrono::milliseconds(1)),
      option<&O::stable>("restart-reset",
                         "A run that lasts so long makes the next pause short again.")
          .at_least(std::chrono::milliseconds(1)),
      option<&O::stop_timeout>("stop-timeout",
                               "How long it may drain after SIGTERM or SIGINT before it is killed.")
          .at_least(std::chrono::milliseconds(1)),
  };
};

namespace sluice::cli {
namespace {

std::string restarts_text(std::uint64_t count) {
  if (count == 0) return "no restarts";
  return std::to_string(count) + (count == 1 ? " restart" : " restarts");
}

std::string end_text(const launch::SuperviseResult& result) {
  using Why = launch::SuperviseResult::Why;
  const auto how = describe_end(result.last) + ", " + restarts_text(result.restarts);
  switch (result.why) {
    case Why::finished:
      return "finished: " + how;
    case Why::stopped:
      return "stopped: " + how;
    case Why::configuration:
      return "wrong configuration, not restarted: " + how;
    case Why::gave_up:
      return "gave up: " + how;
  }
  return how;
}

launch::SuperviseOptions supervise_options(const RunOptions& options) {
  return {.limits = {.first = options.restart_pause,
                     .most = std::max(options.restart_pause, options.restart_pause_max),
                     .stable = options.stable,
                     .restarts_max = options.restarts_max},
          .once = options.once,
          .drain_timeout = options.stop_timeout};
}

int run_run_connector(const RunOptions& options) {
  auto wanted = wanted_of(options.launch, options.file);
  wanted.launch.extra = options.extra;
  const auto validation = launch::validate_config(wanted, launch::process_environment());
  report_validation(validation);
  if (!validation.ok()) return validation.exit_code();

  const auto& plan = validation.plan;
  const auto lock = launch::RunLock::take(plan.name, options.file);
  if (!lock && lock.error().code == Errc::already_running) {
    throw HintedFailure(lock.error(), "stop that one first, or give this one another `name`");
  }
  if (!lock) throw Failure(lock.error());
  const auto say = [&](const std::string& line) {
    write_stderr("sluice run " + plan.name + ": " + line + "\n");
  };
  auto how = supervise_options(options);
  how.kept_fds = {lock->fd()};
  const auto result = launch::supervise(plan, how, {.say = say, .started = {}, .ended = {}});
  say(end_text(result));
  return result.exit_code();
}

}  // namespace

const Verb run_connector = make_verb<&run_run_connector>(
    "run",
    "Runs the connector of a YAML file, and starts it again when it fails. The first SIGTERM or "
    "SIGINT lets it drain, the second kills it.",
    "sluice run weather.yaml --secrets weather.env\n"
    "sluice run weather.yaml --restarts-max 5\n"
    "sluice run weather.yaml --once -- --metrics-listen 127.0.0.1:8080");

}  // namespace sluice::cli
