// SPDX-License-Identifier: Apache-2.0
// From the command line to the exit code.

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "base/log.hpp"
#include "connector/client_cluster.hpp"
#include "connector/documents.hpp"
#include "connector/health.hpp"
#include "connector/http_server.hpp"
#include "connector/job.hpp"
#include "connector/signals.hpp"
#include "connector/status_line.hpp"
#include "connector/supervisor.hpp"
#include "sluice/connector/run.hpp"

namespace sluice::connector {
namespace {

template <typename Contract>
struct KitOptions;
template <>
struct KitOptions<Source> {
  using Type = SourceOptions;
  using JobType = SourceJob;
};
template <>
struct KitOptions<Sink> {
  using Type = SinkOptions;
  using JobType = SinkJob;
};

// The options that every connector of a direction has.
template <typename Contract>
struct KitInput {
  CommonOptions common;
  SmartModuleOptions smartmodules;
  typename KitOptions<Contract>::Type options;
};

ProgramInfo program_info(const ConnectorInfo& info) {
  return {.name = std::string(info.name),
          .direction = std::string(info.direction),
          .version = std::string(info.version),
          .description = std::string(info.description),
          .title = {},
          .section = std::string(info.section)};
}

int report(const Error& error, std::string_view name) {
  std::fprintf(stderr, "%.*s: %s (%s)\n", static_cast<int>(name.size()), name.data(),
               error.message().c_str(), std::string(describe(error.code).name).c_str());
  return describe(error.code).exit_code;
}

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

Connect connect_with(const CommonOptions& common) {
  return [common] {
    ClusterProfile profile;
    if (common.cluster) {
      profile.endpoint = *common.cluster;
    } else {
      profile = load_profile({}, common.profile);
    }
    ClientOptions options;
    options.client_id = "fluvio_connector_" + common.name;
    return connect_cluster(profile, options);
  };
}

Identity identity(const ConnectorInfo& info, const CommonOptions& common) {
  return {.connector = std::string(info.name),
          .version = std::string(info.version),
          .direction = std::string(info.direction),
          .name = common.name,
          .topic = common.topic};
}

void start_line(const ConnectorInfo& info, const CommonOptions& common) {
  log::info("connector", "starting",
            {{"connector", std::string(info.name)},
             {"version", std::string(info.version)},
             {"direction", std::string(info.direction)},
             {"name", common.name},
             {"topic", common.topic}});
}

// Whatever asks over HTTP gets one snapshot.
class HealthPages {
 public:
  HealthPages(Identity who, const Stats& stats, const Clock& clock)
      : who_(std::move(who)), stats_(stats), clock_(clock) {}

  [[nodiscard]] HttpReply reply(std::string_view path) const {
    const auto now = stats_.snapshot();
    const auto ready = readiness(now, clock_.now(), progress_timeout);
    if (path == "/livez") return {.body = "ok\n"};
    if (path == "/readyz") {
      return {
          .status = ready.ready ? 200U : 503U, .content_type = json, .body = readiness_json(ready)};
    }
    if (path == "/status") return {.content_type = json, .body = status_json(who_, now, ready)};
    if (path == "/metrics") {
      return {.content_type = "text/plain; version=0.0.4; charset=utf-8",
              .body = metrics_text(who_, now, ready, clock_.wall())};
    }
    return {.status = 404, .body = "there are /metrics, /livez, /readyz and /status\n"};
  }

