// SPDX-License-Identifier: Apache-2.0
#include "deploy/compose.hpp"

#include <nlohmann/json.hpp>

#include "base/name_stem.hpp"
#include "deploy/container.hpp"
#include "deploy/kubernetes.hpp"
#include "deploy/yaml_text.hpp"

namespace sluice::deploy {
namespace {

using Json = nlohmann::ordered_json;

// Compose fills in variables wherever it finds a `$`.
std::string literal(const std::string& text) {
  std::string out;
  for (const char c : text) {
    out += c;
    if (c == '$') out += '$';
  }
  return out;
}

Json literals(const std::vector<std::string>& texts) {
  auto out = Json::array();
  for (const auto& text : texts) out.push_back(literal(text));
  return out;
}

Json bind_mount(const std::string& source, std::string_view target, bool read_only) {
  Json out{{"type", "bind"}, {"source", literal(source)}, {"target", target}};
  if (read_only) out["read_only"] = true;
  return out;
}

Json labels(const Deployment& deployment) {
  return {{"sluice.name", literal(deployment.name)},
          {"sluice.type", literal(deployment.type)},
          {"sluice.topic", literal(deployment.topic)},
          {"sluice.config-sha256", deployment.config_sha256}};
}

Json mounts(const Deployment& deployment, const std::string& service) {
  auto out = Json::array({bind_mount("./" + service + "/state", state_path, false)});
  if (!deployment.container.profile_file.empty()) {
    out.push_back(bind_mount(deployment.container.profile_file, profile_path, true));
  }
  return out;
}

// The connectors speak to each other through the cluster only; a network of their own lets them
// reach it by name when it is a service of the same project.
Json service_of(const Applied& applied, const ComposeUser& user) {
  const auto& deployment = applied.deployment;
  const auto service = compose_service(deployment.name);
  Json out{{"image", literal(deployment.container.image)},
           {"command", literals(deployment.container.args)},
           {"user", std::to_string(user.id) + ":" + std::to_string(user.group)},
           {"restart", "on-failure"},
           {"stop_grace_period", std::to_string(stop_grace(deployment.running).count()) + "s"},
           {"read_only", true},
           {"cap_drop", {"ALL"}},
           {"security_opt", {"no-new-privileges:true"}},
           {"tmpfs", {"/tmp:size=64m,mode=1777"}},
           {"labels", labels(deployment)}};
  if (!deployment.environment.empty()) {
    for (const auto& [key, value] : deployment.environment) {
      out["environment"][key] = literal(value);
    }
  }
  out["configs"] = Json::array({{{"source", service + "-config"}, {"target", config_path}}});
  if (!applied.secrets.empty()) {
    out["secrets"] = Json::array({{{"source", service + "-secrets"}, {"target", secrets_path}}});
  }
  out["volumes"] = mounts(deployment, service);
  out["networks"] = {"sluice"};
  return out;
}

}  // namespace

std::string compose_yaml(std::span<const Applied> all, const ComposeUser& user) {
  Json project{{"name", "sluice"}, {"services", Json::object()}, {"configs", Json::object()}};
  auto secrets = Json::object();
  for (const auto& applied : all) {
    const auto service = compose_service(applied.deployment.name);
    project["services"][service] = service_of(applied, user);
    project["configs"][service + "-config"] = {{"file", "./" + service + "/config.yaml"}};
    if (!applied.secrets.empty()) {
      secrets[service + "-secrets"] = {{"file", "./" + service + "/secrets"}};
    }
  }
  if (!secrets.empty()) project["secrets"] = secrets;
  project["networks"] = {{"sluice", Json::object()}};
  return "# Written by `sluice deploy apply`, which replaces it as a whole.\n" + yaml_text(project);
}

std::vector<ComposeFile> compose_files(const Applied& applied) {
  const auto folder = compose_service(applied.deployment.name) + "/";
  std::vector<ComposeFile> out{{folder + "config.yaml", applied.config}};
  if (!applied.secrets.empty()) out.push_back({folder + "secrets", applied.secrets, true});
  return out;
}

// A valid name of a service, too.
std::string compose_service(const std::string& name) {
  return kubernetes_name(name);
}

}  // namespace sluice::deploy
