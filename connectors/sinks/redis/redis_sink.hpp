// SPDX-License-Identifier: Apache-2.0
#pragma once

// Stream -> Redis, a command or a few for each record.
//
// With the offsets in Redis a batch is one or more scripts, each of which writes records and marks
// as one; what is behind a mark is not written again. A script ends at the first record that Redis
// refuses, with the mark before it. With the offsets in the cluster a batch is a pipeline: at
// least once.

#include <memory>
#include <optional>

#include <sluice/connector/sink.hpp>

#include "common/redis/connection.hpp"
#include "offset_marks.hpp"
#include "record_commands.hpp"
#include "sink_options.hpp"
#include "write_script.hpp"

namespace sluice::redis {

class RedisSink final : public Sink {
 public:
  explicit RedisSink(SinkOptions options);

  void open(SinkContext& context) override;
  std::optional<std::map<PartitionId, Offset>> stored_offsets() override;
  void write(std::span<const SinkRecord> records) override;
  void idle() override;
  void close() override;
  void check(CheckContext& check) override;

 private:
  using Batch = std::span<const SinkRecord>;

  // Runs the step; a failure ends the connection, and the context hears of it.
  template <typename Step>
  void connected(Step step);
  [[nodiscard]] bool keeps_offsets() const { return options_.offsets == OffsetKeeper::redis; }
  void require_command(Connection& connection) const;
  [[nodiscard]] Marks read_marks(Connection& connection, std::string_view topic) const;
  // Throws `data_corrupt` when Redis has less than it had confirmed.
  void adopt(Marks marks);

  void write_scripts(Batch records);
  // Fills a script from the record at `at` on, and says where it ends. `refusal`: the record there
  // is no record for this operation.
  [[nodiscard]] std::size_t fill(WriteScript& script, Batch records, std::size_t at,
                                 std::optional<Error>& refusal) const;
  void run_script(const WriteScript& script, Batch records, std::size_t from, std::size_t to);
  void write_pipeline(Batch records);
  void wait_for_replicas();

  SinkOptions options_;
  SinkContext* context_ = nullptr;
  std::string topic_;
  std::optional<RecordCommands> commands_;
  std::unique_ptr<Connection> connection_;
  Marks marks_;
};

}  // namespace sluice::redis
