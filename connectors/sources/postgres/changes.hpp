// SPDX-License-Identifier: Apache-2.0
#pragma once

// The stream of changes, without its socket: what goes to the topic, and what the server may be
// told. Pure: messages in, records and numbers out.
//
// The server is told that we have everything up to a place only when the topic has it. When nothing
// is under way, that is also true of a later place that the server itself names: so a database, or
// a publication, in which nothing happens does not hold back WAL.

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "event_json.hpp"
#include "pgoutput.hpp"
#include "progress.hpp"

namespace sluice::postgres {

class Changes {
 public:
  using Send = std::function<void(std::string_view value, std::string position)>;

  // Goes on behind `progress`, of which the topic has everything.
  explicit Changes(Progress progress);

  // One message of the COPY: data for the topic, or a word of the server's. Throws: `Failure`:
  // `protocol`, and what `send` throws.
  void take(std::string_view message, const Send& send);
  // The topic has everything up to this position.
  void acknowledged(std::string_view position);

  // Where to begin: for START_REPLICATION.
  [[nodiscard]] Lsn start() const { return progress_.done; }
  // What the server may forget.
  [[nodiscard]] Lsn confirmed() const { return confirmed_; }
  // Of the transaction under way the end has not come yet.
  [[nodiscard]] bool in_transaction() const { return progress_.under_way != 0; }
  // It wants to hear from us now.
  [[nodiscard]] bool answer_wanted() const { return answer_wanted_; }
  // The status message, as of now (microseconds since 2000).
  [[nodiscard]] std::string status(std::int64_t now);

 private:
  void take_data(std::string_view message, const Send& send);
  void take_keepalive(std::string_view message);
  // What of the message goes to the topic; counts it.
  [[nodiscard]] bool is_wanted(Message& message);
  void begin(const Begin& begin);
  [[nodiscard]] bool has_table_to_send(Message& message) const;
  void confirm(Lsn lsn);
  void confirm_when_idle();

  Progress progress_;
  EventJson json_;
  std::uint64_t skip_ = 0;  // messages of this transaction that the topic has
  bool skip_all_ = false;
  std::string sent_;  // the last position
  std::string acknowledged_;
  Lsn received_ = 0;
  Lsn server_end_ = 0;  // up to where the server has read its WAL, once all before it was sent
  Lsn confirmed_ = 0;
  bool answer_wanted_ = false;
};

}  // namespace sluice::postgres
