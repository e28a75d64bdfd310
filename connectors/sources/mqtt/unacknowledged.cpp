// SPDX-License-Identifier: Apache-2.0
#include "unacknowledged.hpp"

namespace sluice::mqtt {

void Unacknowledged::connection_opened() {
  for (const Entry& entry : queue_) {
    if (entry.qos == Qos::at_least_once) earlier_.insert_or_assign(entry.packet_id, entry);
  }
  queue_.clear();
  for (auto& [id, exchange] : exchanges_) exchange.queued = false;
}

void Unacknowledged::session_resumed(bool kept) {
  if (kept) return;
  earlier_.clear();
  exchanges_.clear();
}

Unacknowledged::Arrival Unacknowledged::arrived(const Publish& publish, std::uint64_t hash) {
  Entry entry{.sequence = last_sequence_ + 1,
              .hash = hash,
              .packet_id = publish.packet_id,
              .qos = publish.qos};
  auto arrival = Arrival::first_time;
  if (publish.qos == Qos::at_least_once) {
    if (const auto earlier = earlier_.find(publish.packet_id); earlier != earlier_.end()) {
      if (publish.duplicate && earlier->second.hash == hash) {
        entry.sequence = earlier->second.sequence;
        arrival = Arrival::repeated;
      }
      earlier_.erase(earlier);
    }
  } else {
    Exchange& exchange = exchanges_[publish.packet_id];
    if (exchange.sequence != 0 && exchange.hash == hash) {
      entry.sequence = exchange.sequence;
      arrival = Arrival::repeated;
      if (exchange.queued) return arrival;
    }
    exchange = {.sequence = entry.sequence, .hash = hash, .queued = true};
  }
  if (arrival == Arrival::first_time) last_sequence_ = entry.sequence;
  queue_.push_back(entry);
  return arrival;
}

std::optional<Unacknowledged::Ack> Unacknowledged::next_ack() {
  if (queue_.empty() || queue_.front().sequence > stored_) return std::nullopt;
  const Entry entry = queue_.front();
  queue_.pop_front();
  if (entry.qos == Qos::at_least_once) return Ack{PacketType::puback, entry.packet_id};
  if (const auto exchange = exchanges_.find(entry.packet_id); exchange != exchanges_.end()) {
    exchange->second.queued = false;
  }
  return Ack{PacketType::pubrec, entry.packet_id};
}

}  // namespace sluice::mqtt
