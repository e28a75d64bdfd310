// SPDX-License-Identifier: Apache-2.0
#include "deploy/kubernetes.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/name_stem.hpp"
#include "deploy/container.hpp"
#include "sluice/base64.hpp"

namespace sluice::deploy {
namespace {

using Json = nlohmann::ordered_json;

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

class Manifests {
 public:
  explicit Manifests(const Applied& applied)
      : applied_(applied),
        deployment_(applied.deployment),
        place_(applied.deployment.container),
        name_(kubernetes_name(applied.deployment.name)) {}

  [[nodiscard]] Json config_map() const {
    return {{"apiVersion", "v1"},
            {"kind", "ConfigMap"},
            {"metadata", metadata("-config")},
            {"data", {{"config.yaml", applied_.config}}}};
  }
  // `data`, not `stringData`: the latter does not go together with server-side apply.
  [[nodiscard]] Json secret(const char* member, const std::string& content) const {
    return {{"apiVersion", "v1"},
            {"kind", "Secret"},
            {"metadata", metadata("-secrets")},
            {"type", "Opaque"},
            {member, {{"secrets", content}}}};
  }
  [[nodiscard]] Json volume_claim() const {
    return {{"apiVersion", "v1"},
            {"kind", "PersistentVolumeClaim"},
            {"metadata", metadata("-state")},
            {"spec",
             {{"accessModes", {"ReadWriteOnce"}},
              {"resources", {{"requests", {{"storage", place_.state_size}}}}}}}};
  }
  [[nodiscard]] Json deployment() const;

 private:
  [[nodiscard]] bool has_secrets() const { return !applied_.secrets.empty(); }
  [[nodiscard]] bool has_state() const { return !place_.state_size.empty(); }

  [[nodiscard]] Json selector() const {
    return {{"app", "fluvio-connector"}, {"connectorName", label_value(deployment_.name)}};
  }
  [[nodiscard]] Json labels() const {
    Json out = selector();
    out["app.kubernetes.io/name"] = label_value(deployment_.type);
    out["app.kubernetes.io/instance"] = label_value(deployment_.name);
    if (!deployment_.version.empty()) {
      out["app.kubernetes.io/version"] = label_value(deployment_.version);
    }
    out["app.kubernetes.io/component"] = deployment_.direction;
    out["app.kubernetes.io/managed-by"] = "sluice";
    return out;
  }
  // A label cannot hold every name and topic; an annotation can.
  [[nodiscard]] Json metadata(const std::string& suffix) const {
    Json out{{"name", name_ + suffix}};
    if (!place_.name_space.empty()) out["namespace"] = place_.name_space;
    out["labels"] = labels();
    out["annotations"] = {{"sluice/name", deployment_.name}, {"sluice/topic", deployment_.topic}};
    return out;
  }
  [[nodiscard]] Json pod() const;
  [[nodiscard]] Json container() const;
  void add_probes(Json& container) const;
  [[nodiscard]] Json mounts() const;
  [[nodiscard]] Json volumes() const;
  [[nodiscard]] Json config_volume() const;

