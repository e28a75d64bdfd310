// SPDX-License-Identifier: Apache-2.0
#include "dynamodb_sink.hpp"

#include <algorithm>
#include <thread>
#include <unordered_map>
#include <utility>

#include <nlohmann/json.hpp>

#include "answers.hpp"
#include "common/aws/aws_errors.hpp"

namespace sluice::dynamodb {
namespace {

using std::chrono::milliseconds;

// Of BatchWriteItem.
constexpr std::size_t items_max = 25;
constexpr std::size_t request_bytes_max = std::size_t{15} << 20U;
// An item may have 400 KB; answers repeat what was not written.
constexpr std::size_t answer_bytes_max = std::size_t{17} << 20U;
// How often leftovers are sent again before the kit is told: its pauses are longer.
constexpr int tries_max = 8;
constexpr milliseconds first_pause{25};
constexpr milliseconds table_wait_max{60'000};
constexpr milliseconds table_poll{250};

}  // namespace

DynamoDbSink::DynamoDbSink(DynamoDbOptions options)
    : options_(std::move(options)),
      columns_(columns_of(options_)),
      http_(options_.aws.http, "sluice/dynamodb-sink"),
      credentials_(options_.aws, http_) {}

Json DynamoDbSink::call(const std::string& operation, const Json& input) {
  const auto url = options_.aws.endpoint
                       ? options_.aws.endpoint->reveal()
                       : "https://dynamodb." + options_.aws.region + ".amazonaws.com/";
  const auto body = input.dump();
  auto answer = http_.perform({.method = "POST",
                               .url = url,
                               .shown = {},
                               .headers = {{"Content-Type", "application/x-amz-json-1.0"},
                                           {"X-Amz-Target", "DynamoDB_20120810." + operation}},
                               .body = body,
                               .aws = credentials_.signing("dynamodb", give_up_),
                               .answer_bytes_max = answer_bytes_max},
                              give_up_);
  auto& response = answer.value();
  if (auto error = common::aws_error(response, operation + " of the table " + options_.table)) {
    if (error->server_text.find("Item size") != std::string::npos) {
      error->code = Errc::record_too_large;
    }
    throw Failure(*std::move(error));
  }
  auto json = Json::parse(response.body, nullptr, false);
  if (!json.is_object()) {
    throw Failure(Errc::outside_unavailable, operation + ": the answer is not JSON");
  }
  return json;
}

Json DynamoDbSink::describe() {
  try {
    return described_table(call("DescribeTable", {{"TableName", options_.table}}));
  } catch (const Failure& failure) {
    const bool is_missing = std::string_view(failure.what()).find("ResourceNotFoundException") !=
                            std::string_view::npos;
    if (!is_missing) throw;
    if (!options_.create_table) {
      throw Failure(Errc::invalid_config, "there is no table `" + options_.table + "` in " +
                                              options_.aws.region +
                                              ": create it, or give --create-table");
    }
    return nullptr;
  }
}

void DynamoDbSink::make_table() {
  const Column key = columns_.empty() ? Column{options_.id_attribute, "S"} : columns_.front();
  Json attributes = Json::array();
  attributes.push_back({{"AttributeName", key.name}, {"AttributeType", key.type}});
  Json schema = Json::array();
  schema.push_back({{"AttributeName", key.name}, {"KeyType", "HASH"}});
  call("CreateTable", {{"TableName", options_.table},
                       {"AttributeDefinitions", std::move(attributes)},
                       {"KeySchema", std::move(schema)},
                       {"BillingMode", "PAY_PER_REQUEST"}});
}

bool DynamoDbSink::pause(milliseconds time) const {
  std::this_thread::sleep_for(time);
  return !give_up_ || !give_up_();
}

void DynamoDbSink::open_table() {
  auto table = describe();
  if (table.is_null()) {
    make_table();
    table = describe();
  }
  const auto until = std::chrono::steady_clock::now() + table_wait_max;
  // A table that was just made may not be there yet for who asks for it.
  while (!is_ready(table)) {
    if (std::chrono::steady_clock::now() > until || !pause(table_poll)) {
      throw Failure(Errc::outside_unavailable,
                    "the table " + options_.table + " is " + state_of(table));
    }
    table = describe();
  }
  key_ = key_of_table(table);
}

void DynamoDbSink::open(SinkContext& context) {
  topic_ = context.topic();
  give_up_ = {};  // also while it is stopping: a batch in work may be finished
  credentials_.forget();
  open_table();
  context.connected();
}

Json DynamoDbSink::item_of(const SinkRecord& record) const {
  auto item = make_item(record.value, columns_);
  if (!options_.id_attribute.empty()) {
    auto id = topic_ + '-' + std::to_string(record.partition.value) + '-' +
              std::to_string(record.offset.value);
    if (record.index > 0) id += '-' + std::to_string(record.index);
    item[options_.id_attribute] = {{"S", std::move(id)}};
  }
  return item;
}

void DynamoDbSink::put(Json requests) {
  auto wait = first_pause;
  for (int i = 0; i < tries_max; ++i) {
    requests =
        unprocessed(call("BatchWriteItem", {{"RequestItems", {{options_.table, requests}}}}));
    if (requests.empty()) return;
    pause(wait);
    wait *= 2;
  }
  throw Failure(Errc::outside_unavailable, "the table " + options_.table + " has not written " +
                                               std::to_string(requests.size()) +
                                               " items: its throughput is used up");
}

// As many of the records as one request takes, or as come before one that cannot be an item.
DynamoDbSink::Request DynamoDbSink::next_request(std::span<const SinkRecord> records) const {
  Request out;
  // One request takes a key once, so of the records with one key the last.
  std::unordered_map<std::string, std::size_t> places;
  std::size_t bytes = 0;
  for (const auto& record : records) {
    bytes += 2 * record.value.size();
    const bool is_full = out.puts.size() >= items_max || bytes > request_bytes_max;
    if (is_full && !out.puts.empty()) break;
    try {
      auto item = item_of(record);
      const auto [place, is_new] = places.try_emplace(key_of(item, key_), out.puts.size());
      if (is_new) out.puts.emplace_back();
      out.puts[place->second] = {{"PutRequest", {{"Item", std::move(item)}}}};
    } catch (const Failure& failure) {
      out.problem = failure.error();
      break;
    }
    ++out.records;
  }
  return out;
}

void DynamoDbSink::write(std::span<const SinkRecord> records) {
  std::size_t written = 0;
  while (written < records.size()) {
    auto request = next_request(records.subspan(written));
    try {
      if (request.records > 0) put(std::move(request.puts));
    } catch (const Failure& failure) {
      // Which of the items it was the answer does not say.
      if (failure.error().retryable()) throw PartialWrite(written, failure.error());
      throw;
    }
    written += request.records;
    if (request.problem) throw PartialWrite(written, *request.problem);
  }
}

void DynamoDbSink::check(CheckContext& check) {
  give_up_ = [&check] { return check.time_left().count() == 0; };
  const auto table = describe();
  if (table.is_null()) {
    check.found("there is no table " + options_.table + ": it will be made");
    return;
  }
  check.found("the table " + options_.table + " is " + state_of(table));
}

}  // namespace sluice::dynamodb
