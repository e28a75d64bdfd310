// SPDX-License-Identifier: Apache-2.0
#pragma once

// Stand-ins for the cluster, the clock and the outside, for the tests of the kit.

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <limits>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "connector/checkpoint.hpp"
#include "connector/cluster.hpp"
#include "connector/dead_letters.hpp"
#include "connector/session.hpp"

namespace sluice::connector::fakes {

using std::chrono::milliseconds;

// Far more than anything here takes; reached only when a test fails.
constexpr std::chrono::seconds patience{20};

// Waits for a condition that other threads make true.
inline bool eventually(const std::function<bool()>& condition) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  return true;
}

class ManualClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override { return now_; }
  [[nodiscard]] WallTime wall() const override { return WallTime(now_.time_since_epoch()); }
  void advance(milliseconds by) { now_ += by; }

 private:
  TimePoint now_{std::chrono::hours(1)};
};

// Holds every result back until the test gives it, or gives all at once.
class Writer final : public RecordWriter {
 public:
  // `copy` gets each value, too, and outlives the writer.
  explicit Writer(bool automatic = false, std::vector<std::string>* copy = nullptr)
      : automatic_(automatic), copy_(copy) {}

  void send(const RecordRef& record, Callback<Delivered> done) override {
    std::unique_lock lock(guard_);
    if (refuse_) throw Failure(*refuse_);
    values_.emplace_back(record.value);
    if (copy_ != nullptr) copy_->emplace_back(record.value);
    if (automatic_) {
      lock.unlock();
      done(Delivered{});
      return;
    }
    waiting_.push_back(std::move(done));
  }
  [[nodiscard]] std::optional<Error> refuses(const RecordRef& record) const override {
    if (record.value.size() <= record_bytes_max) return std::nullopt;
    return Error{Errc::record_too_large, "too large for a request", {}};
  }
  void hurry() override { ++hurried; }
  bool close(milliseconds) override {
    fail_all({Errc::cancelled, "closed", {}});
    return true;
  }

  // The oldest record without a result gets one. False when there is none.
  bool acknowledge_one() { return finish(0, Delivered{}); }
  bool acknowledge(std::size_t index) { return finish(index, Delivered{}); }
  void fail_one(Error error) { finish(0, std::move(error)); }
  void fail_all(const Error& error) {
    while (finish(0, error)) {
    }
  }
  void refuse(Error error) {
    const std::lock_guard lock(guard_);
    refuse_ = std::move(error);
  }
  [[nodiscard]] std::vector<std::string> values() const {
    const std::lock_guard lock(guard_);
    return values_;
  }
  [[nodiscard]] std::size_t waiting() const {
    const std::lock_guard lock(guard_);
    return waiting_.size();
  }

  std::atomic<int> hurried{0};
  std::size_t record_bytes_max = std::numeric_limits<std::size_t>::max();

 private:
  bool finish(std::size_t index, Outcome<Delivered> outcome) {
    Callback<Delivered> done;
    {
      const std::lock_guard lock(guard_);
      if (index >= waiting_.size()) return false;
      done = std::move(waiting_[index]);
      waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(index));
    }
    done(std::move(outcome));
    return true;
  }

  const bool automatic_;
  std::vector<std::string>* const copy_;
  mutable std::mutex guard_;
  std::vector<std::string> values_;
  std::deque<Callback<Delivered>> waiting_;
  std::optional<Error> refuse_;
};

// A checkpoint store in memory, with a gate that holds `save` back.
class Store final : public CheckpointStore {
 public:
  [[nodiscard]] std::optional<Position> load() override { return stored(); }
  void save(const Position& position) override {
    std::unique_lock lock(guard_);
    changed_.wait(lock, [&] { return open_ || cancelled_; });
    if (cancelled_) throw Failure(Errc::cancelled, "cancelled");
    if (!failures_.empty()) {
      const auto error = failures_.front();
      failures_.pop_front();
      throw Failure(error);
    }
    stored_ = position;
    ++saves_;
  }
  void cancel() override {
    const std::lock_guard lock(guard_);
    cancelled_ = true;
    changed_.notify_all();
  }

  void hold() { set_open(false); }
  void let_go() { set_open(true); }
  void fail_next(Error error) {
    const std::lock_guard lock(guard_);
    failures_.push_back(std::move(error));
  }
  void put(Position position) {
    const std::lock_guard lock(guard_);
    stored_ = std::move(position);
  }
  [[nodiscard]] std::optional<Position> stored() const {
    const std::lock_guard lock(guard_);
    return stored_;
  }
  [[nodiscard]] int saves() const {
    const std::lock_guard lock(guard_);
    return saves_;
  }

 private:
  void set_open(bool open) {
    const std::lock_guard lock(guard_);
    open_ = open;
    changed_.notify_all();
  }

  mutable std::mutex guard_;
  std::condition_variable changed_;
  std::deque<Error> failures_;
  std::optional<Position> stored_;
  int saves_ = 0;
  bool open_ = true;
  bool cancelled_ = false;
};

// A source that is a function.
class FunctionSource final : public Source {
 public:
  explicit FunctionSource(std::function<void(SourceContext&)> run,
                          PositionKeeper keeper = PositionKeeper::kit)
      : run_(std::move(run)), keeper_(keeper) {}

  void run(SourceContext& stream) override { run_(stream); }
  void acknowledged(const Position& position) override {
    const std::lock_guard lock(guard_);
    acknowledged_.push_back(position.bytes);
    if (on_acknowledged) on_acknowledged(position);
  }
  [[nodiscard]] PositionKeeper position_keeper() const override { return keeper_; }

