// SPDX-License-Identifier: Apache-2.0
#include "deploy/prepare.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "catalog/metadata.hpp"
#include "deploy/command.hpp"
#include "deploy/container.hpp"
#include "deploy/files.hpp"

namespace sluice::deploy {
namespace {

constexpr std::size_t file_bytes_max = 1'048'576;

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

class Preparation {
 public:
  Preparation(const Given& given, const launch::Environment& environment)
      : given_(given),
        environment_(environment),
        wanted_{.path = given.file, .secrets = given.secrets},
        file_(launch::read_launch_file(wanted_, environment)) {}

  Prepared run();

 private:
  void problem(Errc code, std::string place, std::string what, std::string help) {
    out_.problems.push_back({code, std::move(place), std::move(what), std::move(help), {}});
  }
  void warn(std::string what, std::string help) {
    out_.warnings.push_back(
        {Errc::invalid_config, given_.file, std::move(what), std::move(help), {}});
  }
  [[nodiscard]] bool is_local() const { return given_.target == Target::local; }
  void take_head();
  void take_secrets();
  void take_program();
  void take_plan(const launch::FoundConnector& found, const catalog::Metadata& metadata);
  void validate(const launch::FoundConnector& found);
  void take_container();

  const Given& given_;
  const launch::Environment& environment_;
  launch::FileWanted wanted_;
  launch::LaunchFile file_;
  Prepared out_;
};

void Preparation::take_head() {
  auto& deployment = out_.applied.deployment;
  const auto& config = file_.config();
  deployment.name = config.name;
  deployment.type = config.type;
  deployment.version = config.version;
  deployment.topic = config.topic.name();
  deployment.direction = config.is_source() ? "source" : "sink";
  deployment.target = given_.target;
  deployment.environment = given_.environment;
  deployment.running = given_.running;
  if (is_local()) {
    deployment.local = given_.local;
  } else {
    deployment.container = given_.container;
  }
  out_.applied.config = read_whole(given_.file, file_bytes_max).value_or("");
  if (!is_local() && !config.environment.empty()) {
    warn("its `secrets` are in the file itself, and so readable for whoever may read that",
         "write `apiVersion: 0.1.0`, name them under `meta.secrets`, and give --secrets FILE");
  }
}

void Preparation::take_secrets() {
  if (given_.secrets) {
    out_.applied.secrets = read_whole(*given_.secrets, file_bytes_max).value_or("");
    return;
  }
  for (const auto& name : file_.config().secret_names) {
    const auto value = environment_(name);
    if (!value) continue;
    if (value->find('\n') != std::string::npos) {
      problem(Errc::invalid_config, "environment " + name,
              "its value has several lines, which a secrets file cannot hold",
              "encode it, as with base64");
    }
    out_.applied.secrets += name + "=" + *value + "\n";
  }
}

void Preparation::take_program() {
  const auto folders = launch::connector_folders(given_.connectors, environment_);
  const auto found = launch::find_connector(file_, folders);
  if (!found) {
    if (is_local()) {
      return problem(found.error().code, given_.file, found.error().message(),
                     "name its folder with --connectors DIR");
    }
    return warn("the options of `" + file_.config().type +
                    "` were not checked: its program is not "
                    "here",
                "name its folder with --connectors DIR");
  }
  const auto metadata = catalog::read_metadata(found->program);
  if (!metadata) {
    return problem(metadata.error().code, found->program.string(), metadata.error().message(),
                   "`" + found->program.string() + " metadata` has to print its metadata");
  }
  take_plan(*found, *metadata);
}

void Preparation::take_plan(const launch::FoundConnector& found,
                            const catalog::Metadata& metadata) {
  auto& deployment = out_.applied.deployment;
  deployment.kit = metadata.is_kit;
  deployment.type = found.name;
  deployment.version = metadata.version;
  deployment.direction = lower(metadata.direction);
  if (is_local()) deployment.local.program = found.program.string();
  auto planned = launch::plan_launch(file_, found, metadata, {.file = wanted_});
  std::ranges::move(planned.problems, std::back_inserter(out_.problems));
  std::ranges::move(planned.warnings, std::back_inserter(out_.warnings));
  if (!is_local()) {
    if (planned.plan.arguments.words != planned.plan.arguments.shown ||
        (!metadata.is_kit && !out_.applied.secrets.empty())) {
      problem(Errc::invalid_config, given_.file,
              "`" + found.name +
                  "` takes its secrets as arguments, which everybody can read in a "
                  "container's description",
              "a connector made with the kit reads them from a file");
    }
    deployment.container.args = std::move(planned.plan.arguments.words);
  }
  if (metadata.is_kit && out_.problems.empty()) validate(found);
}

void Preparation::validate(const launch::FoundConnector& found) {
  std::vector<std::string> words{found.program.string(), "validate", "--config", given_.file};
  if (given_.secrets) words.insert(words.end(), {"--secrets", *given_.secrets});
  const auto end = run_command(words, std::chrono::seconds(20));
  if (end.exit_code == 0) return;
  for (const auto line : split(end.errors, '\n')) {
    if (!trim(line).empty()) problem(Errc::invalid_config, {}, std::string(trim(line)), {});
  }
  if (out_.problems.empty()) {
    problem(Errc::invalid_config, given_.file,
            "`" + joined(words) + "` ended with " + std::to_string(end.exit_code), {});
  }
}

void Preparation::take_container() {
  auto& deployment = out_.applied.deployment;
  auto& container = deployment.container;
  if (container.image.empty()) {
    container.image = default_image(deployment.type, deployment.version);
  }
  if (deployment.kit) {
    const bool lasting = given_.target == Target::compose || !container.state_size.empty();
    container.args = kit_container_args(out_.applied, lasting);
  }
}

Prepared Preparation::run() {
  out_.problems = file_.problems;
  if (file_.file == nullptr || !out_.problems.empty()) return std::move(out_);
  take_head();
  take_secrets();
  take_program();
  if (!is_local()) take_container();
  seal(out_.applied);
  return std::move(out_);
}

}  // namespace

Prepared prepare(const Given& given, const launch::Environment& environment) {
  return Preparation(given, environment).run();
}

launch::LaunchPlan local_plan(const Applied& applied, const std::filesystem::path& config,
                              const std::optional<std::filesystem::path>& secrets,
                              const std::filesystem::path& state) {
  const auto& deployment = applied.deployment;
  const auto optional = [](const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
  };
  launch::LaunchWanted wanted{.file = {.path = config.string()},
                              .cluster = {.cluster = optional(deployment.running.cluster),
                                          .profile_name = optional(deployment.running.profile_name),
                                          .profile_file = optional(deployment.local.profile_file)}};
  if (secrets) wanted.file.secrets = secrets->string();
  if (deployment.kit) {
    wanted.extra = {"--state-dir", state.string(), "--drain-timeout",
                    std::to_string(deployment.running.drain_timeout.count()) + "s"};
  }
  const auto file = launch::read_launch_file(wanted.file, launch::process_environment());
  if (!file.ok()) {
    throw Failure(Errc::invalid_config,
                  file.problems.empty() ? "no configuration" : file.problems.front().text());
  }
  const std::filesystem::path program = deployment.local.program;
  const auto metadata = or_throw(catalog::read_metadata(program));
  auto planned = launch::plan_launch(
      file, {.name = deployment.type, .program = program, .folder = program.parent_path()},
      metadata, wanted);
  if (!planned.problems.empty()) {
    throw Failure(Errc::invalid_config, planned.problems.front().text());
  }
  for (const auto& [name, value] : deployment.environment) planned.plan.environment[name] = value;
  return std::move(planned.plan);
}

}  // namespace sluice::deploy
