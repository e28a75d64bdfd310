// SPDX-License-Identifier: Apache-2.0
#include "common/sql/table_sink.hpp"

#include <functional>
#include <set>

#include <gtest/gtest.h>

#include "common/testing/fake_sink_context.hpp"

namespace sluice::common::sql {
namespace {

// Keeps rows of one column in memory, with transactions, and refuses the value "bad".
class FakeDatabase final : public Database {
 public:
  struct State {
    std::vector<std::string> rows;
    std::map<std::int64_t, std::int64_t> offsets;
    std::string owner;
  };
  State now, before;
  std::vector<ColumnInfo> columns{{"v", SqlType::text}};
  std::vector<std::vector<std::string>> unique_keys;
  Dialect speaks = Dialect::sqlite;
  bool tells_row = true;
  bool has_offset_table = true;
  int runs = 0;
  std::vector<Statement> statements;  // that were run
  std::vector<std::string> executed;
  std::function<void()> on_commit = [] {};
  std::function<void()> on_create = [] {};
  std::function<void(const std::string&)> on_update = [](const std::string&) {};

  [[nodiscard]] Dialect dialect() const override { return speaks; }
  [[nodiscard]] std::string where() const override { return "fake"; }
  void connect() override {}
  void disconnect() noexcept override {}
  std::optional<TableInfo> describe(const std::string& table) override {
    if (table == "t") return TableInfo{"\"t\"", columns, unique_keys};
    if (table == "sluice_offsets" && has_offset_table) {
      return TableInfo{"\"sluice_offsets\"", {}, {}};
    }
    return std::nullopt;
  }
  void begin() override { before = now; }
  void commit() override { on_commit(); }
  void rollback() noexcept override { now = before; }
  void execute(const std::string& sql) override {
    executed.push_back(sql);
    if (sql.starts_with("ALTER TABLE")) columns.push_back({"new", SqlType::text});
    if (sql.starts_with("CREATE TABLE")) on_create();
  }
  std::uint64_t update(const std::string& sql, std::span<const Value> values) override {
    on_update(sql);
    if (sql.find("SET owner") != std::string::npos || sql.find("(owner,") != std::string::npos) {
      const bool was_owner = values.size() == 5;
      if (was_owner && std::get<std::string>(values[4]) != now.owner) return 0;
      now.owner = std::get<std::string>(values[0]);
      return 1;
    }
    if (sql.find("+ 1") != std::string::npos) {
      return std::get<std::string>(values[3]) == now.owner ? 1 : 0;
    }
    const auto partition = std::get<std::int64_t>(values[3]);
    if (sql.starts_with("UPDATE") && !now.offsets.contains(partition)) return 0;
    now.offsets[partition] = std::get<std::int64_t>(values[0]);
    return 1;
  }
  std::vector<TextRow> query(const std::string&, std::span<const Value>) override {
    std::vector<TextRow> out;
    for (const auto& [partition, offset] : now.offsets) {
      out.push_back({std::to_string(partition), std::to_string(offset)});
    }
    return out;
  }
  void run(const Statement& statement, std::span<const Row> rows, bool one_by_one) override {
    ++runs;
    statements.push_back(statement);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto& text = std::get<std::string>(rows[i].values.at(0));
      if (text == "bad") {
        throw StatementFailed({Errc::outside_rejected, "no", {}},
                              tells_row || one_by_one ? std::optional(i) : std::nullopt);
      }
      now.rows.push_back(text);
    }
  }
};

class TableSinkTest : public ::testing::Test {
 protected:
  TableSinkTest() { options_.table = "t"; }
  TableSink& opened() {
    auto database = std::make_unique<FakeDatabase>();
    database_ = database.get();
    sink_ = std::make_unique<TableSink>(std::move(database), options_);
    sink_->open(context_);
    return *sink_;
  }
  // One record for each text, from an offset on; a text that begins with `+` shares the offset.
  std::vector<SinkRecord> records(const std::vector<std::string>& texts, std::int64_t offset = 0) {
    std::vector<SinkRecord> out;
    for (const auto& text : texts) {
      const bool shares = text.starts_with('+');
      const auto& value =
          *values_.insert(text == "+x" || text == "x" ? "x" : R"({"v":")" + text + "\"}").first;
      if (shares) --offset;
      out.push_back({.partition = {0}, .offset = {offset++}, .value = value});
    }
    return out;
  }
  struct Partial {
    std::size_t written, at;
    Errc code;
  };
  Partial write_fails(const std::vector<SinkRecord>& batch) {
    try {
      sink_->write(batch);
    } catch (const PartialWrite& partial) {
      return {partial.written(), partial.at(), partial.code()};
    }
    ADD_FAILURE() << "it worked";
    return {};
  }

  MappingOptions options_;
  common::FakeSinkContext context_;
  FakeDatabase* database_ = nullptr;
  std::unique_ptr<TableSink> sink_;
  std::set<std::string> values_;
};