  [[nodiscard]] std::vector<std::string> heard() const {
    const std::lock_guard lock(guard_);
    return acknowledged_;
  }

  std::function<void(const Position&)> on_acknowledged;

 private:
  std::function<void(SourceContext&)> run_;
  PositionKeeper keeper_;
  mutable std::mutex guard_;
  std::vector<std::string> acknowledged_;
};

// Records of one partition with offsets from `first` on.
inline Records make_records(std::uint32_t partition, std::int64_t first,
                            std::vector<std::string> values) {
  auto memory = std::make_shared<const std::vector<std::string>>(std::move(values));
  std::vector<ConsumedRecord> records;
  for (std::size_t i = 0; i < memory->size(); ++i) {
    records.push_back({.offset = Offset{first + static_cast<std::int64_t>(i)},
                       .key = std::nullopt,
                       .value = (*memory)[i]});
  }
  return {PartitionId{partition}, std::move(records), memory};
}

// Dead letters in memory.
struct Letters final : DeadLetters {
  void write(std::span<const DeadLetter> letters, Callback<Done> durable) override {
    if (before_write) before_write();
    if (!failures.empty()) {
      const auto error = failures.front();
      failures.pop_front();
      return durable(error);
    }
    for (const auto& letter : letters) written.push_back(letter);
    if (!silent) durable(Done{});
  }
  std::function<void()> before_write;
  std::deque<Error> failures;
  std::vector<DeadLetter> written;
  bool silent = false;
};

// What a reader was asked for, and what it gives; shared with the test.
struct ReaderScript {
  std::deque<Next> answers;  // then `idle`, or the end
  bool end_after = true;
  std::function<void()> on_idle;
  ReadPlan plan;
  std::vector<std::pair<std::uint32_t, std::int64_t>> commits;
  std::optional<Error> flush_failure;
  bool away = false;
  int flushes = 0;
  bool closed = false;

  void give(Records records) {
    answers.push_back({.state = Next::State::records, .records = std::move(records)});
  }
};

class Reader final : public RecordReader {
 public:
  explicit Reader(std::shared_ptr<ReaderScript> script) : script_(std::move(script)) {}

  Next next(milliseconds) override {
    if (!script_->answers.empty()) {
      auto answer = std::move(script_->answers.front());
      script_->answers.pop_front();
      return answer;
    }
    if (script_->on_idle) script_->on_idle();
    return {.state = script_->end_after ? Next::State::ended : Next::State::idle, .records = {}};
  }
  void interrupt() override {}
  void commit(PartitionId partition, Offset last) override {
    script_->commits.emplace_back(partition.value, last.value);
  }
  void flush_offsets(milliseconds) override {
    ++script_->flushes;
    if (script_->flush_failure) throw Failure(*script_->flush_failure);
  }
  [[nodiscard]] std::int64_t lag() const override { return 7; }
  [[nodiscard]] bool is_away() const override { return script_->away; }
  void close(milliseconds) override { script_->closed = true; }

 private:
  std::shared_ptr<ReaderScript> script_;
};

// One reader script for all topics; writers answer by themselves.
class FakeCluster final : public Cluster {
 public:
  [[nodiscard]] std::string endpoint() const override { return "fake:9003"; }
  [[nodiscard]] bool has_topic(const std::string& name) override {
    return std::ranges::any_of(topics, [&](const auto& topic) { return topic.first == name; });
  }
  Created ensure_topic(const std::string& name, const TopicConfig& config) override {
    if (topic_failure && topic_failure_count != 0) {
      --topic_failure_count;
      throw Failure(*topic_failure);
    }
    topics.emplace_back(name, config);
    return Created::created;
  }
  std::unique_ptr<RecordWriter> writer(const std::string& topic, const ProducerOptions&) override {
    written_topics.push_back(topic);
    auto made = std::make_unique<Writer>(automatic_writers, &values[topic]);
    last_writer = made.get();
    return made;
  }
  std::unique_ptr<RecordReader> reader(const std::string& topic, const ReadPlan& plan) override {
    if (on_reader) {
      if (auto other = on_reader(topic, plan)) return std::make_unique<Reader>(std::move(other));
    }
    script->plan = plan;
    return std::make_unique<Reader>(script);
  }
  [[nodiscard]] std::optional<std::string> smartmodule(const std::string& name) override {
    const auto found = modules.find(name);
    return found == modules.end() ? std::nullopt : std::optional(found->second);
  }
  [[nodiscard]] std::vector<SmartModuleInfo> smartmodules() override {
    std::vector<SmartModuleInfo> out;
    for (const auto& [name, bytes] : modules)
      out.push_back({.name = name, .wasm_bytes = bytes.size()});
    return out;
  }
  [[nodiscard]] std::map<PartitionId, Offset> stored_offsets(const std::string&,
                                                             const std::string&) override {
    return offsets;
  }
  void close(milliseconds) override { closed = true; }

  std::map<PartitionId, Offset> offsets;  // of every consumer
  std::shared_ptr<ReaderScript> script = std::make_shared<ReaderScript>();
  // Another script for a reader, when it gives one.
  std::function<std::shared_ptr<ReaderScript>(const std::string& topic, const ReadPlan&)> on_reader;
  std::map<std::string, std::string> modules;  // bytes by name
  std::vector<std::pair<std::string, TopicConfig>> topics;
  std::vector<std::string> written_topics;
  std::map<std::string, std::vector<std::string>> values;  // written, by topic
  std::optional<Error> topic_failure;
  int topic_failure_count = -1;  // how often; negative: always
  std::atomic<Writer*> last_writer = nullptr;
  bool automatic_writers = true;
  bool closed = false;
};

}  // namespace sluice::connector::fakes
