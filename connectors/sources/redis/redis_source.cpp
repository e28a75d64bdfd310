// SPDX-License-Identifier: Apache-2.0
#include "redis_source.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include <poll.h>

namespace sluice::redis {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds block{1'000};
constexpr std::chrono::milliseconds pause_while_in_flight{10};
constexpr std::size_t tell_count_max = 1'000;

std::vector<std::string_view> views_of(const std::vector<std::string>& words) {
  return {words.begin(), words.end()};
}

}  // namespace

RedisSource::RedisSource(SourceOptions options) : options_(std::move(options)) {}

void RedisSource::run(SourceContext& stream) {
  consumer_ = options_.consumer.empty() ? stream.name() : options_.consumer;
  auto server = options_.server;
  // The answer to a read may take as long as the read waits.
  server.timeout = std::max(server.timeout, block * 2);
  try {
    connection_ = std::make_unique<Connection>(server, "sluice-" + stream.name(),
                                               [&] { return stream.stopping(); });
    if (has_group()) {
      run_group(stream);
    } else {
      run_alone(stream);
    }
  } catch (const Failure& failure) {
    connection_.reset();
    if (stream.stopping() && failure.code() == Errc::cancelled) return;
    throw;
  }
  connection_.reset();
}

void RedisSource::acknowledged(const Position& position) {
  if (!has_group()) return;
  std::uint64_t number = 0;
  const auto& text = position.bytes;
  std::from_chars(text.data(), text.data() + text.size(), number);
  in_flight_.stored(number);
}

// --- as a consumer of a group --------------------------------------------------------------

void RedisSource::run_group(SourceContext& stream) {
  in_flight_.forget_unsent();
  make_groups();
  stream.connected();
  tell_redis();
  read_pending(stream);
  Places fresh;
  for (const auto& name : options_.streams) fresh[name] = ">";
  while (!stream.stopping()) {
    if (in_flight_.to_tell_count() >= tell_count_max || in_flight_.size() == 0) tell_redis();
    if (options_.claim_idle && Clock::now() >= next_claim_) claim(stream);
    if (in_flight_.size() >= options_.max_pending) {
      stream.wait(pause_while_in_flight);
      tell_redis();
      continue;
    }
    const bool may_block = in_flight_.size() == 0;
    const auto entries = read(stream, fresh, may_block);
    if (!entries) break;
    for (const Entry& entry : *entries) deliver(stream, entry);
    if (entries->empty() && !may_block) {
      stream.wait(pause_while_in_flight);
      tell_redis();
    }
  }
  const bool waits_for_entries = in_flight_.size() == 0 && in_flight_.to_tell_count() == 0;
  stream.flush();
  if (!waits_for_entries) tell_redis();
}

void RedisSource::make_groups() {
  const bool from_end = options_.start == Start::end && !had_groups_;
  for (const auto& name : options_.streams) {
    connection_->add({"XGROUP", "CREATE", name, options_.group, from_end ? "$" : "0", "MKSTREAM"});
    const auto reply = connection_->run().front();
    if (!reply.is_error() || reply.text.starts_with("BUSYGROUP")) continue;
    auto error = error_of("making the group " + options_.group + " of " + name, reply.text);
    if (error.code == Errc::outside_rejected) error.code = Errc::invalid_config;
    throw Failure(std::move(error));
  }
  had_groups_ = true;
}

void RedisSource::read_pending(SourceContext& stream) {
  Places from;
  for (const auto& name : options_.streams) from[name] = "0-0";
  while (!stream.stopping()) {
    const auto entries = read(stream, from, false);
    if (!entries || entries->empty()) return;
    for (const Entry& entry : *entries) {
      from[entry.stream] = entry.id;
      while (in_flight_.size() >= options_.max_pending) {
        if (!stream.wait(pause_while_in_flight)) return;
      }
      deliver(stream, entry);
    }
    tell_redis();
  }
}

void RedisSource::claim(SourceContext& stream) {
  next_claim_ = Clock::now() + *options_.claim_idle / 2;
  const std::string idle = std::to_string(options_.claim_idle->count());
  const std::string count = std::to_string(options_.read_count);
  for (const auto& name : options_.streams) {
    std::string cursor = "0-0";
    do {
      const auto reply = connection_->call(
          {"XAUTOCLAIM", name, options_.group, consumer_, idle, cursor, "COUNT", count});
      if (reply.items.size() < 2) return;
      cursor = reply.items[0].text;
      for (const Entry& entry : entries_in(name, reply.items[1]).value()) deliver(stream, entry);
      if (reply.items.size() > 2) {
        // Redis 7 has taken them off the list by itself.
        for (std::size_t i = 0; i < reply.items[2].items.size(); ++i) stream.filtered("deleted");
      }
    } while (cursor != "0-0" && in_flight_.size() < options_.max_pending && !stream.stopping());
  }
}

void RedisSource::tell_redis() {
  if (in_flight_.to_tell_count() == 0) return;
  for (const auto& [name, ids] : in_flight_.to_tell()) {
    for (std::size_t at = 0; at < ids.size(); at += tell_count_max) {
      std::vector<std::string_view> words{"XACK", name, options_.group};
      for (std::size_t i = at; i < std::min(at + tell_count_max, ids.size()); ++i) {
        words.push_back(ids[i]);
      }
      connection_->add(words);
    }
  }
  for (const auto& reply : connection_->run()) {
    if (reply.is_error()) throw Failure(error_of("XACK", reply.text));
  }
  in_flight_.told();
}

// --- alone -----------------------------------------------------------------------------------

void RedisSource::run_alone(SourceContext& stream) {
  find_places(stream);
  stream.connected();
  while (!stream.stopping()) {
    const auto entries = read(stream, places_, true);
    if (!entries) break;
    for (const Entry& entry : *entries) {
      auto behind = places_;
      behind[entry.stream] = entry.id;
      pass(stream, entry, {format_places(behind)});
      places_ = std::move(behind);
    }
  }
  stream.flush();
}

void RedisSource::find_places(SourceContext& stream) {
  if (places_.empty() && stream.resume_from()) {
    auto kept = parse_places(stream.resume_from()->bytes);
    if (!kept) throw Failure(Errc::data_corrupt, "the stored position is not one of this source");
    places_ = std::move(*kept);
  }
  std::erase_if(places_, [&](const auto& place) {
    return std::ranges::find(options_.streams, place.first) == options_.streams.end();
  });
  bool has_begun = false;
  for (const auto& name : options_.streams) {
    const auto last = connection_->call({"XREVRANGE", name, "+", "-", "COUNT", "1"});
    const std::string last_id =
        last.items.empty() || last.items[0].items.empty() ? "" : last.items[0].items[0].text;
    const auto place = places_.find(name);
    if (place == places_.end()) {
      const bool at_end = options_.start == Start::end && !last_id.empty();
      places_[name] = at_end ? last_id : "0-0";
      has_begun = has_begun || options_.start == Start::end;
    } else if (!last_id.empty() && id_numbers(last_id) < id_numbers(place->second)) {
      stream.disconnected({Errc::data_corrupt,
                           "the stream " + name + " ends at " + last_id + ", before " +
                               place->second +
                               " that was read: it was made anew, and is read from its beginning",
                           {}});
      place->second = "0-0";
    }
  }
  // A new start before the first record begins there, too.
  if (has_begun) stream.passed({format_places(places_)});
}

// --- both ------------------------------------------------------------------------------------

std::optional<std::vector<Entry>> RedisSource::read(SourceContext& stream, const Places& places,
                                                    bool may_block) {
  std::vector<std::string> words;
  if (has_group()) {
    words = {"XREADGROUP", "GROUP", options_.group, consumer_};
  } else {
    words = {"XREAD"};
  }
  words.insert(words.end(), {"COUNT", std::to_string(options_.read_count)});
  if (may_block) words.insert(words.end(), {"BLOCK", std::to_string(block.count())});
  words.emplace_back("STREAMS");
  for (const auto& [name, id] : places) words.push_back(name);
  for (const auto& [name, id] : places) words.push_back(id);
  connection_->add(views_of(words));
  const auto reply = wait_for_reply(stream);
  if (!reply) return std::nullopt;
  if (reply->is_error()) {
    if (reply->text.starts_with("NOGROUP")) {
      throw Failure(Errc::outside_unavailable,
                    "the group " + options_.group +
                        " is gone from Redis: it is made again, and reads from the beginning");
    }
    auto error = error_of("reading the streams", reply->text);
    if (error.code == Errc::outside_rejected) error.code = Errc::invalid_config;
    throw Failure(std::move(error));
  }
  return entries_of(*reply).value();
}

std::optional<Reply> RedisSource::wait_for_reply(SourceContext& stream) {
  const auto until = Clock::now() + std::max(options_.server.timeout, block * 2);
  for (;;) {
    if (auto reply = connection_->poll_reply()) return reply;
    if (Clock::now() >= until) throw Failure(Errc::timed_out, "the server does not answer a read");
    const short events = connection_->wants_to_send() ? POLLIN | POLLOUT : POLLIN;
    std::array<pollfd, 2> fds{pollfd{.fd = connection_->fd(), .events = events, .revents = 0},
                              pollfd{.fd = stream.wake_fd(), .events = POLLIN, .revents = 0}};
    if (::poll(fds.data(), fds.size(), static_cast<int>(block.count())) < 0 && errno != EINTR) {
      throw Failure(Errc::internal, std::string("poll: ") + std::strerror(errno));
    }
    // With a reply under way the connection is of no further use, and nothing waits for it: what
    // comes stays in the pending list.
    if (!stream.dispatch() && in_flight_.size() == 0 && in_flight_.to_tell_count() == 0) {
      return std::nullopt;
    }
  }
}

void RedisSource::deliver(SourceContext& stream, const Entry& entry) {
  if (in_flight_.has(entry)) return;
  if (entry.deleted) {
    in_flight_.passed_over(entry);
    stream.filtered("deleted");
    return;
  }
  pass(stream, entry, {std::to_string(in_flight_.add(entry))});
}

void RedisSource::pass(SourceContext& stream, const Entry& entry, Position position) const {
  std::optional<std::string_view> key;
  if (!options_.key_field.empty()) key = field_of(entry, options_.key_field);
  if (options_.field.empty()) {
    stream.send({.key = key, .value = format_entry(entry)}, std::move(position));
    return;
  }
  if (const auto value = field_of(entry, options_.field)) {
    stream.send({.key = key, .value = *value}, std::move(position));
    return;
  }
  stream.refuse(
      {.key = key, .value = format_entry(entry)},
      {Errc::malformed,
       "the entry " + entry.id + " of " + entry.stream + " has no field " + options_.field,
       {}},
      std::move(position));
}

void RedisSource::check(CheckContext& check) {
  auto server = options_.server;
  server.connect_timeout = std::min(server.connect_timeout, check.time_left());
  Connection connection(server, "sluice-check", [&] { return check.time_left().count() == 0; });
  check.found("the server " + server.url.reveal().redacted() + " takes us");
  for (const auto& name : options_.streams) {
    const auto type = connection.call({"TYPE", name}).text;
    if (type != "stream" && type != "none") {
      throw Failure(Errc::invalid_config, "the key " + name + " holds no stream but a " + type);
    }
    if (type == "none") {
      check.found("there is no " + name + " yet");
      continue;
    }
    const auto length = connection.call({"XLEN", name}).integer;
    check.found("the stream " + name + " has " + std::to_string(length) + " entries");
  }
}

}  // namespace sluice::redis
