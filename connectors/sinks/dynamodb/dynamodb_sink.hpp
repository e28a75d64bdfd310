// SPDX-License-Identifier: Apache-2.0
#pragma once

// Stream -> items of a DynamoDB table.
//
// An item with the same key replaces the one before it, so a record that is written again changes
// nothing: at least once, and the table is as if once.

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <sluice/connector/sink.hpp>

#include "common/aws/aws_credentials.hpp"
#include "dynamodb_options.hpp"
#include "item.hpp"

namespace sluice::dynamodb {

class DynamoDbSink final : public Sink {
 public:
  explicit DynamoDbSink(DynamoDbOptions options);

  void open(SinkContext& context) override;
  void write(std::span<const SinkRecord> records) override;
  void check(CheckContext& check) override;

 private:
  // Calls an operation of the service. Throws: what the answer says.
  Json call(const std::string& operation, const Json& input);
  // The table's description; null when there is none.
  Json describe();
  void make_table();
  // Waits until the table can be used, and reads its key.
  void open_table();
  [[nodiscard]] Json item_of(const SinkRecord& record) const;
  struct Request {
    Json puts = Json::array();
    std::size_t records = 0;       // that they are of
    std::optional<Error> problem;  // of the record behind them
  };
  [[nodiscard]] Request next_request(std::span<const SinkRecord> records) const;
  // Writes items with different keys, again as long as the table leaves some of them.
  void put(Json requests);
  bool pause(std::chrono::milliseconds time) const;

  DynamoDbOptions options_;
  std::vector<Column> columns_;
  common::HttpClient http_;
  common::AwsCredentials credentials_;
  std::string topic_;
  Key key_;
  std::function<bool()> give_up_;
};

}  // namespace sluice::dynamodb
