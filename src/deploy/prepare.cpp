// SPDX-License-Identifier: Apache-2.0
#include "deploy/prepare.hpp"

#include <algorithm>

#include "catalog/metadata.hpp"
#include "deploy/container.hpp"
#include "deploy/files.hpp"
#include "launch/validate_config.hpp"

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
      : given_(given), environment_(environment) {}

  Prepared run();

 private:
  void problem(std::string place, std::string what, std::string help) {
    out_.problems.push_back(
        {Errc::invalid_config, std::move(place), std::move(what), std::move(help), {}});
  }
  void warn(std::string what, std::string help) {
    out_.warnings.push_back(
        {Errc::invalid_config, given_.file, std::move(what), std::move(help), {}});
  }
  // It has been read once; a pipe has nothing for the second time.
  std::string read_again(const std::string& file, const std::string& what) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(file, ignored)) {
      return read_whole(file, file_bytes_max).value_or("");
    }
    problem(file, what + " cannot be taken from a pipe",
            "write it to a file that only you can read");
    return {};
  }
  [[nodiscard]] bool is_local() const { return given_.target == Target::local; }
  [[nodiscard]] launch::Validation validate();
  void take_head(const launch::LaunchFile& file);
  void take_secrets(const launch::LaunchFile& file);
  void take_program(const launch::Validation& validation);
  void take_container();

  const Given& given_;
  const launch::Environment& environment_;
  Prepared out_;
};

// For containers the program need not be here; then only the head of the file can be checked.
launch::Validation Preparation::validate() {
  launch::ValidateWanted wanted{
      .launch = {.file = {.path = given_.file, .secrets = given_.secrets}},
      .folders = launch::connector_folders(given_.connectors, environment_)};
  auto out = launch::validate_config(wanted, environment_);
  if (is_local() || out.connector || out.file.file == nullptr) return out;
  wanted.head_only = true;
  out = launch::validate_config(wanted, environment_);
  if (!out.ok()) return out;
  warn("the options of `" + out.file.config().type + "` were not checked: its program is not here",
       "name its folder with --connectors DIR");
  return out;
}

void Preparation::take_head(const launch::LaunchFile& file) {
  auto& deployment = out_.applied.deployment;
  const auto& config = file.config();
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
  out_.applied.config = read_again(given_.file, "the configuration");
  if (!is_local() && !config.environment.empty()) {
    warn("its `secrets` are in the file itself, and so readable for whoever may read that",
         "write `apiVersion: 0.1.0`, name them under `meta.secrets`, and give --secrets FILE");
  }
}

void Preparation::take_secrets(const launch::LaunchFile& file) {
  if (given_.secrets) {
    out_.applied.secrets = read_again(*given_.secrets, "the secrets");
    return;
  }
  for (const auto& name : file.config().secret_names) {
    const auto value = environment_(name);
    if (!value) continue;
    if (value->find('\n') != std::string::npos) {
      problem("environment " + name,
              "its value has several lines, which a secrets file cannot hold",
              "encode it, as with base64");
    }
    out_.applied.secrets += name + "=" + *value + "\n";
  }
}

void Preparation::take_program(const launch::Validation& validation) {
  if (!validation.connector || !validation.metadata) return;
  auto& deployment = out_.applied.deployment;
  const auto& metadata = *validation.metadata;
  const auto& arguments = validation.plan.arguments;
  deployment.kit = metadata.is_kit;
  deployment.type = validation.connector->name;
  deployment.version = metadata.version;
  deployment.direction = lower(metadata.direction);
  if (is_local()) {
    deployment.local.program = validation.connector->program.string();
    return;
  }
  if (metadata.is_kit) return;
  if (arguments.words != arguments.shown || !out_.applied.secrets.empty()) {
    problem(given_.file,
            "`" + deployment.type +
                "` takes its secrets as arguments, which everybody can read in "
                "a container's description",
            "a connector made with the kit reads them from a file");
  }
  deployment.container.args = arguments.words;
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
  auto validation = validate();
  out_.problems = std::move(validation.problems);
  std::ranges::move(validation.warnings, std::back_inserter(out_.warnings));
  if (validation.file.file == nullptr || !out_.problems.empty()) return std::move(out_);
  take_head(validation.file);
  take_secrets(validation.file);
  take_program(validation);
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
