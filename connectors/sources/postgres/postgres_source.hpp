// SPDX-License-Identifier: Apache-2.0
#pragma once

// Changes of a PostgreSQL database -> stream, by logical replication.
//
// The place is the kit's, for every record; the server hears of it only afterwards, so it keeps
// what the topic does not have. After a lost connection it goes on exactly there. After a crash the
// topic may have more than the place says: the transaction under way is then sent again from its
// `begin`, so that readers can tell. While the stream is full nothing is read, but the server hears
// from us.

#include <chrono>
#include <optional>

#include <sluice/connector/source.hpp>

#include "changes.hpp"
#include "common/postgres/connection.hpp"
#include "progress.hpp"
#include "setup.hpp"
#include "source_options.hpp"

namespace sluice::postgres {

class PostgresSource final : public Source {
 public:
  explicit PostgresSource(SourceOptions options);

  void run(SourceContext& stream) override;
  void acknowledged(const Position& position) override;
  void check(CheckContext& check) override;

 private:
  using Clock = std::chrono::steady_clock;

  // Publication and slot are there afterwards.
  void set_up(Connection& connection, const Outside& outside, const Progress& progress);
  void run_connected(SourceContext& stream);
  void start(SourceContext& stream, Lsn from);
  void stream_changes(SourceContext& stream, const Outside& outside);
  void wait_for_something(SourceContext& stream, bool reading);
  void read(SourceContext& stream);
  void finish_transaction(SourceContext& stream);
  void tell_server();
  void look_at_slot_again(SourceContext& stream);
  void heed(const std::optional<Slot>& slot);

  SourceOptions options_;
  Resume resume_;
  std::optional<Changes> changes_;
  std::optional<Connection> replication_;
  std::optional<Connection> monitor_;
  std::chrono::milliseconds status_interval_{0};
  Clock::time_point status_at_;     // the next
  Clock::time_point heartbeat_at_;  // the next
  Lsn told_ = 0;
  bool unread_ = false;  // there may be messages that poll does not see
  bool was_alerted_ = false;
};

}  // namespace sluice::postgres
