// SPDX-License-Identifier: Apache-2.0
#include "postgres_source.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <poll.h>

#include <sluice/connector/log.hpp>

#include "common/postgres/text.hpp"
#include "snapshot.hpp"

namespace sluice::postgres {
namespace {

using common::postgres::quote_identifier;
using common::postgres::quote_literal;
using common::postgres::ServerFailure;

// How often the server hears of progress, at most.
constexpr auto tell_interval = std::chrono::milliseconds(500);
// For the rest of a transaction, when the signal comes in the middle of it.
constexpr auto finish_longest = std::chrono::seconds(5);
constexpr auto goodbye_longest = std::chrono::seconds(2);
constexpr auto monitor_timeout = std::chrono::seconds(5);

std::int64_t microseconds_since_2000() {
  constexpr std::int64_t year_2000 = 946'684'800'000'000;
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
             .count() -
         year_2000;
}

}  // namespace

PostgresSource::PostgresSource(SourceOptions options) : options_(std::move(options)) {}

void PostgresSource::run(SourceContext& stream) {
  try {
    run_connected(stream);
  } catch (const Failure& failure) {
    replication_.reset();
    monitor_.reset();
    // Ours: a statement gave way. When the time to drain is over the kit knows it.
    if (failure.code() == Errc::cancelled && stream.stopping()) return;
    throw;
  }
  replication_.reset();
  monitor_.reset();
}

void PostgresSource::run_connected(SourceContext& stream) {
  changes_.reset();
  const bool only = options_.snapshot == SnapshotMode::only;
  Progress progress;
  if (!only) {
    const auto& stored = stream.resume_from();
    auto resumed = resume_.from(stored ? std::string_view(stored->bytes) : std::string_view());
    progress = std::move(resumed).value();
  }
  Outside outside;
  {
    Connection connection(connect_options(options_), [&] { return stream.stopping(); });
    outside = examine(connection, options_);
    require_continuity(outside, options_, progress);
    set_up(connection, outside, progress);
  }
  const bool is_new = progress.stage == Progress::Stage::nothing;
  if (only || progress.stage == Progress::Stage::snapshot ||
      (is_new && options_.snapshot == SnapshotMode::initial)) {
    Snapshot snapshot(options_, stream, !only);
    if (!snapshot.take(progress) || only) return;
  }
  changes_.emplace(progress);
  start(stream, changes_->start());
  if (stream.stopping()) return;
  stream_changes(stream, outside);
}

void PostgresSource::set_up(Connection& connection, const Outside& outside,
                            const Progress& progress) {
  if (options_.skip_setup) return;
  if (!outside.has_publication) make_publication(connection, options_);
  if (options_.snapshot == SnapshotMode::only) return;
  if (!outside.slot && progress.stage == Progress::Stage::nothing) make_slot(connection, options_);
}

void PostgresSource::start(SourceContext& stream, Lsn from) {
  replication_.emplace(connect_options(options_, true), [&] { return stream.stopping(); });
  const std::string sql = "START_REPLICATION SLOT " + quote_identifier(options_.slot) +
                          " LOGICAL " + format_lsn(from) +
                          " (proto_version '1', publication_names " +
                          quote_literal(quote_identifier(options_.publication)) + ")";
  const auto until = Clock::now() + options_.resume_timeout;
  while (true) {
    try {
      replication_->start_copy(sql);
      break;
    } catch (const ServerFailure& failure) {
      const bool in_use = failure.sqlstate() == "55006";
      if (!in_use || Clock::now() >= until) {
        throw Failure(in_context("reading the slot " + options_.slot, failure.error()));
      }
    }
    if (!stream.wait(std::chrono::milliseconds(100))) return;
  }
  stream.connected();
}

void PostgresSource::stream_changes(SourceContext& stream, const Outside& outside) {
  status_interval_ = options_.heartbeat_interval;
  if (outside.sender_timeout.count() > 0) {
    status_interval_ = std::min(status_interval_, outside.sender_timeout / 3);
  }
  status_at_ = heartbeat_at_ = Clock::now();
  told_ = 0;
  unread_ = true;
  while (true) {
    tell_server();
    if (Clock::now() >= heartbeat_at_) look_at_slot_again(stream);
    const bool reading = stream.has_room();
    wait_for_something(stream, reading);
    if (!stream.dispatch()) break;
    if (reading) read(stream);
  }
  finish_transaction(stream);
  stream.flush();
  status_at_ = {};
  tell_server();
  replication_->end_copy(goodbye_longest);
}

// So that the next start need not send it again.
void PostgresSource::finish_transaction(SourceContext& stream) {
  const auto until = Clock::now() + finish_longest;
  heartbeat_at_ = until;
  while (changes_->in_transaction() && Clock::now() < until) {
    tell_server();
    const bool reading = stream.has_room();
    wait_for_something(stream, reading);
    stream.dispatch();
    if (reading) read(stream);
  }
}

void PostgresSource::wait_for_something(SourceContext& stream, bool reading) {
  short events = reading ? POLLIN : 0;
  if (!replication_->flush()) events |= POLLOUT;
  std::array<pollfd, 2> fds{pollfd{.fd = events != 0 ? replication_->fd() : -1, .events = events},
                            pollfd{.fd = stream.wake_fd(), .events = POLLIN}};
  const auto until = std::min(status_at_, heartbeat_at_);
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
  const auto longest = reading && unread_ ? 0 : std::clamp<std::int64_t>(left, 0, 3'600'000);
  if (::poll(fds.data(), fds.size(), static_cast<int>(longest)) < 0 && errno != EINTR) {
    throw Failure(Errc::internal, std::string("poll: ") + std::strerror(errno));
  }
}

void PostgresSource::read(SourceContext& stream) {
  // A busy server must not keep us from hearing the kit.
  constexpr int messages_max = 512;
  const auto send = [&](std::string_view value, std::string position) {
    stream.send({.value = value}, Position{std::move(position)});
  };
  unread_ = true;
  for (int i = 0; i < messages_max && stream.has_room(); ++i) {
    // Leaving: what comes behind the end of the transaction is for the next start.
    if (stream.stopping() && !changes_->in_transaction()) return;
    const auto message = replication_->receive();
    if (!message) {
      unread_ = false;
      return;
    }
    changes_->take(*message, send);
  }
}

void PostgresSource::acknowledged(const Position& position) {
  if (changes_) changes_->acknowledged(position.bytes);
}

void PostgresSource::tell_server() {
  const auto now = Clock::now();
  const bool has_news = changes_->confirmed() > told_;
  if (has_news) status_at_ = std::min(status_at_, now + tell_interval);
  if (now < status_at_ && !changes_->answer_wanted()) return;
  told_ = changes_->confirmed();
  status_at_ = now + status_interval_;
  replication_->send(changes_->status(microseconds_since_2000()));
}

// What goes wrong here is no fault of the stream, which says by itself when it has one.
void PostgresSource::look_at_slot_again(SourceContext& stream) {
  heartbeat_at_ = Clock::now() + options_.heartbeat_interval;
  try {
    if (!monitor_) {
      auto options = connect_options(options_);
      options.connect_timeout =
          std::min<std::chrono::milliseconds>(options.connect_timeout, monitor_timeout);
      options.statement_timeout = monitor_timeout;
      monitor_.emplace(options, [&] { return stream.stopping(); });
    }
    if (!options_.heartbeat_query.empty()) monitor_->query(options_.heartbeat_query);
    heed(look_at_slot(*monitor_, options_.slot));
  } catch (const Failure& failure) {
    monitor_.reset();
    if (failure.code() == Errc::outside_rejected) {
      throw Failure(Errc::invalid_config,
                    std::string("the option --heartbeat-query: ") + failure.what());
    }
  }
}

void PostgresSource::heed(const std::optional<Slot>& slot) {
  if (!slot) return;
  const auto retained = static_cast<std::uint64_t>(std::max<std::int64_t>(0, slot->retained_bytes));
  const bool alert =
      retained >= options_.retained_wal_alert.bytes || slot->wal_status == "unreserved";
  if (alert && !was_alerted_) {
    log_line(LogLevel::warn, "postgres",
             "the slot " + options_.slot + " holds back " + std::to_string(retained >> 20U) +
                 " MiB of WAL (--retained-wal-alert): the stream is slower than the database, or "
                 "a transaction is open for long");
  }
  was_alerted_ = alert;
}

void PostgresSource::check(CheckContext& check) {
  const auto is_late = [&] { return check.time_left().count() == 0; };
  Connection connection(connect_options(options_), is_late);
  const Outside outside = examine(connection, options_);
  require_continuity(outside, options_, {});
  check.found(connection.place() + " takes us, PostgreSQL " +
              std::to_string(outside.version / 10'000) + ", wal_level logical");
  const Connection replication(connect_options(options_, true), is_late);
  check.found(outside.slot ? "the slot " + options_.slot + " holds back " +
                                 std::to_string(outside.slot->retained_bytes >> 20) + " MiB of WAL"
                           : "the slot " + options_.slot + " will be made");
  if (!outside.has_publication) {
    check.found("the publication " + options_.publication + " will be made");
    return;
  }
  if (const auto tables = tables_without_identity(connection, options_); !tables.empty()) {
    check.found("without a key, so that their UPDATE and DELETE are refused by the server: " +
                tables);
  }
}

}  // namespace sluice::postgres
