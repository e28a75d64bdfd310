// SPDX-License-Identifier: Apache-2.0
#include "redis_sink.hpp"

#include <algorithm>

namespace sluice::redis {
namespace {

// Redis does nothing else while a script runs.
constexpr std::size_t script_words_max = 50'000;
constexpr std::size_t script_bytes_max = std::size_t{4} << 20U;
constexpr std::size_t pipeline_bytes_max = std::size_t{16} << 20U;

std::string name_of(Operation operation) {
  for (const auto& row : enum_names<Operation>::rows) {
    if (row.value == operation) return std::string(row.name);
  }
  return {};
}

std::vector<std::string_view> views_of(const std::vector<std::string>& words) {
  return {words.begin(), words.end()};
}

std::string place_of(const Mark* mark) {
  return mark == nullptr ? "nothing" : "offset " + format_mark(*mark);
}

}  // namespace

RedisSink::RedisSink(SinkOptions options) : options_(std::move(options)) {}

template <typename Step>
void RedisSink::connected(Step step) {
  try {
    step();
  } catch (const RecordsRefused&) {
    throw;
  } catch (const PartialWrite&) {
    throw;
  } catch (const Failure& failure) {
    connection_.reset();
    auto error = failure.error();
    // A record that is refused is said above: this is about us, and no record is to go for it.
    if (error.code == Errc::outside_rejected) error.code = Errc::incompatible_server;
    if (error.retryable()) context_->disconnected(error);
    throw Failure(std::move(error));
  }
}

void RedisSink::open(SinkContext& context) {
  context_ = &context;
  topic_ = context.topic();
  commands_.emplace(options_, topic_);
  connected([&] {
    connection_ = std::make_unique<Connection>(options_.server, "sluice-" + context.name(),
                                               [&] { return context.stopping(); });
    require_command(*connection_);
    if (keeps_offsets()) {
      adopt(read_marks(*connection_, topic_));
      if (options_.wait_replicas > 0) {
        // A connection waits for its own writes only, and what an earlier one wrote must count.
        connection_->call({"HSET", offsets_key(options_), "sluice", "1"});
        wait_for_replicas();
      }
    }
  });
  context.connected();
}

void RedisSink::require_command(Connection& connection) const {
  const std::string name =
      options_.operation == Operation::json_set ? "JSON.SET" : name_of(options_.operation);
  // Without arguments it does nothing, and tells whether it is there and is ours to use.
  connection.add({name});
  const auto reply = connection.run().front();
  if (reply.text.starts_with("NOPERM")) throw Failure(error_of(name, reply.text));
  if (!reply.text.starts_with("ERR unknown command")) return;
  throw Failure(Errc::incompatible_server,
                "the server has no command " + name +
                    ": it needs the module (Redis 8, Redis Stack), or choose another --operation");
}

Marks RedisSink::read_marks(Connection& connection, std::string_view topic) const {
  const std::string key = offsets_key(options_);
  connection.add({"HGETALL", key});
  const auto reply = connection.run().front();
  if (reply.is_error()) {
    auto error = error_of("reading the offsets in " + key, reply.text);
    if (error.code == Errc::outside_rejected) error.code = Errc::invalid_config;
    throw Failure(std::move(error));
  }
  Marks marks;
  for (std::size_t i = 0; i + 1 < reply.items.size(); i += 2) {
    const auto partition = partition_of(reply.items[i].text, topic);
    if (!partition) continue;
    const auto mark = parse_mark(reply.items[i + 1].text);
    if (!mark) {
      throw Failure(Errc::data_corrupt,
                    "the hash " + key + " has an offset that is none, at " + reply.items[i].text);
    }
    marks[*partition] = *mark;
  }
  return marks;
}

void RedisSink::adopt(Marks marks) {
  for (const auto& [partition, mark] : marks_) {
    const auto found = marks.find(partition);
    const Mark* now = found == marks.end() ? nullptr : &found->second;
    if (now != nullptr && !is_behind(*now, mark)) continue;
    throw Failure(Errc::data_corrupt, "Redis had confirmed partition " +
                                          std::to_string(partition.value) + " up to " +
                                          place_of(&mark) + " and has now " + place_of(now) +
                                          ": it lost data; a new start goes on behind what it has");
  }
  marks_ = std::move(marks);
}

std::optional<std::map<PartitionId, Offset>> RedisSink::stored_offsets() {
  if (!keeps_offsets()) return std::nullopt;
  return whole_offsets(marks_);
}

void RedisSink::write(std::span<const SinkRecord> records) {
  connected([&] {
    if (keeps_offsets()) {
      write_scripts(records);
    } else {
      write_pipeline(records);
    }
  });
}

void RedisSink::write_scripts(Batch records) {
  std::size_t at = 0;
  while (at < records.size()) {
    WriteScript script(offsets_key(options_));
    std::optional<Error> refusal;
    const std::size_t end = fill(script, records, at, refusal);
    if (script.records() > 0) run_script(script, records, at, end);
    if (refusal) {
      wait_for_replicas();
      throw PartialWrite(end, std::move(*refusal));
    }
    at = end;
  }
  wait_for_replicas();
}

std::size_t RedisSink::fill(WriteScript& script, Batch records, std::size_t at,
                            std::optional<Error>& refusal) const {
  std::map<PartitionId, bool> expected;
  for (; at < records.size(); ++at) {
    const SinkRecord& record = records[at];
    if (covers(marks_, record)) continue;
    if (script.words() >= script_words_max || script.bytes() >= script_bytes_max) break;
    auto commands = commands_->commands(record);
    if (!commands.ok()) {
      refusal = commands.error();
      break;
    }
    const std::string field = mark_field(topic_, record.partition);
    if (expected.emplace(record.partition, true).second) {
      const auto found = marks_.find(record.partition);
      script.expect(field, found == marks_.end() ? std::nullopt : std::optional(found->second));
    }
    script.add(field, mark_at(records, at), std::move(commands).value());
  }
  return at;
}

void RedisSink::run_script(const WriteScript& script, Batch records, std::size_t from,
                           std::size_t to) {
  const auto words = script.command();
  connection_->add(views_of(words));
  const auto reply = connection_->run().front();
  if (reply.is_error()) {
    auto error = error_of("the script that writes the records", reply.text);
    if (reply.text.find("unknown command") != std::string::npos) {
      error = {Errc::incompatible_server, "the server runs no scripts: choose --offsets cluster",
               reply.text};
    }
    // Not about a record.
    if (error.code == Errc::outside_rejected) error.code = Errc::protocol;
    throw Failure(std::move(error));
  }
  const auto answer = WriteScript::read(reply).value();
  if (answer.foreign_mark) {
    throw Failure(Errc::data_corrupt,
                  "the offsets in " + offsets_key(options_) +
                      " are not those that this sink wrote: another sink has the same --prefix and "
                      "topic, or Redis lost data; a new start goes on behind what it has");
  }
  std::size_t left = answer.done;
  std::size_t at = from;
  for (; at < to; ++at) {
    if (covers(marks_, records[at])) continue;
    if (left == 0) break;
    --left;
    marks_[records[at].partition] = mark_at(records, at);
  }
  if (!answer.error) return;
  auto error = error_of(name_of(options_.operation), *answer.error);
  if (error.code != Errc::outside_rejected) throw Failure(std::move(error));
  wait_for_replicas();
  throw PartialWrite(at, std::move(error));
}

void RedisSink::write_pipeline(Batch records) {
  std::vector<RecordsRefused::Refused> refused;
  std::size_t begin = 0;
  while (begin < records.size()) {
    std::vector<std::size_t> owners;  // of the replies
    std::size_t bytes = 0;
    std::size_t at = begin;
    for (; at < records.size() && bytes < pipeline_bytes_max; ++at) {
      auto commands = commands_->commands(records[at]);
      if (!commands.ok()) {
        refused.push_back({at, commands.error()});
        continue;
      }
      for (const Command& command : commands.value()) {
        for (const auto& word : command) bytes += word.size();
        connection_->add(views_of(command));
        owners.push_back(at);
      }
    }
    const auto replies = connection_->run();
    for (std::size_t i = 0; i < replies.size(); ++i) {
      if (!replies[i].is_error()) continue;
      auto error = error_of(name_of(options_.operation), replies[i].text);
      if (error.code != Errc::outside_rejected) throw Failure(std::move(error));
      if (refused.empty() || refused.back().at < owners[i]) {
        refused.push_back({owners[i], std::move(error)});
      }
    }
    begin = at;
  }
  wait_for_replicas();
  if (refused.empty()) return;
  std::ranges::sort(refused, {}, &RecordsRefused::Refused::at);
  throw RecordsRefused(std::move(refused));
}

void RedisSink::wait_for_replicas() {
  if (options_.wait_replicas == 0) return;
  const auto reply = connection_->call({"WAIT", std::to_string(options_.wait_replicas),
                                        std::to_string(options_.wait_timeout.count())});
  if (reply.integer >= options_.wait_replicas) return;
  throw Failure(Errc::outside_unavailable,
                "only " + std::to_string(reply.integer) + " of " +
                    std::to_string(options_.wait_replicas) + " replicas have the batch after " +
                    std::to_string(options_.wait_timeout.count()) + " ms");
}

void RedisSink::idle() {
  connected([&] { connection_->call({"PING"}); });
}

void RedisSink::close() {
  connection_.reset();
}

void RedisSink::check(CheckContext& check) {
  auto server = options_.server;
  server.connect_timeout = std::min(server.connect_timeout, check.time_left());
  Connection connection(server, "sluice-check", [&] { return check.time_left().count() == 0; });
  require_command(connection);
  check.found("the server " + server.url.reveal().redacted() + " takes us");
  if (!keeps_offsets()) return;
  const auto marks = read_marks(connection, check.topic());
  check.found(std::to_string(marks.size()) + " partitions have an offset in " +
              offsets_key(options_));
  connection.add({"CONFIG", "GET", "maxmemory-policy"});
  const auto reply = connection.run().front();
  if (reply.items.size() == 2 && reply.items[1].text.starts_with("allkeys")) {
    check.found("its maxmemory-policy " + reply.items[1].text +
                " may throw the offsets away: records would be written again");
  }
}

}  // namespace sluice::redis
