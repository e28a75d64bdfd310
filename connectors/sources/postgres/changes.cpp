// SPDX-License-Identifier: Apache-2.0
#include "changes.hpp"

#include <algorithm>
#include <limits>

namespace sluice::postgres {
namespace {

void append_big_endian(std::string& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xffU);
}

}  // namespace

Changes::Changes(Progress progress) : progress_(std::move(progress)) {
  skip_ = progress_.count;
  confirmed_ = progress_.done;
}

void Changes::take(std::string_view message, const Send& send) {
  if (message.starts_with('w')) {
    take_data(message.substr(1), send);
  } else if (message.starts_with('k')) {
    take_keepalive(message.substr(1));
  }
}

void Changes::take_keepalive(std::string_view message) {
  ByteReader in(message);
  const auto end = in.number<std::uint64_t>();
  in.number<std::int64_t>();
  const bool wanted = in.number<std::uint8_t>() != 0;
  if (in.failed()) throw Failure(Errc::protocol, "a keepalive of the server is too short");
  answer_wanted_ = answer_wanted_ || wanted;
  received_ = std::max(received_, end);
  server_end_ = std::max(server_end_, end);
  confirm_when_idle();
}

void Changes::take_data(std::string_view bytes, const Send& send) {
  ByteReader in(bytes);
  const Envelope envelope{.wal_start = in.number<std::uint64_t>(),
                          .wal_end = in.number<std::uint64_t>(),
                          .timestamp = in.number<std::int64_t>()};
  if (in.failed()) throw Failure(Errc::protocol, "a message of the server is too short");
  received_ = std::max(received_, envelope.wal_end);
  auto message = decode_message(in.rest());
  Message& body = message.value();
  const bool wanted = is_wanted(body);
  // Also of what is left out: the tables it tells of.
  auto value = json_.write(envelope, body);
  std::string_view text = value.value();
  if (!wanted) return;
  sent_ = format_progress(progress_);
  send(text, sent_);
}

void Changes::begin(const Begin& begin) {
  skip_all_ = begin.final_lsn < progress_.done;
  if (begin.final_lsn != progress_.under_way) skip_ = 0;
  progress_.under_way = begin.final_lsn;
  progress_.count = 0;
}

bool Changes::is_wanted(Message& message) {
  // The server tells of tables when it thinks that we do not know them, so they do not count.
  if (std::holds_alternative<Relation>(message) || std::holds_alternative<Type>(message)) {
    return true;
  }
  if (const auto* start = std::get_if<Begin>(&message)) begin(*start);
  ++progress_.count;
  bool wanted = !skip_all_ && progress_.count > skip_ && has_table_to_send(message);
  if (const auto* end = std::get_if<Commit>(&message)) {
    progress_.done = std::max(progress_.done, end->end_lsn);
    progress_.under_way = progress_.count = skip_ = 0;
    forget_rows(progress_);
  }
  return wanted;
}

// What the snapshot has is left out.
bool Changes::has_table_to_send(Message& message) const {
  const Lsn commit = progress_.under_way;
  const auto is_new = [&](std::uint32_t table) { return !is_in_rows(progress_, table, commit); };
  if (const auto* insert = std::get_if<Insert>(&message)) return is_new(insert->relation);
  if (const auto* update = std::get_if<Update>(&message)) return is_new(update->relation);
  if (const auto* deleted = std::get_if<Delete>(&message)) return is_new(deleted->relation);
  if (auto* truncate = std::get_if<Truncate>(&message)) {
    std::erase_if(truncate->relations, [&](std::uint32_t table) { return !is_new(table); });
    return !truncate->relations.empty();
  }
  return true;
}

void Changes::confirm(Lsn lsn) {
  confirmed_ = std::max(confirmed_, lsn);
}

void Changes::confirm_when_idle() {
  if (progress_.under_way == 0 && sent_ == acknowledged_) confirm(server_end_);
}

void Changes::acknowledged(std::string_view position) {
  const auto progress = parse_progress(position);
  if (!progress.ok()) return;
  acknowledged_ = position;
  if (sent_.empty()) sent_ = acknowledged_;
  confirm(Outcome(progress).value().done);
  confirm_when_idle();
}

std::string Changes::status(std::int64_t now) {
  answer_wanted_ = false;
  std::string out = "r";
  append_big_endian(out, std::max(received_, confirmed_));
  append_big_endian(out, confirmed_);
  append_big_endian(out, confirmed_);
  append_big_endian(out, static_cast<std::uint64_t>(now));
  out += '\0';
  return out;
}

}  // namespace sluice::postgres
