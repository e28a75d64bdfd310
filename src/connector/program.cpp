// SPDX-License-Identifier: Apache-2.0
// From the command line to the exit code.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include <unistd.h>

#include "base/log.hpp"
#include "base/runtime_folder.hpp"
#include "connector/check.hpp"
#include "connector/client_cluster.hpp"
#include "connector/documents.hpp"
#include "connector/http_server.hpp"
#include "connector/job.hpp"
#include "connector/pages.hpp"
#include "connector/signals.hpp"
#include "connector/status_line.hpp"
#include "connector/supervisor.hpp"
#include "sluice/connector/run.hpp"

namespace sluice::connector {
namespace {

// In the metadata: tools know by it that the words below are understood.
constexpr std::string_view kit_mark = "sluice-kit 1";

// 0 is "try once" for a run; a check must have the time to hear an answer.
constexpr std::chrono::milliseconds check_time_min{100};

enum class Word : std::uint8_t { run, metadata, validate, check };

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
  ErrorOptions errors;
  typename KitOptions<Contract>::Type options;
};

ProgramInfo program_info(const ConnectorInfo& info) {
  return {.name = std::string(info.name),
          .direction = std::string(info.direction),
          .version = std::string(info.version),
          .description = std::string(info.description),
          .title = {},
          .section = std::string(info.section),
          .comment = std::string(kit_mark)};
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

Connect connect_with(const CommonOptions& common, ClientOptions options = {}) {
  options.client_id = "fluvio_connector_" + common.name;
  return [common, options] {
    ClusterProfile profile;
    if (common.cluster) {
      profile.endpoint = *common.cluster;
    } else {
      profile = load_profile({}, common.profile);
    }
    return connect_cluster(profile, options);
  };
}

Identity identity(const ConnectorInfo& info, const CommonOptions& common) {
  return {.connector = std::string(info.name),
          .version = std::string(info.version),
          .direction = std::string(info.direction),
          .name = common.name,
          .topic = common.topic,
          .pid = ::getpid()};
}

void start_line(const ConnectorInfo& info, const CommonOptions& common) {
  log::info("connector", "starting",
            {{"connector", std::string(info.name)},
             {"version", std::string(info.version)},
             {"direction", std::string(info.direction)},
             {"name", common.name},
             {"topic", common.topic}});
}

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
void check_smartmodules(const SmartModuleOptions& options, const ConnectorInfo& info) {
  if (options.aggregate_initial_value == use_last && info.direction != "source") {
    throw Failure(Errc::usage,
                  "--aggregate-initial-value use-last is for sources: it is the last record of the "
                  "topic that is written");
  }
}

// What the options for errors say about others.
void check_errors(const ErrorOptions& options, const CommonOptions& common) {
  if (options.dead_letters.topic == common.topic) {
    throw Failure(Errc::usage, "--dead-letter-topic: `" + common.topic +
                                   "` is the topic of the records themselves; name another");
  }
}

// All that can be wrong without contacting anything.
template <typename Contract>
void check_input(const ConnectorInfo& info, KitInput<Contract>& kit,
                 const ConnectorConfig& config) {
  auto& [common, smartmodules, errors, options] = kit;
  check_options(common, options);
  check_smartmodules(smartmodules, info);
  check_errors(errors, common);
  if (common.metrics_listen) check_listen_address(*common.metrics_listen);
  for (const auto& [name, value] : config.environment) {
    ::setenv(name.c_str(), value.reveal().c_str(), 1);
  }
  or_throw(log::configure(
      {.filter = common.log,
       .format = common.log_format == LogFormat::json ? log::Format::json : log::Format::text}));
  if (common.name.empty()) common.name = default_instance_name(info.name, common.topic);
}

// The socket of this instance, where it can be had: a connector runs without one, too.
std::optional<ControlSocket> take_control_socket(const CommonOptions& common) {
  if (common.control == Control::off) return std::nullopt;
  const auto without = [&](const std::string& reason) {
    log::warn("connector", "runs without a control socket: `sluice top` does not see it",
              {{"reason", reason}});
    return std::nullopt;
  };
  const auto folder = runtime_folders().front();
  if (const auto made = make_runtime_folder(folder); !made) return without(made.error().context);
  auto socket = ControlSocket::listen(control_socket(folder, common.name));
  if (!socket) return without(socket.error().context);
  if (!*socket) return without("another connector with the name `" + common.name + "` has it");
  log::debug("connector", "serving control", {{"socket", (*socket)->path().string()}});
  return std::move(*socket);
}

void serve_pages(HttpServer& server, const Pages& pages, const CommonOptions& common,
                 const std::optional<ControlSocket>& control) {
  if (common.metrics_listen) {
    const auto address = server.listen(
        *common.metrics_listen, [&](const HttpRequest& request) { return pages.reply(request); });
    log::info("connector", "serving metrics and health", {{"address", address}});
  }
  if (control) {
    server.listen(control->duplicate(),
                  [&](const HttpRequest& request) { return pages.control_reply(request); });
  }
}

template <typename Contract>
int run_parsed(const ConnectorInfo& info, const detail::Program<Contract>& program,
               KitInput<Contract>& kit, const ConnectorConfig& config) {
  auto& [common, smartmodules, errors, options] = kit;
  Signals signals;
  start_line(info, common);
  const Clock clock;
  Stats stats(clock);
  Tap tap;
  const auto who = identity(info, common);
  typename KitOptions<Contract>::JobType job({.common = common,
                                              .topic = topic_config(config.topic),
                                              .smartmodules = std::move(smartmodules),
                                              .errors = std::move(errors),
                                              .who = who,
                                              .tap = &tap},
                                             std::move(options), program.make(),
                                             connect_with(common), clock, stats);
  const Pages pages(who, stats, clock, tap, [&](bool paused) {
    log::info("connector", paused ? "told to pause" : "told to go on");
    job.set_paused(paused);
  });
  const auto control = take_control_socket(common);
  HttpServer server;
  serve_pages(server, pages, common, control);
  return run_job(job, stats, clock, common, signals);
}

template <typename Contract>
void validate_parsed(const detail::Program<Contract>& program, const KitInput<Contract>& kit,
                     const ConnectorConfig& config) {
  static_cast<void>(topic_config(config.topic));
  for (const auto& step : transform_steps(kit.smartmodules)) check_params(step);
  static_cast<void>(program.make());
}

// Where a sink's offsets are kept in the cluster; empty: they are not.
std::string consumer_id(const SinkOptions& options, const std::string& name) {
  return consumer_options(options, name).consumer_id;
}
std::string consumer_id(const SourceOptions&, const std::string&) {
  return {};
}

template <typename Contract>
int check_parsed(const ConnectorInfo& info, const detail::Program<Contract>& program,
                 const KitInput<Contract>& kit, const ConnectorConfig& config) {
  const auto& common = kit.common;
  // Only the lines of JSON are wanted, unless somebody asks.
  if (common.log == CommonOptions().log) or_throw(log::configure({.filter = "warn"}));
  const auto who = identity(info, common);
  const JobSettings settings{.common = common,
                             .topic = topic_config(config.topic),
                             .smartmodules = kit.smartmodules,
                             .errors = kit.errors,
                             .who = who};
  ClientOptions limits;
  limits.connect_timeout = limits.request_timeout =
      std::max(common.connect_timeout, check_time_min);
  const auto cluster =
      check_cluster(settings, connect_with(common, limits), consumer_id(kit.options, common.name));
  print(check_json(cluster));
  const std::shared_ptr<Contract> connector = program.make();
  const auto outside = check_outside(who, common.connect_timeout,
                                     [connector](CheckContext& c) { connector->check(c); });
  print(check_json(outside));
  const auto& problem = cluster.problem ? cluster.problem : outside.problem;
  const int code = problem ? describe(problem->code).exit_code : 0;
  if (outside.is_stuck) std::_Exit(code);
  return code;
}

// Takes the first word off, and the `--` before it.
Word take_word(std::vector<std::string>& words) {
  const auto drop = [&] { words.erase(words.begin()); };
  if (!words.empty() && words.front() == "--") drop();
  const auto word = words.empty() ? std::string() : words.front();
  for (const auto& [name, meaning] :
       {std::pair{"metadata", Word::metadata}, std::pair{"validate", Word::validate},
        std::pair{"check", Word::check}}) {
    if (word != name) continue;
    drop();
    return meaning;
  }
  return Word::run;
}

// The exit code when there is nothing to do but to tell.
std::optional<int> answer(const ProgramInfo& about, const OptionSet& set,
                          const ParseOutcome& outcome) {
  for (const auto& warning : outcome.warnings) {
    std::fprintf(stderr, "%s\n", warning.text().c_str());
  }
  if (!outcome.ok()) {
    std::fprintf(stderr, "%s\nFor more, try --help.\n", outcome.report().c_str());
    return describe(outcome.problems.front().code).exit_code;
  }
  if (outcome.wants == ParseOutcome::Wants::run) return std::nullopt;
  print(outcome.wants == ParseOutcome::Wants::help ? help_text(about, set) : version_text(about));
  return 0;
}

template <typename Contract>
int run_program(const ConnectorInfo& info, const detail::Program<Contract>& program, int argc,
                char** argv) {
  KitInput<Contract> kit;
  OptionSet set;
  program.bind(set);
  set.bind(kit.smartmodules, {.heading = "SmartModules"});
  set.bind(kit.errors, {.heading = "Errors"});
  set.bind(kit.options.flow, {.heading = "Rate and batches"});
  const BindHow hidden{.heading = "Connector", .in_section = false, .in_schema = false};
  set.bind(kit.common, hidden).bind(kit.options, hidden);

  const auto about = program_info(info);
  auto input = program_input(argc, argv);
  const auto word = take_word(input.words);
  if (word == Word::metadata) {
    print(metadata_json(about, set) + "\n");
    return 0;
  }
  if (const auto text = document(input.words, about, set)) {
    print(*text);
    return 0;
  }
  input.section = info.section;
  input.direction = info.direction;
  const auto outcome = parse_options(set, input);
  if (const auto code = answer(about, set, outcome)) return *code;
  check_input(info, kit, outcome.config);
  if (word == Word::check) return check_parsed(info, program, kit, outcome.config);
  if (word == Word::run) return run_parsed(info, program, kit, outcome.config);
  validate_parsed(program, kit, outcome.config);
  return 0;
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
