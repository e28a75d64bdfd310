// SPDX-License-Identifier: Apache-2.0
#pragma once

// MQTT topics -> stream. The broker gets its acknowledgement only after the stream has the
// record; with QoS 1 and 2 the broker's session keeps the place while we are away, so this
// source stores no position.
//
// One thread: it waits in poll(2) for the broker and for the kit at once.

#include <memory>

#include <sluice/connector/source.hpp>

#include "common/socket/socket.hpp"
#include "mqtt_options.hpp"
#include "session.hpp"

namespace sluice::mqtt {

class MqttSource final : public Source {
 public:
  explicit MqttSource(MqttOptions options);

  void run(SourceContext& stream) override;
  void acknowledged(const Position& position) override;
  void check(CheckContext& check) override;
  [[nodiscard]] PositionKeeper position_keeper() const override { return PositionKeeper::outside; }

 private:
  // Errors are the broker's side; what the stream throws passes through.
  //
  // One connection, until it breaks (an error) or the source is to stop.
  [[nodiscard]] Outcome<Done> serve(SourceContext& stream);
  [[nodiscard]] Outcome<Done> read(SourceContext& stream);
  // True when all that was received is delivered, false when the stream has no room for more.
  [[nodiscard]] Outcome<bool> deliver_received(SourceContext& stream);
  void deliver(SourceContext& stream, const Message& message);
  // False when it was dropped, so that no acknowledgement will come for it.
  [[nodiscard]] bool pass(SourceContext& stream, const Message& message);
  [[nodiscard]] Outcome<Done> write();
  [[nodiscard]] bool wants_more(SourceContext& stream) const;
  void wait_for_something(SourceContext& stream, bool reading);
  void leave(SourceContext& stream);
  void await_close();
  void settle();
  // Connects, is taken, and leaves.
  [[nodiscard]] Outcome<Done> greet(Session& session, CheckContext& check) const;
  [[nodiscard]] bool give_up_for_good(const Error& error) const;
  [[nodiscard]] std::chrono::milliseconds pause_after_short_lives() const;
  [[nodiscard]] std::string taken_over_hint() const;
  [[nodiscard]] bool fall_back(const Error& error);

  MqttOptions options_;
  RecordFormat format_;
  Session session_;
  std::unique_ptr<common::Socket> socket_;
  bool was_connected_ = false;  // in this run of the program
  bool announced_ = false;      // this connection, to the kit
  Session::Time announced_at_{};
  int short_lives_ = 0;  // connections in a row that were lost as soon as they were there
  bool unread_ = false;  // there may be bytes that poll(2) does not see

  // Messages without a record (not JSON, dropped) are acknowledged with the record before them.
  std::uint64_t seen_ = 0;    // the newest message that was handed out
  std::uint64_t sent_ = 0;    // the newest that became a record
  std::uint64_t stored_ = 0;  // the newest record that the stream has
};

}  // namespace sluice::mqtt