 private:
  static constexpr auto json = "application/json";
  static constexpr std::chrono::seconds progress_timeout{30};
  Identity who_;
  const Stats& stats_;
  const Clock& clock_;
};

void log_end(const RunEnd& end, const CommonOptions& common) {
  if (end.failure) {
    log::error("connector", "stopped",
               {{"error", end.failure->message()},
                {"code", std::string(describe(end.failure->code).name)}});
  }
  if (end.unfinished > 0) {
    log::error("connector", "records were read and could not be finished in time",
               {{"unfinished", std::to_string(end.unfinished)},
                {"drain_timeout", std::to_string(common.drain_timeout.count()) + "ms"}});
  } else if (end.cut_short) {
    log::error("connector", "not all was stored and closed in time; a restart may do it again",
               {{"drain_timeout", std::to_string(common.drain_timeout.count()) + "ms"}});
  }
}

int run_job(Job& job, Stats& stats, const Clock& clock, const CommonOptions& common,
            Signals& signals) {
  StatusLine status(stats, clock);
  const auto end = supervise(job, stats,
                             {.drain_timeout = common.drain_timeout,
                              .signal_fd = signals.fd(),
                              .take_signal = [&] { return signals.take(); },
                              .status = [&] { status.write(); }});
  log_end(end, common);
  status.write();
  // A thread that is stuck in somebody's library cannot be ended any other way.
  if (end.thread_is_stuck) std::_Exit(end.exit_code());
  return end.exit_code();
}

void check_options(const CommonOptions& common, const SourceOptions& source) {
  if (source.checkpoint == CheckpointPlace::file && !common.state_dir) {
    throw Failure(Errc::usage, "--checkpoint file needs --state-dir DIR");
  }
}
void check_options(const CommonOptions&, const SinkOptions&) {}

// What the options of SmartModules say about others.
void check_smartmodules(const SmartModuleOptions& options, const CommonOptions& common,
                        const ConnectorInfo& info) {
  if (options.aggregate_initial_value == use_last && info.direction != "source") {
    throw Failure(Errc::usage,
                  "--aggregate-initial-value use-last is for sources: it is the last record of the "
                  "topic that is written");
  }
  if (options.dead_letters.topic == common.topic) {
    throw Failure(Errc::usage, "--dead-letter-topic: `" + common.topic +
                                   "` is the topic of the records themselves; name another");
  }
}

template <typename Contract>
int run_parsed(const ConnectorInfo& info, const detail::Program<Contract>& program,
               KitInput<Contract>& kit, const ConnectorConfig& config) {
  auto& [common, smartmodules, options] = kit;
  check_options(common, options);
  check_smartmodules(smartmodules, common, info);
  for (const auto& [name, value] : config.environment) {
    ::setenv(name.c_str(), value.reveal().c_str(), 1);
  }
  or_throw(log::configure(
      {.filter = common.log,
       .format = common.log_format == LogFormat::json ? log::Format::json : log::Format::text}));
  if (common.name.empty()) common.name = default_instance_name(info.name, common.topic);
  Signals signals;
  start_line(info, common);
  const Clock clock;
  Stats stats(clock);
  const auto who = identity(info, common);
  const HealthPages pages(who, stats, clock);
  std::optional<HttpServer> server;
  if (common.metrics_listen) {
    server.emplace(*common.metrics_listen,
                   [&](std::string_view path) { return pages.reply(path); });
    log::info("connector", "serving metrics and health", {{"address", server->address()}});
  }
  typename KitOptions<Contract>::JobType job({.common = common,
                                              .topic = topic_config(config.topic),
                                              .smartmodules = std::move(smartmodules),
                                              .who = who},
                                             std::move(options), program.make(),
                                             connect_with(common), clock, stats);
  return run_job(job, stats, clock, common, signals);
}

template <typename Contract>
int run_program(const ConnectorInfo& info, const detail::Program<Contract>& program, int argc,
                char** argv) {
  KitInput<Contract> kit;
  OptionSet set;
  program.bind(set);
  set.bind(kit.smartmodules, {.heading = "SmartModules"});
  const BindHow hidden{.heading = "Connector", .in_section = false, .in_schema = false};
  set.bind(kit.common, hidden).bind(kit.options, hidden);

  const auto about = program_info(info);
  if (argc > 1 && std::string_view(argv[1]) == "metadata") {
    print(metadata_json(about, set) + "\n");
    return 0;
  }
  auto input = program_input(argc, argv);
  if (const auto text = document(input.words, about, set)) {
    print(*text);
    return 0;
  }
  input.section = info.section;
  input.direction = info.direction;
  const auto outcome = parse_options(set, input);
  for (const auto& warning : outcome.warnings) {
    std::fprintf(stderr, "%s\n", warning.text().c_str());
  }
  if (!outcome.ok()) {
    std::fprintf(stderr, "%s\nFor more, try --help.\n", outcome.report().c_str());
    return describe(outcome.problems.front().code).exit_code;
  }
  if (outcome.wants == ParseOutcome::Wants::help) {
    print(help_text(about, set));
    return 0;
  }
  if (outcome.wants == ParseOutcome::Wants::version) {
    print(version_text(about));
    return 0;
  }
  return run_parsed(info, program, kit, outcome.config);
}

template <typename Contract>
int run_and_report(const ConnectorInfo& info, const detail::Program<Contract>& program, int argc,
                   char** argv) {
  try {
    return run_program(info, program, argc, argv);
  } catch (const Failure& failure) {
    return report(failure.error(), info.name);
  } catch (const std::exception& problem) {
    return report({Errc::internal, problem.what(), {}}, info.name);
  }
}

}  // namespace
}  // namespace sluice::connector

namespace sluice::detail {

int run(const ConnectorInfo& info, const Program<Source>& program, int argc, char** argv) {
  return connector::run_and_report(info, program, argc, argv);
}

int run(const ConnectorInfo& info, const Program<Sink>& program, int argc, char** argv) {
  return connector::run_and_report(info, program, argc, argv);
}

}  // namespace sluice::detail
