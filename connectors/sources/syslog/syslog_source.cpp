// SPDX-License-Identifier: Apache-2.0
#include "syslog_source.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <poll.h>

#include <sluice/connector/log.hpp>

namespace sluice::syslog {
namespace {

using Clock = Connection::Clock;
constexpr std::chrono::seconds handshake_time{10};
constexpr std::chrono::seconds farewell{2};

TlsFiles tls_files(const SyslogOptions& options) {
  return {options.cert_file, options.key_file, options.key_password.reveal(), options.ca_file};
}

// Something that is wrong with one sender, or was: the listeners are up.
void warn(std::string_view text) {
  log_line(LogLevel::warn, "syslog", text);
}

}  // namespace

SyslogSource::SyslogSource(SyslogOptions options) : options_(std::move(options)) {
  if (options_.listen.empty() && options_.files.empty()) {
    options_.listen = {"udp://:514", "tcp://:514"};
  }
}
SyslogSource::~SyslogSource() = default;

PositionKeeper SyslogSource::position_keeper() const {
  return options_.files.empty() ? PositionKeeper::nobody : PositionKeeper::kit;
}

void SyslogSource::open() {
  connections_.clear();
  listeners_.clear();
  datagrams_.clear();
  if (!options_.cert_file.empty()) tls_ = std::make_unique<TlsServer>(tls_files(options_));
  for (const auto& text : options_.listen) {
    auto parsed = parse_endpoint(text);
    const auto endpoint = std::move(parsed).value();
    Fd fd = open_socket(endpoint, options_.udp_buffer.bytes);
    const bool tls = endpoint.kind == Endpoint::Kind::tls;
    if (tls || endpoint.kind == Endpoint::Kind::tcp) {
      listeners_.push_back({std::move(fd), tls});
    } else {
      datagrams_.emplace_back(endpoint, std::move(fd), options_.message_bytes_max.bytes);
    }
  }
}

void SyslogSource::run(SourceContext& stream) {
  open();
  feed_.reset();
  tail_.reset();
  if (!options_.files.empty()) {
    tail_ = runs_.next(tail_options(options_), stream);
    feed_ = std::make_unique<common::TailFeed>(
        *tail_, [this](const common::Piece& piece, std::string& room) {
          return make(piece.bytes, {.transport = "file", .peer = *piece.path}, room);
        });
  }
  stream.connected();
  serve(stream);
  accept_all(stream);
  listeners_.clear();
  // What the senders believe to be ours; one that never ends must not keep us.
  const auto until = Clock::now() + farewell;
  while (read_all(stream) && Clock::now() < until) continue;
  connections_.clear();
  if (feed_) feed_->finish(stream);
  stream.flush();
  datagrams_.clear();
}

void SyslogSource::serve(SourceContext& stream) {
  bool more = false;
  while (stream.dispatch()) {
    const bool reading = stream.has_room();
    wait(stream, reading, more);
    if (!stream.dispatch()) return;
    more = false;
    if (!stream.has_room()) continue;  // it may have been paused while it waited
    accept_all(stream);
    more = read_all(stream);
    close_silent();
    if (feed_ && feed_->step(stream)) more = true;
  }
}

void SyslogSource::wait(SourceContext& stream, bool reading, bool more) {
  std::vector<pollfd> fds{{.fd = stream.wake_fd(), .events = POLLIN, .revents = 0}};
  if (reading) {
    for (const auto& one : datagrams_) fds.push_back({one.fd(), POLLIN, 0});
    for (const auto& one : connections_) fds.push_back({one->fd(), one->events(), 0});
    // Over the limit they wait in the kernel.
    if (connections_.size() < options_.connections_max) {
      for (const auto& one : listeners_) fds.push_back({one.fd.get(), POLLIN, 0});
    }
    if (tail_) fds.push_back({tail_->fd(), POLLIN, 0});
  }
  const int pause = reading ? pause_ms(more) : -1;
  if (::poll(fds.data(), fds.size(), pause) < 0 && errno != EINTR) {
    throw Failure(Errc::internal, std::string("poll: ") + std::strerror(errno));
  }
}

int SyslogSource::pause_ms(bool more) const {
  if (more) return 0;
  std::int64_t pause = 60'000;
  if (tail_) pause = std::min(pause, static_cast<std::int64_t>(tail_->idle_time().count()));
  const bool has_deadline =
      options_.idle_timeout ||
      std::ranges::any_of(connections_, &Connection::in_handshake,
                          [](const auto& one) -> const Connection& { return *one; });
  constexpr std::int64_t look_ms = 500;
  if (has_deadline && !connections_.empty()) pause = std::min(pause, look_ms);
  return static_cast<int>(pause);
}

void SyslogSource::accept_all(SourceContext& stream) {
  for (const auto& listener : listeners_) {
    while (connections_.size() < options_.connections_max) {
      try {
        auto accepted = accept_one(listener.fd);
        if (!accepted) break;
        connections_.push_back(std::make_unique<Connection>(
            std::move(accepted->first), std::move(accepted->second),
            listener.tls ? tls_.get() : nullptr, options_.message_bytes_max.bytes));
      } catch (const Failure& failure) {
        warn(failure.error().context);
        stream.wait(std::chrono::milliseconds(100));  // no more open files: poll would not wait
        break;
      }
    }
  }
}

bool SyslogSource::read_all(SourceContext& stream) {
  constexpr int datagrams_max = 256;
  bool more = false;
  for (auto& socket : datagrams_) {
    const std::string_view transport = socket.is_local() ? "unix" : "udp";
    const bool left = socket.read(datagrams_max, [&](const Datagram& one) {
      send(stream, one.bytes,
           {.transport = transport, .peer = one.peer, .truncated = one.truncated});
    });
    more = more || left;
    report_dropped(stream, socket);
  }
  return read_connections(stream) || more;
}

bool SyslogSource::read_connections(SourceContext& stream) {
  bool more = false;
  for (auto& connection : connections_) {
    const std::string_view transport = connection->is_tls() ? "tls" : "tcp";
    auto alive = connection->read([&](const Frame& frame) {
      send(stream, frame.text,
           {.transport = transport, .peer = connection->peer(), .truncated = frame.truncated});
    });
    if (!alive.ok()) {
      warn("connection from " + connection->peer() + ": " + alive.error().context);
    }
    if (!alive.ok() || !alive.value()) {
      connection.reset();
    } else if (connection->more()) {
      more = true;
    }
  }
  std::erase(connections_, nullptr);
  return more;
}

void SyslogSource::close_silent() {
  const auto now = Clock::now();
  std::erase_if(connections_, [&](const std::unique_ptr<Connection>& one) {
    const auto silent = now - one->heard_at();
    if (one->in_handshake() && silent > handshake_time) {
      warn("no TLS handshake from " + one->peer());
      return true;
    }
    return options_.idle_timeout && silent > *options_.idle_timeout;
  });
}

void SyslogSource::report_dropped(SourceContext& stream, DatagramSocket& socket) const {
  const auto count = socket.take_dropped();
  if (count == 0) return;
  for (std::uint32_t i = 0; i < count; ++i) stream.filtered("dropped by the kernel");
  warn("the kernel had no room for " + std::to_string(count) +
       " datagrams, they are lost: raise --udp-buffer and net.core.rmem_max, or let senders use "
       "TCP");
}

Outcome<RecordRef> SyslogSource::make(std::string_view text, const Origin& origin,
                                      std::string& room) const {
  if (origin.truncated && options_.oversize == Oversize::refuse) {
    return Error{Errc::record_too_large,
                 "a message from " + std::string(origin.peer) + " is larger than " +
                     std::to_string(options_.message_bytes_max.bytes) + " bytes",
                 {}};
  }
  auto parsed = parse_message(text, {.format = options_.format,
                                     .priority_required = origin.transport != "file",
                                     .now = std::chrono::system_clock::now()});
  if (!parsed.ok() && options_.unparsed == Unparsed::refuse) {
    return in_context("a message from " + std::string(origin.peer), parsed.error());
  }
  RecordRef record{.key = {}, .value = text};
  const Message* const message = parsed.ok() ? &parsed.value() : nullptr;
  if (message != nullptr && options_.key == Key::host) record.key = message->host;
  if (message != nullptr && options_.key == Key::app) record.key = message->app;
  if (options_.layout == Layout::json) {
    write_record(room, message, text, origin);
    record.value = room;
  }
  return record;
}

void SyslogSource::send(SourceContext& stream, std::string_view text, const Origin& origin) {
  auto made = make(text, origin, room_);
  if (made.ok()) {
    stream.send(made.value());
  } else {
    stream.refuse({.key = {}, .value = text}, made.error());
  }
}

void SyslogSource::check(CheckContext& check) {
  if (!options_.cert_file.empty()) TlsServer certificate(tls_files(options_));
  for (const auto& text : options_.listen) {
    auto parsed = parse_endpoint(text);
    const auto endpoint = std::move(parsed).value();
    const DatagramSocket socket(endpoint, open_socket(endpoint, 0), 0);
    check.found("messages can be received at " + text);
  }
  for (const auto& pattern : options_.files) {
    const auto paths = common::expand(pattern);
    for (const auto& path : paths) (void)common::ReadFile::open(path);
    check.found(std::to_string(paths.size()) + " files match " + pattern);
  }
}

}  // namespace sluice::syslog
