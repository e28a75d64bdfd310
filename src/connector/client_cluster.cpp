// SPDX-License-Identifier: Apache-2.0
#include "connector/client_cluster.hpp"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

#include "client/record_size.hpp"

namespace sluice::connector {
namespace {

class ClientWriter final : public RecordWriter {
 public:
  ClientWriter(Producer producer, std::size_t request_bytes_max)
      : producer_(std::move(producer)), request_bytes_max_(request_bytes_max) {}

  void send(const RecordRef& record, Callback<Delivered> done) override {
    producer_.send(record, std::move(done));
  }
  [[nodiscard]] std::optional<Error> refuses(const RecordRef& record) const override {
    return client::check_record_size(record, request_bytes_max_);
  }
  void hurry() override {
    // Each record has its own result; this one says nothing new.
    producer_.flush_async([](const Outcome<Done>&) {});
  }
  bool close(std::chrono::milliseconds deadline) override { return producer_.close(deadline); }

 private:
  Producer producer_;
  std::size_t request_bytes_max_;
};

// Keeps one `next` of the consumer under way, so that waiting for it can be interrupted.
class ClientReader final : public RecordReader {
 public:
  explicit ClientReader(Consumer consumer)
      : consumer_(std::move(consumer)), slot_(std::make_shared<Slot>()) {}

  Next next(std::chrono::milliseconds wait) override {
    ask();
    std::optional<Outcome<Next>> outcome;
    {
      std::unique_lock lock(slot_->guard);
      slot_->changed.wait_for(lock, wait, [&] { return slot_->outcome || slot_->interrupted; });
      slot_->interrupted = false;
      outcome.swap(slot_->outcome);
      if (outcome) slot_->asked = false;
    }
    if (!outcome) return {};
    auto found = std::move(*outcome).value();
    if (found.state == Next::State::records) ask();
    return found;
  }
  void interrupt() override {
    const std::lock_guard lock(slot_->guard);
    slot_->interrupted = true;
    slot_->changed.notify_one();
  }
  void commit(PartitionId partition, Offset last) override { consumer_.commit(partition, last); }
  void flush_offsets(std::chrono::milliseconds deadline) override {
    consumer_.flush_offsets(deadline);
  }
  [[nodiscard]] std::int64_t lag() const override { return consumer_.stats().lag; }
  [[nodiscard]] bool is_away() const override { return consumer_.stats().partitions_away > 0; }
  void close(std::chrono::milliseconds deadline) override { consumer_.close(deadline); }

 private:
  // Shared with the callback, which may come after the reader has gone.
  struct Slot {
    std::mutex guard;
    std::condition_variable changed;
    std::optional<Outcome<Next>> outcome;
    bool asked = false;
    bool interrupted = false;
  };

  void ask() {
    {
      const std::lock_guard lock(slot_->guard);
      if (std::exchange(slot_->asked, true)) return;
    }
    consumer_.next_async([slot = slot_](Outcome<Next> outcome) {
      const std::lock_guard lock(slot->guard);
      slot->outcome = std::move(outcome);
      slot->changed.notify_one();
    });
  }

  Consumer consumer_;
  std::shared_ptr<Slot> slot_;
};

class ClientCluster final : public Cluster {
 public:
  ClientCluster(Client client, std::string endpoint)
      : client_(std::move(client)), endpoint_(std::move(endpoint)) {}

  [[nodiscard]] std::string endpoint() const override { return endpoint_; }
  [[nodiscard]] bool has_topic(const std::string& name) override {
    return client_.admin().describe_topic(name).has_value();
  }
  Created ensure_topic(const std::string& name, const TopicConfig& config) override {
    if (has_topic(name)) return Created::existed_already;
    return client_.admin().create_topic(name, config);
  }
  std::unique_ptr<RecordWriter> writer(const std::string& topic,
                                       const ProducerOptions& options) override {
    return std::make_unique<ClientWriter>(client_.producer(topic, options),
                                          options.request_bytes_max);
  }
  std::unique_ptr<RecordReader> reader(const std::string& topic, const ReadPlan& plan) override {
    auto consumer = client_.consumer(topic, plan.options);
    for (const auto& [partition, first] : plan.first) consumer.seek(partition, first);
    return std::make_unique<ClientReader>(std::move(consumer));
  }
  [[nodiscard]] std::optional<std::string> smartmodule(const std::string& name) override {
    return client_.admin().download_smartmodule(name);
  }
  [[nodiscard]] std::vector<SmartModuleInfo> smartmodules() override {
    return client_.admin().list_smartmodules();
  }
  [[nodiscard]] std::map<PartitionId, Offset> stored_offsets(const std::string& consumer_id,
                                                             const std::string& topic) override {
    std::map<PartitionId, Offset> out;
    for (const auto& stored : client_.admin().list_consumer_offsets()) {
      if (stored.consumer_id == consumer_id && stored.topic == topic) {
        out[stored.partition] = stored.offset;
      }
    }
    return out;
  }
  void close(std::chrono::milliseconds deadline) override { client_.close(deadline); }

 private:
  Client client_;
  std::string endpoint_;
};

}  // namespace

std::unique_ptr<Cluster> connect_cluster(const ClusterProfile& profile,
                                         const ClientOptions& options) {
  return std::make_unique<ClientCluster>(Client::connect(profile, options), profile.endpoint);
}

}  // namespace sluice::connector
