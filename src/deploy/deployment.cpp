// SPDX-License-Identifier: Apache-2.0
#include "deploy/deployment.hpp"

#include <nlohmann/json.hpp>

#include "base/digest.hpp"
#include "base/text.hpp"

namespace sluice::deploy {
namespace {

using Json = nlohmann::ordered_json;

// Raised when what is written can no longer be read by the program before.
constexpr int format = 1;

Json container_json(const ContainerPlace& place) {
  return {{"image", place.image},
          {"args", place.args},
          {"file", place.file},
          {"profile_file", place.profile_file},
          {"context", place.context},
          {"namespace", place.name_space},
          {"profile_map", place.profile_map},
          {"state_size", place.state_size},
          {"cpu", place.cpu},
          {"memory", place.memory},
          {"pull", place.pull}};
}

ContainerPlace container_of(const Json& json) {
  return {.image = json.at("image"),
          .args = json.at("args"),
          .file = json.at("file"),
          .profile_file = json.at("profile_file"),
          .context = json.at("context"),
          .name_space = json.at("namespace"),
          .profile_map = json.at("profile_map"),
          .state_size = json.at("state_size"),
          .cpu = json.at("cpu"),
          .memory = json.at("memory"),
          .pull = json.at("pull")};
}

Json local_json(const LocalPlace& place) {
  return {{"program", place.program},
          {"unit", place.unit},
          {"profile_file", place.profile_file},
          {"folder", place.folder}};
}

LocalPlace local_of(const Json& json) {
  return {.program = json.at("program"),
          .unit = json.at("unit"),
          .profile_file = json.at("profile_file"),
          .folder = json.value("folder", "")};  // the first ones were written without
}

Running running_of(const Json& json) {
  return {.drain_timeout = std::chrono::seconds(json.at("drain_seconds").get<std::int64_t>()),
          .cluster = json.at("cluster"),
          .profile_name = json.at("profile")};
}

template <typename Enum>
Enum enum_of(const Json& json, std::initializer_list<Enum> values) {
  const auto text = json.get<std::string>();
  for (const auto value : values) {
    if (name_of(value) == text) return value;
  }
  throw Failure(Errc::data_corrupt, "`" + text + "` is not known here");
}

Deployment deployment_of(const Json& json) {
  Deployment out{.name = json.at("name"),
                 .type = json.at("type"),
                 .version = json.at("version"),
                 .topic = json.at("topic"),
                 .direction = json.at("direction"),
                 .kit = json.at("kit"),
                 .generation = json.at("generation"),
                 .config_sha256 = json.at("config_sha256"),
                 .secrets_sha256 = json.at("secrets_sha256"),
                 .environment = json.at("environment"),
                 .running = running_of(json.at("running"))};
  out.target = enum_of(json.at("target"), {Target::local, Target::compose, Target::kubernetes});
  out.desired = enum_of(json.at("desired"), {Desired::running, Desired::paused, Desired::stopped});
  if (out.target == Target::local) {
    out.local = local_of(json.at("local"));
  } else {
    out.container = container_of(json.at("container"));
  }
  return out;
}

}  // namespace

std::string_view name_of(Target target) {
  switch (target) {
    case Target::local:
      return "local";
    case Target::compose:
      return "compose";
    case Target::kubernetes:
      break;
  }
  return "kubernetes";
}

std::string_view name_of(Desired desired) {
  switch (desired) {
    case Desired::running:
      return "running";
    case Desired::paused:
      return "paused";
    case Desired::stopped:
      break;
  }
  return "stopped";
}

void seal(Applied& applied) {
  applied.deployment.config_sha256 = sha256_hex(applied.config);
  applied.deployment.secrets_sha256 =
      applied.secrets.empty() ? std::string() : sha256_hex(applied.secrets);
}

std::string hidden_secrets(std::string_view secrets) {
  std::string out;
  for (const auto line : split(secrets, '\n')) {
    const auto equals = line.find('=');
    if (equals != std::string_view::npos) out.append(line.substr(0, equals)).append("=***\n");
  }
  return out;
}

std::string deployment_json(const Deployment& deployment) {
  Json json{{"format", format},
            {"name", deployment.name},
            {"type", deployment.type},
            {"version", deployment.version},
            {"topic", deployment.topic},
            {"direction", deployment.direction},
            {"kit", deployment.kit},
            {"target", name_of(deployment.target)},
            {"desired", name_of(deployment.desired)},
            {"generation", deployment.generation},
            {"config_sha256", deployment.config_sha256},
            {"secrets_sha256", deployment.secrets_sha256},
            {"environment", deployment.environment},
            {"running",
             {{"drain_seconds", deployment.running.drain_timeout.count()},
              {"cluster", deployment.running.cluster},
              {"profile", deployment.running.profile_name}}}};
  if (deployment.target == Target::local) {
    json["local"] = local_json(deployment.local);
  } else {
    json["container"] = container_json(deployment.container);
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<Deployment> parse_deployment(std::string_view text) {
  try {
    const auto json = Json::parse(text);
    const auto written = json.at("format").get<int>();
    if (written > format) {
      return fail(Errc::unsupported, "it has format " + std::to_string(written) +
                                         ", and this program knows up to " +
                                         std::to_string(format) + ": a newer sluice wrote it");
    }
    return deployment_of(json);
  } catch (const Json::exception& wrong) {
    return fail(Errc::data_corrupt, wrong.what());
  } catch (const Failure& wrong) {
    return tl::unexpected(wrong.error());
  }
}

}  // namespace sluice::deploy
