// SPDX-License-Identifier: Apache-2.0
#include "common/sql/table_sink.hpp"

#include <algorithm>

#include <sluice/connector/log.hpp>

#include "common/offsets/gone_back.hpp"

namespace sluice::common::sql {
namespace {

// Not in the middle of the records of one offset: they are stored together, or not.
std::size_t whole_offsets(std::span<const SinkRecord> records, std::size_t end) {
  if (end >= records.size()) return records.size();
  while (end > 0 && records[end - 1].partition == records[end].partition &&
         records[end - 1].offset == records[end].offset) {
    --end;
  }
  return end;
}

void tell(const std::string& text) {
  log_line(LogLevel::warn, "sql", text);
}

}  // namespace

TableSink::TableSink(std::unique_ptr<Database> database, MappingOptions options)
    : options_(std::move(options)),
      database_(std::move(database)),
      planner_(*database_, options_, tell),
      offsets_(*database_, options_.offsets_table) {}

void TableSink::open(SinkContext& context) {
  planner_.forget();
  database_->connect();
  offsets_.open(context.name(), context.topic());
  // First, because an older state has an older owner, too, which is no other instance.
  require_not_gone_back(database_->where(), stored_, offsets_.read());
  offsets_.take_over();
  stored_ = offsets_.read();
  context.connected();
}

std::optional<std::map<PartitionId, Offset>> TableSink::stored_offsets() {
  return stored_;
}

void TableSink::write(Batch records) {
  for (bool again = false;; again = true) {
    const auto plan = planner_.plan(records, stored_);
    try {
      deliver(records, plan, !again);
      return;
    } catch (const StatementFailed& failed) {
      if (again || !failed.outdated()) throw;
      planner_.forget();
    }
  }
}

void TableSink::deliver(Batch records, const Plan& plan, bool may_be_outdated) {
  auto fault = plan.fault;
  std::size_t at = plan.end;
  std::size_t end = whole_offsets(records, plan.end);
  while (end > 0) {
    try {
      transact(records.first(end), plan);
      break;
    } catch (const StatementFailed& failed) {
      if (may_be_outdated && failed.outdated()) throw;
      if (!is_about_record(failed.code()) || !failed.row()) throw;
      fault = failed.error();
      at = *failed.row();
      end = whole_offsets(records, at);
    }
  }
  if (fault) throw PartialWrite(end, *fault, at);
}

void TableSink::transact(Batch records, const Plan& plan) {
  std::map<PartitionId, Offset> last;
  for (const auto& record : records) {
    auto& offset = last[record.partition];
    offset = std::max(offset, record.offset);
    // Never back, when the batch, or this part of it, is done already.
    const auto stored = stored_.find(record.partition);
    if (stored != stored_.end()) offset = std::max(offset, stored->second);
  }
  for (const bool one_by_one : {false, true}) {
    database_->begin();
    try {
      offsets_.claim();
      run_rows(plan, records.size(), one_by_one);
      offsets_.store(last);
      database_->commit();
      break;
    } catch (const StatementFailed& failed) {
      database_->rollback();
      // Again, to find the one that it was.
      if (one_by_one || failed.row() || !is_about_record(failed.code())) throw;
    } catch (...) {
      database_->rollback();
      throw;
    }
  }
  for (const auto& [partition, offset] : last) {
    auto& stored = stored_.try_emplace(partition, offset).first->second;
    stored = std::max(stored, offset);
  }
}

// Throws: `StatementFailed`, its row the record's number.
void TableSink::run_rows(const Plan& plan, std::size_t end, bool one_by_one) {
  for (const auto& run : plan.runs) {
    const auto behind = std::ranges::lower_bound(run.rows, end, {}, &Row::record);
    const std::span rows(run.rows.begin(), behind);
    if (rows.empty()) return;
    try {
      database_->run(run.statement, rows, one_by_one);
    } catch (const StatementFailed& failed) {
      auto row = failed.row();
      if (!row && rows.size() == 1) row = 0;
      if (row) row = rows[*row].record;
      throw StatementFailed(failed.error(), row, failed.outdated());
    }
  }
}

void TableSink::close() {
  database_->disconnect();
}

void TableSink::check(CheckContext& check) {
  if (!database_->connect_to_look()) {
    check.found(database_->where() + " will be made");
    return;
  }
  check.found(database_->where() + " lets us in");
  if (!options_.table.empty()) {
    const auto table = database_->describe(options_.table);
    if (table) {
      check.found("the table " + quoted(options_.table) + " has " +
                  std::to_string(table->columns.size()) + " columns");
    } else if (options_.create_table) {
      check.found("the table " + quoted(options_.table) + " is not there and will be made");
    } else {
      throw Failure(Errc::invalid_config, "there is no table " + quoted(options_.table) + " in " +
                                              database_->where() +
                                              ": create it, or give --create-table");
    }
  }
  const bool known = database_->describe(options_.offsets_table).has_value();
  check.found(quoted(options_.offsets_table) +
              (known ? " keeps what is done" : " will be made to keep what is done"));
  database_->disconnect();
}

}  // namespace sluice::common::sql
