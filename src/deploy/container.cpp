// SPDX-License-Identifier: Apache-2.0
#include "deploy/container.hpp"

namespace sluice::deploy {

std::vector<std::string> kit_container_args(const Applied& applied, bool lasting_state) {
  const auto& running = applied.deployment.running;
  std::vector<std::string> out{"--config=" + std::string(config_path)};
  if (!applied.secrets.empty()) out.push_back("--secrets=" + std::string(secrets_path));
  if (!running.cluster.empty()) out.push_back("--cluster=" + running.cluster);
  if (!running.profile_name.empty()) out.push_back("--profile=" + running.profile_name);
  if (lasting_state) out.push_back("--state-dir=" + std::string(state_path));
  out.push_back("--drain-timeout=" + std::to_string(running.drain_timeout.count()) + "s");
  out.push_back("--metrics-listen=0.0.0.0:" + std::to_string(metrics_port));
  return out;
}

std::string default_image(const std::string& type, const std::string& version) {
  return "sluice/" + type + ":" + (version.empty() ? std::string("latest") : version);
}

std::chrono::seconds stop_grace(const Running& running) {
  constexpr std::chrono::seconds to_leave{10};
  return running.drain_timeout + to_leave;
}

}  // namespace sluice::deploy
