// SPDX-License-Identifier: Apache-2.0
#include "deploy/kubectl.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "deploy/command.hpp"
#include "deploy/container.hpp"
#include "deploy/files.hpp"
#include "deploy/kubernetes.hpp"

namespace sluice::deploy {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

std::string selector(const Deployment& deployment) {
  return "app=fluvio-connector,connectorName=" + label_value(deployment.name);
}

std::string workload(const Deployment& deployment) {
  return "deployment/" + kubernetes_name(deployment.name);
}

// A file with secrets, gone again however this ends.
class ScratchFile {
 public:
  ScratchFile(const std::filesystem::path& folder, const std::string& content)
      : path_(folder / "apply.json") {
    make_folder(folder, 0700);
    write_whole(path_, content, 0600);
  }
  ~ScratchFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

std::string text_at(const Json& json, const char* pointer) {
  const auto at = Json::json_pointer(pointer);
  return json.contains(at) && json.at(at).is_string() ? json.at(at).get<std::string>() : "";
}

std::int64_t number_at(const Json& json, const char* pointer) {
  const auto at = Json::json_pointer(pointer);
  return json.contains(at) && json.at(at).is_number() ? json.at(at).get<std::int64_t>() : 0;
}

std::string state_of(const Json& item) {
  if (number_at(item, "/spec/replicas") == 0) return "stopped";
  return number_at(item, "/status/readyReplicas") > 0 ? "running" : "starting";
}

ClusterEntry entry_of(const Json& item) {
  return {.name = text_at(item, "/metadata/annotations/sluice~1name"),
          .type = text_at(item, "/metadata/labels/app.kubernetes.io~1name"),
          .topic = text_at(item, "/metadata/annotations/sluice~1topic"),
          .version = text_at(item, "/metadata/labels/app.kubernetes.io~1version"),
          .name_space = text_at(item, "/metadata/namespace"),
          .state = state_of(item),
          .created = text_at(item, "/metadata/creationTimestamp")};
}

Json items_of(const std::string& text) {
  const auto json = Json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("items") || !json["items"].is_array()) {
    throw Failure(Errc::protocol, "kubectl printed something else than a list of objects");
  }
  return json["items"];
}

std::int64_t restarts_of(const Json& pods) {
  std::int64_t out = 0;
  for (const auto& pod : pods) {
    const auto at = Json::json_pointer("/status/containerStatuses");
    if (!pod.contains(at) || !pod.at(at).is_array()) continue;
    for (const auto& container : pod.at(at)) out += number_at(container, "/restartCount");
  }
  return out;
}

std::string get(const Cluster& cluster, const std::string& kind, const std::string& labels) {
  return must_run(kubectl_words(cluster, {"get", kind, "--selector", labels, "--output", "json"}),
                  30s);
}

}  // namespace

Cluster cluster_of(const Deployment& deployment) {
  return {.context = deployment.container.context, .name_space = deployment.container.name_space};
}

std::vector<std::string> kubectl_words(const Cluster& cluster, std::vector<std::string> words) {
  std::vector<std::string> out{"kubectl"};
  if (!cluster.context.empty()) out.push_back("--context=" + cluster.context);
  if (!cluster.name_space.empty()) out.push_back("--namespace=" + cluster.name_space);
  std::ranges::move(words, std::back_inserter(out));
  return out;
}

void kubectl_apply(const Applied& applied, const std::filesystem::path& scratch) {
  const nlohmann::ordered_json list{
      {"apiVersion", "v1"}, {"kind", "List"}, {"items", kubernetes_objects(applied)}};
  const ScratchFile file(scratch, list.dump());
  // Forced: `kubectl scale` and people take fields over, and this is the word on all of them.
  must_run(kubectl_words(cluster_of(applied.deployment),
                         {"apply", "--server-side", "--force-conflicts", "--field-manager=sluice",
                          "--filename", file.path()}));
}

std::string kubectl_rollout(const Deployment& deployment, std::chrono::seconds timeout) {
  const auto end = run_command(
      kubectl_words(cluster_of(deployment), {"rollout", "status", workload(deployment),
                                             "--timeout=" + std::to_string(timeout.count()) + "s"}),
      timeout + 10s);
  if (end.exit_code == 0) return {};
  return last_line(end.errors.empty() ? end.output : end.errors);
}

void kubectl_scale(const Deployment& deployment, int replicas) {
  must_run(kubectl_words(cluster_of(deployment), {"scale", workload(deployment),
                                                  "--replicas=" + std::to_string(replicas)}));
}

void kubectl_wait_gone(const Deployment& deployment) {
  const auto patience = stop_grace(deployment.running) + 10s;
  must_run(kubectl_words(cluster_of(deployment),
                         {"wait", "pods", "--for=delete", "--selector", selector(deployment),
                          "--timeout=" + std::to_string(patience.count()) + "s"}),
           patience + 10s);
}

void kubectl_restart(const Deployment& deployment) {
  must_run(kubectl_words(cluster_of(deployment), {"rollout", "restart", workload(deployment)}));
}

void kubectl_delete(const Deployment& deployment, bool keep_state) {
  std::string kinds = "deployment,configmap,secret";
  if (!keep_state) kinds += ",persistentvolumeclaim";
  must_run(kubectl_words(
      cluster_of(deployment),
      {"delete", kinds, "--selector", selector(deployment), "--ignore-not-found", "--wait"}));
}

std::vector<ClusterEntry> kubectl_list(const Cluster& cluster) {
  std::vector<ClusterEntry> out;
  for (const auto& item : items_of(get(
           cluster, "deployments", "app=fluvio-connector,app.kubernetes.io/managed-by=sluice"))) {
    out.push_back(entry_of(item));
  }
  return out;
}

ClusterEntry kubectl_state(const Deployment& deployment) {
  ClusterEntry out{.name = deployment.name, .state = "unknown"};
  try {
    const auto cluster = cluster_of(deployment);
    const auto items = items_of(get(cluster, "deployments", selector(deployment)));
    if (items.empty()) {
      out.state = "absent";
      return out;
    }
    out = entry_of(items.front());
    out.restarts = restarts_of(items_of(get(cluster, "pods", selector(deployment))));
  } catch (const Failure&) {
    out.state = "unknown";
  }
  return out;
}

std::vector<std::string> kubectl_logs(const Deployment& deployment, bool follow,
                                      std::int64_t lines) {
  std::vector<std::string> words{"logs", "--selector", selector(deployment),
                                 "--tail=" + std::to_string(lines)};
  if (follow) words.emplace_back("--follow");
  return kubectl_words(cluster_of(deployment), std::move(words));
}

}  // namespace sluice::deploy
