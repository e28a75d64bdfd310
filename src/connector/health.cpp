// SPDX-License-Identifier: Apache-2.0
#include "connector/health.hpp"

#include <utility>

#include <nlohmann/json.hpp>

namespace sluice::connector {
namespace {

// Texts of others (errors, reasons) may not be UTF-8; JSON must be.
std::string dump(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string time_text(const std::optional<WallTime>& time) {
  if (!time) return {};
  const auto seconds = std::chrono::system_clock::to_time_t(*time);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::string out(sizeof "2026-11-23T13:20:50Z", '\0');
  out.resize(std::strftime(out.data(), out.size(), "%Y-%m-%dT%H:%M:%SZ", &parts));
  return out;
}

nlohmann::ordered_json transforms_json(const StatsSnapshot& stats) {
  auto out = nlohmann::ordered_json::array();
  for (const auto& step : stats.steps) {
    out.push_back({{"module", step.module},
                   {"kind", step.kind},
                   {"calls", step.calls},
                   {"records_in", step.records_in},
                   {"records_out", step.records_out},
                   {"faults", step.faults},
                   {"seconds", std::chrono::duration<double>(step.time).count()}});
  }
  return out;
}

nlohmann::ordered_json errors_json(const StatsSnapshot& stats) {
  auto out = nlohmann::ordered_json::array();
  for (const auto& error : stats.recent_errors) {
    out.push_back({{"time", time_text(error.time)},
                   {"code", describe(error.code).name},
                   {"text", error.text}});
  }
  return out;
}

std::string_view state_of(const StatsSnapshot& stats) {
  return stats.paused && stats.phase == Phase::running ? "paused" : name_of(stats.phase);
}

}  // namespace

Readiness readiness(const StatsSnapshot& stats, TimePoint now,
                    std::chrono::seconds progress_timeout) {
  Readiness out;
  if (stats.phase != Phase::running || stats.paused) {
    out.reasons.push_back("the connector is " + std::string(state_of(stats)));
  }
  if (stats.outside == Outside::disconnected) {
    out.reasons.push_back("not connected to the outside: " + stats.last_error);
  }
  if (stats.cluster_away) out.reasons.emplace_back("not connected to the cluster");
  const bool has_work = stats.in_flight() > 0;
  if (has_work && stats.last_progress && now - *stats.last_progress > progress_timeout) {
    const auto age = std::chrono::duration_cast<std::chrono::seconds>(now - *stats.last_progress);
    out.reasons.push_back(std::to_string(stats.in_flight()) +
                          " records wait, and none was done for " + std::to_string(age.count()) +
                          " s");
  }
  out.ready = out.reasons.empty();
  return out;
}

std::string readiness_json(const Readiness& readiness) {
  nlohmann::ordered_json json{{"ready", readiness.ready}};
  if (!readiness.ready) json["reasons"] = readiness.reasons;
  return dump(json);
}

std::string status_json(const Identity& who, const StatsSnapshot& stats,
                        const Readiness& readiness) {
  nlohmann::ordered_json json{
      {"connector", who.connector},
      {"version", who.version},
      {"direction", who.direction},
      {"name", who.name},
      {"topic", who.topic},
      {"pid", who.pid},
      {"started", time_text(stats.started)},
      {"state", state_of(stats)},
      {"paused", stats.paused},
      {"outside", name_of(stats.outside)},
      {"ready", readiness.ready},
      {"reasons", readiness.reasons},
      {"records",
       {{"read", stats.records_read},
        {"delivered", stats.records_delivered},
        {"filtered", stats.records_filtered},
        {"dead_lettered", stats.records_dead_lettered},
        {"failed", stats.records_failed},
        {"in_flight", stats.in_flight()}}},
      {"bytes", {{"read", stats.bytes_read}, {"delivered", stats.bytes_delivered}}},
      {"filtered", stats.filtered},
      {"transforms", transforms_json(stats)},
      {"errors", nlohmann::ordered_json::object()},
      {"retries", stats.retries},
      {"lag", stats.lag},
      {"last_error", stats.last_error},
      {"recent_errors", errors_json(stats)},
      {"last_delivery", time_text(stats.last_delivery)},
      {"last_checkpoint", time_text(stats.last_checkpoint)},
  };
  for (const auto& [code, count] : stats.errors) json["errors"][std::string(code)] = count;
  return dump(json);
}

}  // namespace sluice::connector