TEST_F(TableSinkTest, StoresTheOffsetsWithTheRows) {
  opened().write(records({"a", "b"}));
  EXPECT_EQ(database_->now.rows, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(database_->now.offsets.at(0), 1);
  EXPECT_EQ(sink_->stored_offsets()->at({0}), Offset{1});
}

TEST_F(TableSinkTest, ARowAtFaultLeavesWhatIsBeforeIt) {
  for (const bool tells_row : {true, false}) {
    opened();
    database_->tells_row = tells_row;
    const auto failed = write_fails(records({"a", "b", "bad", "c"}));
    EXPECT_EQ(failed.written, 2U);
    EXPECT_EQ(failed.at, 2U);
    EXPECT_EQ(failed.code, Errc::outside_rejected);
    EXPECT_EQ(database_->now.rows, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(database_->now.offsets.at(0), 1);
  }
}

TEST_F(TableSinkTest, RecordsOfOneOffsetAreStoredTogetherOrNot) {
  opened();
  const auto failed = write_fails(records({"a", "b", "+c", "+x"}));
  EXPECT_EQ(failed.written, 1U);
  EXPECT_EQ(failed.at, 3U);
  EXPECT_EQ(failed.code, Errc::malformed);
  EXPECT_EQ(database_->now.rows, (std::vector<std::string>{"a"}));
  EXPECT_EQ(database_->now.offsets.at(0), 0);
}

TEST_F(TableSinkTest, DoesNotWriteAgainWhatIsStored) {
  opened().write(records({"a", "b"}));
  sink_->write(records({"b", "c"}, 1));
  EXPECT_EQ(database_->now.rows, (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(TableSinkTest, TheStoredOffsetNeverGoesBack) {
  opened().write(records({"a", "b", "c"}));
  sink_->write(records({"a"}));
  EXPECT_EQ(database_->now.rows.size(), 3U);
  EXPECT_EQ(database_->now.offsets.at(0), 2);
}

TEST_F(TableSinkTest, ACommitThatFailsLeavesNothing) {
  opened();
  database_->on_commit = [] { throw Failure(Errc::connection_lost, "gone"); };
  EXPECT_THROW(sink_->write(records({"a"})), Failure);
  EXPECT_TRUE(database_->now.rows.empty());
  EXPECT_TRUE(sink_->stored_offsets()->empty());
}

TEST_F(TableSinkTest, EndsWhenAnotherOneHasTakenOver) {
  opened();
  database_->now.owner = "another";
  try {
    sink_->write(records({"a"}));
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), Errc::already_running);
  }
  EXPECT_TRUE(database_->now.rows.empty());
  EXPECT_THROW(sink_->open(context_), Failure);
}

// The newer offset was stored over the gap, and the records between were lost.
TEST_F(TableSinkTest, ADatabaseThatHasGoneBackEndsTheRun) {
  opened().write(records({"a", "b", "c"}));
  const auto now = database_->now;
  auto older = now;
  older.offsets = {{0, 1}};
  // As a replica that lagged: the owner is an older one, too.
  auto before_us = older;
  before_us.owner = "former";
  for (const auto& state : {older, before_us, FakeDatabase::State{}}) {
    database_->now = state;
    try {
      sink_->open(context_);
      FAIL();
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.code(), Errc::data_corrupt);
      const std::string text = failure.what();
      EXPECT_NE(text.find("offset 2 of partition 0"), std::string::npos) << text;
      EXPECT_NE(text.find("start the connector again"), std::string::npos) << text;
    }
  }
  database_->now = now;
  sink_->open(context_);
  EXPECT_EQ(sink_->stored_offsets()->at({0}), Offset{2});
}

TEST_F(TableSinkTest, ACommitWhoseAnswerWasLostCounts) {
  opened().write(records({"a"}));
  database_->now.offsets = {{0, 5}, {1, 7}};
  sink_->open(context_);
  EXPECT_EQ(sink_->stored_offsets()->at({0}), Offset{5});
  EXPECT_EQ(sink_->stored_offsets()->at({1}), Offset{7});
}

// With `--on-rejected skip` every record was given up.
TEST_F(TableSinkTest, WhatTheOffsetTableRefusesIsNoRecordsFault) {
  for (const std::string_view part : {"last_offset + 1", "SET last_offset = ?", "(last_offset,"}) {
    opened();
    database_->on_update = [&](const std::string& sql) {
      if (sql.find(part) == std::string::npos) return;
      throw StatementFailed({Errc::outside_rejected, "fake", "no such table"}, {}, true);
    };
    try {
      sink_->write(records({"a"}));
      FAIL() << part;
    } catch (const PartialWrite& partial) {
      FAIL() << partial.what();
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.code(), Errc::invalid_config);
      const std::string text = failure.what();
      EXPECT_NE(text.find("sluice_offsets"), std::string::npos) << text;
      EXPECT_NE(text.find("no such table"), std::string::npos) << text;
    }
    EXPECT_TRUE(database_->now.rows.empty());
  }
}

// PostgreSQL's word for it is `unsupported`, which ended the connector for one record.
TEST_F(TableSinkTest, ATableNameOfTooManyPartsIsTheRecordsFault) {
  options_.table.clear();
  options_.create_table = true;
  opened();
  const auto to = [](const std::string& table) {
    return R"({"Insert":{"table":")" + table +
           R"(","values":[{"column":"v","raw_value":"a","type":"Text"}]}})";
  };
  const std::string good = to("t");
  const std::string bad = to("a.b.t");
  std::vector<SinkRecord> batch;
  for (const auto* value : {&good, &bad, &good}) {
    batch.push_back(
        {.partition = {0}, .offset = {static_cast<std::int64_t>(batch.size())}, .value = *value});
  }
  const auto failed = write_fails(batch);
  EXPECT_EQ(failed.written, 1U);
  EXPECT_EQ(failed.at, 1U);
  EXPECT_EQ(failed.code, Errc::outside_rejected);
  EXPECT_TRUE(database_->executed.empty());
}

