// SPDX-License-Identifier: Apache-2.0
#include "postgres_sink.hpp"

#include <algorithm>

#include "common/offsets/gone_back.hpp"

namespace sluice::postgres {
namespace {

using common::postgres::Connection;
using common::postgres::ServerFailure;

std::map<PartitionId, Offset> offsets_of(const std::map<PartitionId, Place>& places) {
  std::map<PartitionId, Offset> out;
  for (const auto& [partition, place] : places) out[partition] = place.offset;
  return out;
}

}  // namespace

PostgresSink::PostgresSink(SinkOptions options) : options_(std::move(options)) {}

common::postgres::ConnectOptions PostgresSink::connect_options() const {
  return {.url = options_.url,
          .application_name = "sluice postgres-sink",
          .connect_timeout = options_.connect_timeout,
          .statement_timeout = options_.statement_timeout};
}

// As PostgreSQL's own subscriptions: the source's triggers have done their work already, and rows
// come in no order that foreign keys would like.
void PostgresSink::become_replica(Connection& connection) const {
  if (options_.fire_triggers) return;
  try {
    connection.query("SET session_replication_role = replica");
  } catch (const ServerFailure& failure) {
    if (failure.sqlstate() != "42501") throw;  // then they fire
  }
}

void PostgresSink::open(SinkContext& context) {
  applier_.reset();
  connection_.reset();
  store_.emplace(options_.offset_schema, context.name(), context.topic());
  // What is in work when the signal comes may be finished; a start is not.
  try {
    connect(context);
  } catch (const Failure& failure) {
    is_opening_ = false;
    if (failure.code() != Errc::cancelled) throw;
    // The kit then leaves as it does after any try.
    throw Failure(Errc::outside_unavailable, failure.what());
  }
  auto places = store_->places(*connection_, false);
  common::require_not_gone_back(connection_->place(), offsets_of(stored_), offsets_of(places));
  stored_ = std::move(places);
  context.connected();
}

void PostgresSink::connect(SinkContext& context) {
  is_opening_ = true;
  connection_.emplace(connect_options(),
                      [this, &context] { return is_opening_ && context.stopping(); });
  become_replica(*connection_);
  // The kit does not give us again what we said is durable.
  connection_->query("SET synchronous_commit = on");
  store_->create(*connection_);
  applier_.emplace(options_, *store_, *connection_);
  has_forgotten_ = true;
  is_opening_ = false;
}

std::optional<std::map<PartitionId, Offset>> PostgresSink::stored_offsets() {
  return offsets_of(stored_);
}

void PostgresSink::write(std::span<const SinkRecord> records) {
  const auto failure = try_to_write(records);
  if (!failure) return;
  // What stands before it is good, but for the records of its own offset, which go together.
  const std::size_t at = *failure->at;
  std::size_t good = at;
  while (good > 0 && records[good - 1].partition == records[at].partition &&
         records[good - 1].offset == records[at].offset) {
    --good;
  }
  if (good > 0) {
    if (const auto earlier = try_to_write(records.first(good))) {
      throw PartialWrite(0, earlier->error(), *earlier->at);
    }
  }
  throw PartialWrite(good, failure->error(), at);
}

std::optional<EventFailure> PostgresSink::try_to_write(std::span<const SinkRecord> records) {
  try {
    write_in_transaction(records);
    return std::nullopt;
  } catch (const EventFailure& failure) {
    undo();
    if (failure.at) return failure;
    // No record of this batch is at fault, so leaving one out would not help.
    throw Failure(
        in_context("an event of a transaction that began in an earlier batch was refused "
                   "(larger batches, --batch-count, let the error policy act on it)",
                   {Errc::server, failure.error().context, failure.error().server_text}));
  } catch (...) {
    undo();
    throw;
  }
}

void PostgresSink::write_in_transaction(std::span<const SinkRecord> records) {
  connection_->query("BEGIN ISOLATION LEVEL READ COMMITTED");
  const auto before = store_->places(*connection_, true);
  // Another instance of this name wrote meanwhile, and was told what we shall not be told.
  if (has_forgotten_ || before != stored_) applier_->remember();
  has_forgotten_ = false;
  written_ = before;
  waiting_.clear();
  pending_.clear();
  for (const auto& [partition, place] : before) {
    if (place.is_open) pending_.insert(partition);
  }
  for (std::size_t at = 0; at < records.size(); ++at) {
    const auto place = before.find(records[at].partition);
    // Not those of this batch: several records may have one offset.
    if (place != before.end() && records[at].offset <= place->second.offset) continue;
    take(records, at);
    written_[records[at].partition].offset = records[at].offset;
  }
  store_waiting(records);
  applier_->flush();
  if (written_ != before) store_->save(*connection_, written_);
  connection_->query("COMMIT");
  stored_ = written_;
}

void PostgresSink::take(std::span<const SinkRecord> records, std::size_t at) {
  const SinkRecord& record = records[at];
  auto parsed = parse_event(record.value);
  if (!parsed.ok()) throw EventFailure(parsed.error(), at);
  Event event = std::move(parsed).value();
  const Place& place = written_[record.partition];
  if (const auto* start = std::get_if<BeginEvent>(&event)) {
    begin(records, record.partition, *start);
  } else if (std::holds_alternative<CommitEvent>(event)) {
    if (place.is_open) end(records, record.partition);
  } else if (!place.is_open) {
    applier_->apply(event, record.value, at);
  } else if (!place.is_repeat) {
    waiting_[record.partition].push_back({at, std::move(event)});
  }
}

// A source that was killed sends again what it does not know to be in the topic: transactions that
// are whole, and at last the one that was under way, of which the topic has a part.
void PostgresSink::begin(std::span<const SinkRecord> records, PartitionId partition,
                         const BeginEvent& start) {
  Place& place = written_[partition];
  const bool goes_back =
      place.is_open && place.open_lsn != 0 && (start.is_snapshot || start.lsn <= place.open_lsn);
  if (goes_back) {
    if (pending_.erase(partition) > 0) store_->remove_pending(*connection_, partition);
    waiting_[partition].clear();
  } else if (place.is_open) {
    // Its end never came, because somebody left it out.
    end(records, partition);
  }
  place.is_open = true;
  // Another server, whose numbers are lower, is later all the same.
  place.is_repeat =
      !start.is_snapshot && start.lsn <= place.done_lsn && start.time <= place.done_time;
  place.open_lsn = start.is_snapshot ? 0 : start.lsn;
  place.open_time = start.is_snapshot ? 0 : start.time;
}

void PostgresSink::end(std::span<const SinkRecord> records, PartitionId partition) {
  apply_waiting(records, partition);
  Place& place = written_[partition];
  if (!place.is_repeat && place.open_lsn != 0) {
    place.done_lsn = place.open_lsn;
    place.done_time = std::max(place.done_time, place.open_time);
  }
  place.is_open = place.is_repeat = false;
  place.open_lsn = place.open_time = 0;
}

void PostgresSink::apply_waiting(std::span<const SinkRecord> records, PartitionId partition) {
  if (pending_.erase(partition) > 0) apply_pending(partition);
  for (const Waiting& one : waiting_[partition]) {
    applier_->apply(one.event, records[one.at].value, one.at);
  }
  waiting_[partition].clear();
}

void PostgresSink::apply_pending(PartitionId partition) {
  store_->each_pending(*connection_, partition, [&](const PendingEvent& pending) {
    auto event = parse_event(pending.value);
    applier_->apply(event.value(), pending.value, std::nullopt);
  });
  applier_->flush();
  store_->remove_pending(*connection_, partition);
}

void PostgresSink::store_waiting(std::span<const SinkRecord> records) {
  for (const auto& [partition, events] : waiting_) {
    std::vector<PendingEvent> pending;
    for (const Waiting& one : events) {
      const SinkRecord& record = records[one.at];
      pending.push_back({record.offset, record.index, std::string(record.value)});
    }
    if (!pending.empty()) store_->add_pending(*connection_, partition, pending);
  }
}

void PostgresSink::undo() noexcept {
  waiting_.clear();
  has_forgotten_ = true;
  if (!connection_) return;
  applier_->forget();
  try {
    if (connection_->in_transaction()) connection_->query("ROLLBACK");
  } catch (const Failure&) {
    // The connection is broken: the server rolls back by itself.
    has_forgotten_ = true;
  }
}

void PostgresSink::close() {
  applier_.reset();
  connection_.reset();
}

void PostgresSink::check(CheckContext& check) {
  Connection connection(connect_options(), [&] { return check.time_left().count() == 0; });
  check.found(connection.place() + " takes us, PostgreSQL " +
              std::to_string(connection.server_version() / 10'000));
  if (connection.query("SHOW transaction_read_only").text(0, 0) == "on") {
    throw Failure(Errc::outside_unavailable, connection.place() + " is read-only: a standby");
  }
  const Store store(options_.offset_schema, check.name(), check.topic());
  if (store.exists(connection)) {
    for (const auto& [partition, place] : store.places(connection, false)) {
      check.found("partition " + std::to_string(partition.value) + " goes on behind offset " +
                  std::to_string(place.offset.value));
    }
    return;
  }
  check.found("the tables in the schema " + options_.offset_schema + " will be made");
}

}  // namespace sluice::postgres
