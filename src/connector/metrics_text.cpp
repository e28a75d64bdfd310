// SPDX-License-Identifier: Apache-2.0
#include <sstream>
#include <utility>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include "connector/health.hpp"

namespace sluice::connector {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

using Labels = std::vector<ClientMetric::Label>;

// Collects families; the serializer of prometheus-cpp writes and escapes them.
class Metrics {
 public:
  MetricFamily& family(std::string_view name, std::string_view help, MetricType type) {
    auto& out = families_.emplace_back();
    out.name = "sluice_connector_" + std::string(name);
    out.help = help;
    out.type = type;
    return out;
  }
  static void add(MetricFamily& family, double value, Labels labels = {}) {
    auto& metric = family.metric.emplace_back();
    metric.label = std::move(labels);
    if (family.type == MetricType::Counter) {
      metric.counter.value = value;
    } else {
      metric.gauge.value = value;
    }
  }
  void counter(std::string_view name, std::string_view help, double value) {
    add(family(name, help, MetricType::Counter), value);
  }
  void gauge(std::string_view name, std::string_view help, double value) {
    add(family(name, help, MetricType::Gauge), value);
  }
  template <typename Counts>
  void counters(std::string_view name, std::string_view help, const char* label,
                const Counts& counts) {
    auto& out = family(name, help, MetricType::Counter);
    for (const auto& [value, count] : counts) {
      add(out, static_cast<double>(count), {{label, std::string(value)}});
    }
  }
  [[nodiscard]] std::string text() const {
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, families_);
    return out.str();
  }

 private:
  std::vector<MetricFamily> families_;
};

double seconds_since_epoch(WallTime time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

void add_identity(Metrics& metrics, const Identity& who) {
  auto& info = metrics.family("info", "Which connector this is.", MetricType::Gauge);
  Metrics::add(info, 1,
               {{"connector", who.connector},
                {"version", who.version},
                {"direction", who.direction},
                {"name", who.name},
                {"topic", who.topic}});
}

void add_ledger(Metrics& metrics, const StatsSnapshot& stats) {
  metrics.counter("records_read_total", "Records taken from the source side.",
                  static_cast<double>(stats.records_read));
  metrics.counter("bytes_read_total", "Keys and values of the records that were read.",
                  static_cast<double>(stats.bytes_read));
  metrics.counter("records_delivered_total", "Records that the far side has acknowledged.",
                  static_cast<double>(stats.records_delivered));
  metrics.counter("bytes_delivered_total", "Keys and values of the delivered records.",
                  static_cast<double>(stats.bytes_delivered));
  metrics.counter("records_failed_total", "Records that the far side refused for good.",
                  static_cast<double>(stats.records_failed));
  metrics.counters("records_filtered_total", "Records left out by a rule of the user's.", "reason",
                   stats.filtered);
  metrics.counter("records_dead_lettered_total",
                  "Records that failed and are kept in a topic or file of their own.",
                  static_cast<double>(stats.records_dead_lettered));
  metrics.gauge("records_in_flight", "Records that were read and are not settled.",
                static_cast<double>(stats.in_flight()));
}

void add_flow(Metrics& metrics, const StatsSnapshot& stats) {
  metrics.counters("errors_total", "Errors, by code.", "code", stats.errors);
  metrics.counter("retries_total", "Times that something was tried again.",
                  static_cast<double>(stats.retries));
  metrics.gauge("buffered_bytes", "Bytes of the budget that are used.",
                static_cast<double>(stats.buffered_bytes));
  metrics.counter("budget_wait_seconds_total", "Time that the source waited for the budget.",
                  std::chrono::duration<double>(stats.budget_wait).count());
  metrics.counter("rate_waits_total", "Times that records waited for the rate limit.",
                  static_cast<double>(stats.rate_waits));
  metrics.counter("rate_wait_seconds_total", "Time that records waited for the rate limit.",
                  std::chrono::duration<double>(stats.rate_wait).count());
  metrics.gauge("lag_records", "Records of the topic that were not read yet.",
                static_cast<double>(stats.lag));
}

void add_transforms(Metrics& metrics, const StatsSnapshot& stats) {
  if (stats.steps.empty()) return;
  const auto counter = [&](std::string_view name, std::string_view help, auto value_of) {
    auto& family = metrics.family("transform_" + std::string(name), help, MetricType::Counter);
    for (std::size_t i = 0; i < stats.steps.size(); ++i) {
      const auto& step = stats.steps[i];
      Metrics::add(
          family, static_cast<double>(value_of(step)),
          {{"step", std::to_string(i)}, {"module", step.module}, {"kind", std::string(step.kind)}});
    }
  };
  using Step = StepCounts::Copy;
  counter("calls_total", "Calls of a SmartModule.", [](const Step& s) { return s.calls; });
  counter("records_in_total", "Records given to it.", [](const Step& s) { return s.records_in; });
  counter("records_out_total", "Records that it made.",
          [](const Step& s) { return s.records_out; });
  counter("faults_total", "Records that it could not transform.",
          [](const Step& s) { return s.faults; });
  counter("seconds_total", "Time spent in it.",
          [](const Step& s) { return std::chrono::duration<double>(s.time).count(); });
}

void add_times(Metrics& metrics, const StatsSnapshot& stats, WallTime now) {
  if (stats.last_delivery) {
    metrics.gauge("last_delivery_timestamp_seconds", "When the last record was acknowledged.",
                  seconds_since_epoch(*stats.last_delivery));
  }
  metrics.counter("checkpoints_total", "Checkpoints stored.",
                  static_cast<double>(stats.checkpoints));
  if (stats.last_checkpoint) {
    metrics.gauge("checkpoint_age_seconds", "Time since the last checkpoint was stored.",
                  std::chrono::duration<double>(now - *stats.last_checkpoint).count());
  }
}

}  // namespace

std::string metrics_text(const Identity& who, const StatsSnapshot& stats,
                         const Readiness& readiness, WallTime now) {
  Metrics metrics;
  add_identity(metrics, who);
  add_ledger(metrics, stats);
  add_flow(metrics, stats);
  add_transforms(metrics, stats);
  add_times(metrics, stats, now);
  metrics.gauge("ready", "1 when the connector is progressing.", readiness.ready ? 1 : 0);
  metrics.gauge("paused", "1 when the connector was told to pause.", stats.paused ? 1 : 0);
  if (stats.outside != Outside::unknown) {
    metrics.gauge("outside_connected", "1 when the outside system is connected.",
                  stats.outside == Outside::connected ? 1 : 0);
  }
  return metrics.text();
}

}  // namespace sluice::connector