// `ON DUPLICATE KEY UPDATE` changed the row of another key that had the same `mail`.
TEST_F(TableSinkTest, AnUpsertThatMayMeetAnotherUniqueKeyOfMysqlGoesByItsOwn) {
  struct Case {
    const char* what;
    std::vector<std::vector<std::string>> unique_keys;
    bool is_id_counted;
    bool meets;
  };
  const std::vector<Case> cases{
      {"the only one", {{"v"}}, false, false},
      {"another that is written", {{"v"}, {"mail"}}, false, true},
      {"another with a default", {{"id"}, {"v"}}, false, true},
      {"an expression, or a prefix", {{"v"}, {""}}, false, true},
      {"one around it", {{"v"}, {"mail", "v"}}, false, false},
      {"a counter", {{"id"}, {"v"}}, true, false},
      {"a counter with a column more", {{"id", "mail"}, {"v"}}, true, false},
  };
  options_.upsert_key = {"v"};
  const SinkRecord record{.partition = {0}, .offset = {0}, .value = R"({"v":"a","mail":"b"})"};
  for (const auto& it : cases) {
    auto& sink = opened();
    database_->speaks = Dialect::mysql;
    database_->columns = {
        {"v", SqlType::text}, {"mail", SqlType::text}, {"id", SqlType::big_int, it.is_id_counted}};
    database_->unique_keys = it.unique_keys;
    sink.write({&record, 1});
    ASSERT_EQ(database_->statements.size(), 1U) << it.what;
    EXPECT_EQ(database_->statements[0].meets_other_keys, it.meets) << it.what;
  }
}

// A unique key over a prefix was taken for one over the column: other rows were changed.
TEST_F(TableSinkTest, AnUpsertNeedsAUniqueKeyOverTheWholeColumn) {
  options_.upsert_key = {"v"};
  opened();
  database_->speaks = Dialect::mysql;
  database_->unique_keys = {{""}};
  try {
    sink_->write(records({"a"}));
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), Errc::invalid_config);
    EXPECT_NE(std::string(failure.what()).find("no unique key over `v`"), std::string::npos);
  }
}

// PostgreSQL refuses one of two `CREATE TABLE IF NOT EXISTS` at once: it ended with exit code 2.
TEST_F(TableSinkTest, MakesItsTableWhileAnotherOneDoes) {
  auto database = std::make_unique<FakeDatabase>();
  database_ = database.get();
  database_->has_offset_table = false;
  database_->on_create = [&, count = 0]() mutable {
    database_->has_offset_table = true;
    if (++count == 1) throw StatementFailed({Errc::outside_rejected, "fake", "23505"});
  };
  TableSink sink(std::move(database), options_);
  sink.open(context_);
  EXPECT_EQ(database_->executed.size(), 2U);
  sink.write(records({"a"}));
  EXPECT_EQ(database_->now.rows.size(), 1U);
}

TEST_F(TableSinkTest, DriftIsSettledByThePolicy) {
  const SinkRecord record{.partition = {0}, .offset = {0}, .value = R"({"v":"a","new":"b"})"};
  const auto outcome = [&](SchemaDrift policy) -> std::optional<Errc> {
    options_.schema_drift = policy;
    opened();
    try {
      sink_->write({&record, 1});
      return std::nullopt;
    } catch (const Failure& failure) {
      return failure.code();
    }
  };
  EXPECT_EQ(outcome(SchemaDrift::fail), Errc::invalid_config);
  EXPECT_EQ(outcome(SchemaDrift::quarantine), Errc::outside_rejected);
  EXPECT_EQ(outcome(SchemaDrift::ignore), std::nullopt);
  EXPECT_EQ(database_->columns.size(), 1U);
  EXPECT_EQ(outcome(SchemaDrift::evolve), std::nullopt);
  EXPECT_EQ(database_->columns.size(), 2U);
}

}  // namespace
}  // namespace sluice::common::sql