  const Applied& applied_;
  const Deployment& deployment_;
  const ContainerPlace& place_;
  std::string name_;
};

Json Manifests::deployment() const {
  Json annotations{{"sluice/config-sha256", deployment_.config_sha256}};
  if (has_secrets()) {
    // Enough to see a change, too little to check a guessed secret against.
    constexpr std::size_t shown = 8;
    annotations["sluice/secrets-sha256"] = deployment_.secrets_sha256.substr(0, shown);
  }
  return {
      {"apiVersion", "apps/v1"},
      {"kind", "Deployment"},
      {"metadata", metadata("")},
      {"spec",
       {{"replicas", deployment_.desired == Desired::running ? 1 : 0},
        {"revisionHistoryLimit", 3},
        {"strategy", {{"type", "Recreate"}}},
        {"selector", {{"matchLabels", selector()}}},
        {"template",
         {{"metadata", {{"labels", labels()}, {"annotations", annotations}}}, {"spec", pod()}}}}}};
}

Json Manifests::pod() const {
  return {{"terminationGracePeriodSeconds", stop_grace(deployment_.running).count()},
          {"automountServiceAccountToken", false},
          {"enableServiceLinks", false},
          {"securityContext",
           {{"runAsNonRoot", true},
            {"runAsUser", container_user},
            {"runAsGroup", container_user},
            {"fsGroup", container_user},
            {"seccompProfile", {{"type", "RuntimeDefault"}}}}},
          {"containers", Json::array({container()})},
          {"volumes", volumes()}};
}

Json Manifests::container() const {
  Json out{{"name", "fluvio-connector"},
           {"image", place_.image},
           {"imagePullPolicy", place_.pull},
           {"args", place_.args}};
  auto env = Json::array();
  for (const auto& [key, value] : deployment_.environment) {
    env.push_back({{"name", key}, {"value", value}});
  }
  if (!env.empty()) out["env"] = env;
  if (deployment_.kit) add_probes(out);
  out["securityContext"] = {{"allowPrivilegeEscalation", false},
                            {"readOnlyRootFilesystem", true},
                            {"capabilities", {{"drop", {"ALL"}}}}};
  out["resources"] = {{"requests", {{"cpu", place_.cpu}, {"memory", place_.memory}}}};
  out["volumeMounts"] = mounts();
  return out;
}

void Manifests::add_probes(Json& container) const {
  const auto get = [](const char* path) -> Json { return {{"path", path}, {"port", "metrics"}}; };
  container["ports"] =
      Json::array({{{"name", "metrics"}, {"containerPort", metrics_port}, {"protocol", "TCP"}}});
  container["startupProbe"] = {
      {"httpGet", get("/livez")}, {"periodSeconds", 2}, {"failureThreshold", 30}};
  container["livenessProbe"] = {{"httpGet", get("/livez")},
                                {"periodSeconds", 10},
                                {"timeoutSeconds", 5},
                                {"failureThreshold", 3}};
  container["readinessProbe"] = {{"httpGet", get("/readyz")},
                                 {"periodSeconds", 5},
                                 {"timeoutSeconds", 5},
                                 {"failureThreshold", 3}};
}

Json Manifests::mounts() const {
  auto out = Json::array();
  out.push_back({{"name", "config"}, {"mountPath", config_folder}, {"readOnly", true}});
  if (!place_.profile_map.empty()) {
    out.push_back(
        {{"name", "fluvio-config-volume"}, {"mountPath", profile_folder}, {"readOnly", true}});
  }
  out.push_back({{"name", "state"}, {"mountPath", state_path}});
  out.push_back({{"name", "tmp"}, {"mountPath", "/tmp"}});
  return out;
}

// Both files in one folder: a second volume cannot be mounted inside of a read-only one.
Json Manifests::config_volume() const {
  const auto file = [](const std::string& name, const char* key) -> Json {
    return {{"name", name}, {"items", Json::array({{{"key", key}, {"path", key}}})}};
  };
  auto sources = Json::array({{{"configMap", file(name_ + "-config", "config.yaml")}}});
  if (has_secrets()) sources.push_back({{"secret", file(name_ + "-secrets", "secrets")}});
  constexpr int readable_by_group = 0440;
  return {{"name", "config"},
          {"projected", {{"defaultMode", readable_by_group}, {"sources", sources}}}};
}

Json Manifests::volumes() const {
  auto out = Json::array({config_volume()});
  if (!place_.profile_map.empty()) {
    out.push_back(
        {{"name", "fluvio-config-volume"},
         {"configMap",
          {{"name", place_.profile_map},
           {"items", Json::array({{{"key", "fluvioClientConfig"}, {"path", "config"}}})}}}});
  }
  Json state{{"name", "state"}};
  if (has_state()) {
    state["persistentVolumeClaim"] = {{"claimName", name_ + "-state"}};
  } else {
    state["emptyDir"] = Json::object();
  }
  out.push_back(state);
  out.push_back({{"name", "tmp"}, {"emptyDir", {{"sizeLimit", "64Mi"}}}});
  return out;
}

std::vector<Json> objects(const Applied& applied, bool shown) {
  const Manifests manifests(applied);
  std::vector<Json> out{manifests.config_map()};
  if (!applied.secrets.empty()) {
    out.push_back(shown ? manifests.secret("stringData", hidden_secrets(applied.secrets))
                        : manifests.secret("data", to_base64(applied.secrets)));
  }
  if (!applied.deployment.container.state_size.empty()) out.push_back(manifests.volume_claim());
  out.push_back(manifests.deployment());
  return out;
}

}  // namespace

std::vector<Json> kubernetes_objects(const Applied& applied) {
  return objects(applied, false);
}

std::vector<Json> kubernetes_objects_shown(const Applied& applied) {
  return objects(applied, true);
}

std::string kubernetes_name(const std::string& name) {
  // With room for `-secrets` and what pods get behind it.
  constexpr std::size_t size_max = 50;
  const auto stem = name_stem(name, size_max);
  return stem.substr(std::min(stem.find_first_not_of('-'), stem.size()));
}

std::string label_value(const std::string& text) {
  constexpr std::size_t size_max = 63;
  const bool fits = !text.empty() && text.size() <= size_max && is_alphanumeric(text.front()) &&
                    is_alphanumeric(text.back()) && std::ranges::all_of(text, [](char c) {
                      return is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
                    });
  return fits ? text : kubernetes_name(text);
}

}  // namespace sluice::deploy
