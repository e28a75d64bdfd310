// SPDX-License-Identifier: Apache-2.0
#include "connector/check.hpp"

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <nlohmann/json.hpp>

#include "connector/stats.hpp"
#include "connector/transforms.hpp"

namespace sluice::connector {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds close_timeout{1'000};
// For a check that keeps to its time, to say so.
constexpr milliseconds outside_grace{500};

std::string plural(std::size_t count, const std::string& thing) {
  return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

class ClusterCheck {
 public:
  ClusterCheck(const JobSettings& settings, EndCheck& out) : settings_(settings), out_(out) {}

  void run(const Connect& connect, const std::string& consumer_id) {
    const auto until = clock_.now() + settings_.common.connect_timeout;
    const auto cluster = connect();
    out_.found.push_back("connected to " + cluster->endpoint());
    check_smartmodules(*cluster);
    const auto& topic = settings_.common.topic;
    if (cluster->has_topic(topic)) {
      read_to_end(*cluster, until);
    } else {
      out_.found.push_back("the topic `" + topic + "` is not there and will be made, with " +
                           plural(settings_.topic.partitions, "partition"));
    }
    const auto& letters = settings_.errors.dead_letters.topic;
    if (letters) {
      out_.found.push_back("the topic `" + *letters + "` for dead letters " +
                           (cluster->has_topic(*letters) ? "is there" : "will be made"));
    }
    if (!consumer_id.empty()) show_offsets(*cluster, consumer_id);
    cluster->close(close_timeout);
  }

 private:
  void check_smartmodules(Cluster& cluster) {
    auto steps = transform_steps(settings_.smartmodules);
    if (steps.empty()) return;
    const auto count = steps.size();
    Transforms transforms(std::move(steps), {}, stats_);
    transforms.load(cluster);
    out_.found.push_back(plural(count, "SmartModule") + " found");
  }

  // The data nodes are asked, not only the control plane.
  void read_to_end(Cluster& cluster, TimePoint until) {
    const auto& topic = settings_.common.topic;
    ReadPlan plan;
    plan.options.start = StartAt::end();
    plan.options.until_end = true;
    const auto reader = cluster.reader(topic, plan);
    bool ended = false;
    while (!ended && clock_.now() < until) {
      ended = reader->next(std::chrono::milliseconds(100)).state == Next::State::ended;
    }
    reader->close(close_timeout);
    if (!ended) {
      throw Failure(Errc::timed_out,
                    "the topic `" + topic +
                        "` is there, and not all of its data nodes answer in time; are their "
                        "public addresses right (`sluice spu list`)?");
    }
    out_.found.push_back("the topic `" + topic + "` is there");
  }

  void show_offsets(Cluster& cluster, const std::string& consumer_id) {
    const auto stored = cluster.stored_offsets(consumer_id, settings_.common.topic);
    if (stored.empty()) {
      out_.found.push_back("no offsets are stored for `" + consumer_id + "`");
      return;
    }
    out_.found.push_back("offsets of " + plural(stored.size(), "partition") + " are stored for `" +
                         consumer_id + "`");
  }

  const JobSettings& settings_;
  EndCheck& out_;
  Clock clock_;
  Stats stats_{clock_};
};

// Shared with a thread that may be stuck.
class OutsideCheck final : public CheckContext {
 public:
  OutsideCheck(const Identity& who, milliseconds timeout)
      : topic_(who.topic), name_(who.name), until_(std::chrono::steady_clock::now() + timeout) {}

  [[nodiscard]] const std::string& topic() const override { return topic_; }
  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] milliseconds time_left() const override {
    const auto left = until_ - std::chrono::steady_clock::now();
    return std::max(std::chrono::ceil<milliseconds>(left), milliseconds(0));
  }
  void found(std::string text) override {
    const std::lock_guard lock(guard_);
    found_.push_back(std::move(text));
  }

  void run(const std::function<void(CheckContext&)>& check) {
    std::optional<Error> problem;
    try {
      check(*this);
    } catch (const Failure& failure) {
      problem = failure.error();
    } catch (const std::exception& thrown) {
      problem = Error{Errc::internal, std::string("the check threw ") + thrown.what(), {}};
    }
    const std::lock_guard lock(guard_);
    problem_ = std::move(problem);
    ended_ = true;
    changed_.notify_all();
  }
  void wait(EndCheck& out) {
    std::unique_lock lock(guard_);
    changed_.wait_until(lock, until_ + outside_grace, [this] { return ended_; });
    out.found = found_;
    out.problem = problem_;
    out.is_stuck = !ended_;
    if (!ended_) out.problem = Error{Errc::timed_out, "the outside was not reached in time", {}};
  }

 private:
  const std::string topic_;
  const std::string name_;
  const TimePoint until_;
  std::mutex guard_;
  std::condition_variable changed_;
  std::vector<std::string> found_;
  std::optional<Error> problem_;
  bool ended_ = false;
};

}  // namespace

std::string check_json(const EndCheck& check) {
  std::string detail;
  for (const auto& text : check.found) detail += (detail.empty() ? "" : "; ") + text;
  if (check.problem) detail += (detail.empty() ? "" : "; ") + check.problem->message();
  const nlohmann::ordered_json json{
      {"end", check.end},
      {"ok", !check.problem},
      {"detail", detail},
      {"code", check.problem ? describe(check.problem->code).name : std::string_view()}};
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

EndCheck check_cluster(const JobSettings& settings, const Connect& connect,
                       const std::string& consumer_id) {
  EndCheck out{.end = "cluster", .found = {}, .problem = {}};
  try {
    ClusterCheck(settings, out).run(connect, consumer_id);
  } catch (const Failure& failure) {
    out.problem = failure.error();
  }
  return out;
}

EndCheck check_outside(const Identity& who, milliseconds timeout,
                       std::function<void(CheckContext&)> check) {
  EndCheck out{.end = "outside", .found = {}, .problem = {}};
  const auto shared = std::make_shared<OutsideCheck>(who, timeout);
  std::thread thread([shared, check = std::move(check)] { shared->run(check); });
  shared->wait(out);
  if (out.is_stuck) {
    thread.detach();
  } else {
    thread.join();
  }
  if (out.found.empty() && !out.problem) {
    out.found.emplace_back("not checked: this connector has no check of its outside");
  }
  return out;
}

}  // namespace sluice::connector
