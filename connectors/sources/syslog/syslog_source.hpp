// SPDX-License-Identifier: Apache-2.0
#pragma once

// Syslog -> stream. Messages of sockets have no position: their senders hear nothing of what
// becomes of them. Those of files have, and the kit keeps it. When the stream is full nothing is
// read: senders over TCP wait, and the kernel drops datagrams, which is counted.

#include <memory>
#include <string>
#include <vector>

#include <sluice/connector/source.hpp>

#include "common/tail/tail_feed.hpp"
#include "record.hpp"
#include "sockets.hpp"

namespace sluice::syslog {

class SyslogSource final : public Source {
 public:
  explicit SyslogSource(SyslogOptions options);
  ~SyslogSource() override;

  void run(SourceContext& stream) override;
  [[nodiscard]] PositionKeeper position_keeper() const override;
  void check(CheckContext& check) override;

 private:
  struct Listener {
    Fd fd;
    bool tls;
  };
  void open();
  void serve(SourceContext& stream);
  // Reads once from everything that has something. True: there may be more at once.
  bool read_all(SourceContext& stream);
  bool read_connections(SourceContext& stream);
  void accept_all(SourceContext& stream);
  void wait(SourceContext& stream, bool reading, bool more);
  void close_silent();
  [[nodiscard]] int pause_ms(bool more) const;

  void send(SourceContext& stream, std::string_view text, const Origin& origin);
  void report_dropped(SourceContext& stream, DatagramSocket& socket) const;
  // The record, in `room` when it is not the text itself.
  [[nodiscard]] Outcome<RecordRef> make(std::string_view text, const Origin& origin,
                                        std::string& room) const;

  SyslogOptions options_;
  std::unique_ptr<TlsServer> tls_;
  std::vector<DatagramSocket> datagrams_;
  std::vector<Listener> listeners_;
  std::vector<std::unique_ptr<Connection>> connections_;
  common::TailRuns runs_;
  std::unique_ptr<common::Tail> tail_;
  std::unique_ptr<common::TailFeed> feed_;
  std::string room_;
};

}  // namespace sluice::syslog
