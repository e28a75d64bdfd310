// SPDX-License-Identifier: Apache-2.0
#pragma once

// Carries out the steps of a `FetchState` over connections: the shell of one partition.
// Everything runs on the I/O thread.

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "client/consumer_queue.hpp"
#include "client/core.hpp"
#include "client/fetch_state.hpp"

namespace sluice::client {

class PartitionReader : public std::enable_shared_from_this<PartitionReader> {
 public:
  PartitionReader(std::shared_ptr<Core> core, std::shared_ptr<ConsumerQueue> queue,
                  FetchSettings settings);

  void start() { connect(); }
  void stop();
  void seek(Offset offset, std::uint64_t generation);
  // What was delivered does not decode: waits for a `seek`.
  void halt(std::uint64_t generation);
  // The cluster's metadata changed: a stream that is silent does not say that its partition
  // moved, or that its topic went.
  void on_metadata();
  // The queue has room again.
  void room();
  // Stores the offset as processed, as soon as the stream has a session; for this alone, a
  // reader that has ended or failed connects again. Of several that wait, the last counts.
  void store(Offset last, Handler<Done> done);

  [[nodiscard]] PartitionId partition() const noexcept { return settings_.partition; }
  // Safe from any thread.
  [[nodiscard]] std::uint64_t reconnect_count() const noexcept { return reconnects_; }
  // There is no stream yet, so its first offset may not be known; or the connection is lost, and
  // there is no new one. Safe from any thread.
  [[nodiscard]] bool is_away() const noexcept { return away_; }

 private:
  struct Store {
    Offset last;
    std::vector<Handler<Done>> done;
  };
  void connect();
  void check_topic();
  void on_connection(Result<std::shared_ptr<net::Connection>> connection);
  void perform(FetchSteps steps);
  void perform(const step::AskStored& step);
  void perform(const step::AskBounds& step);
  void perform(step::OpenStream& step);
  void perform(const step::Acknowledge& step);
  void perform(step::Deliver& step);
  void perform(const step::Reconnect& step);
  void perform(step::Fail& step);
  void perform(const step::End& step);
  void perform(const step::NoSession& step);
  // Sees to it that what waits to be stored gets a session.
  void want_session();
  void flush_store();
  void watch_silence();
  void fail_store(const Error& why);
  // Wraps a handler so that it does nothing once this attempt is over.
  template <typename T, typename Function>
  [[nodiscard]] Handler<T> in_attempt(Function function);
  void ask_stored_at(const std::shared_ptr<net::Connection>& connection);

  std::shared_ptr<Core> core_;
  std::shared_ptr<ConsumerQueue> queue_;
  FetchSettings settings_;
  FetchState state_;
  net::Backoff backoff_;
  boost::asio::steady_timer pause_;
  boost::asio::steady_timer silence_;
  std::shared_ptr<net::Connection> connection_;
  std::optional<SpuId> leader_;  // to which it goes
  std::int32_t stream_ = 0;
  std::uint64_t attempt_ = 0;
  std::uint64_t generation_ = 0;
  std::atomic<std::uint64_t> reconnects_{0};
  std::atomic<bool> away_{true};
  std::optional<Store> store_;
  bool storing_ = false;
  bool connecting_ = false;  // now, or after the pause
  bool confirming_ = false;  // that the topic is gone
  bool stopped_ = false;
};

}  // namespace sluice::client
