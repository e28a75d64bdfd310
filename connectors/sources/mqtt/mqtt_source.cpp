// SPDX-License-Identifier: Apache-2.0
#include "mqtt_source.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <poll.h>

namespace sluice::mqtt {
namespace {

using Clock = Session::Clock;

// A broker that does not close; what it has not read comes again.
constexpr std::chrono::seconds close_wait{2};
constexpr auto short_life = std::chrono::seconds(5);

// A position is the number of a message, as bytes; it means nothing to another process.
Position position_of(std::uint64_t sequence) {
  Position position{std::string(sizeof sequence, '\0')};
  std::memcpy(position.bytes.data(), &sequence, sizeof sequence);
  return position;
}

std::uint64_t sequence_of(const Position& position) {
  std::uint64_t sequence = 0;
  std::memcpy(&sequence, position.bytes.data(), std::min(position.bytes.size(), sizeof sequence));
  return sequence;
}

SessionOptions session_options(const MqttOptions& options) {
  return {
      .version = first_version(options.broker),
      .client_id = options.broker.client_id,
      .user = user_of(options.broker),
      .password = password_of(options.broker),
      .topics = options.topics,
      .qos = static_cast<Qos>(options.qos),
      .clean_start = options.clean_session,
      .session_expiry = options.clean_session ? std::chrono::seconds{0} : options.session_expiry,
      .keep_alive = options.broker.keep_alive,
      .receive_maximum = options.max_in_flight,
      .packet_bytes_max = options.max_packet_size.bytes,
      .answer_timeout = options.broker.connect_timeout,
  };
}

}  // namespace

MqttSource::MqttSource(MqttOptions options)
    : options_(std::move(options)),
      format_(options_.payload_output),
      session_(session_options(options_)) {}

void MqttSource::run(SourceContext& stream) {
  if (options_.broker.client_id.empty()) session_.set_client_id("sluice-" + stream.name());
  while (!stream.stopping()) {
    const auto served = serve(stream);
    socket_.reset();
    session_.close();
    const bool lived_shortly = announced_ && Clock::now() - announced_at_ < short_life;
    if (announced_) short_lives_ = lived_shortly ? short_lives_ + 1 : 0;
    if (served.ok() || (stream.stopping() && served.error().code == Errc::cancelled)) return;
    if (fall_back(served.error())) continue;
    if (give_up_for_good(served.error())) throw Failure(served.error());
    stream.disconnected(short_lives_ > 1 ? in_context(taken_over_hint(), served.error())
                                         : served.error());
    if (!stream.wait(std::max(stream.next_retry_delay(), pause_after_short_lives()))) return;
  }
}

// Brokers that do not say why (mosquitto 2.0.11, and all in 3.1.1) just close the connection when
// another client takes the client id: without a growing pause the two would throw each other out
// many times a second.
std::chrono::milliseconds MqttSource::pause_after_short_lives() const {
  constexpr int doublings_max = 6;
  if (short_lives_ < 2) return std::chrono::milliseconds{0};
  return std::chrono::milliseconds(500) * (1 << std::min(short_lives_ - 2, doublings_max));
}

std::string MqttSource::taken_over_hint() const {
  return "connected and lost again at once, does another client use the client id " +
         session_.client_id() + '?';
}

bool MqttSource::fall_back(const Error& error) {
  if (error.code != Errc::unsupported || options_.broker.version != VersionChoice::automatic ||
      session_.version() != Version::v5 || was_connected_) {
    return false;
  }
  session_.set_version(Version::v3_1_1);
  return true;
}

bool MqttSource::give_up_for_good(const Error& error) const {
  switch (error.code) {
    case Errc::cancelled:
    case Errc::too_large:        // it would come again
    case Errc::already_running:  // the other client and we would throw each other out for ever
    case Errc::internal:
    case Errc::malformed:
      return true;
    default:
      // What never worked is a wrong setting; what has worked may work again.
      return !error.retryable() && !was_connected_;
  }
}

Outcome<Done> MqttSource::serve(SourceContext& stream) {
  auto socket =
      common::Socket::connect(socket_options(options_.broker), [&] { return stream.stopping(); });
  if (!socket.ok()) return socket.error();
  socket_ = std::move(socket.value());
  announced_ = unread_ = false;
  session_.open(Clock::now());
  for (;;) {
    Outcome<Done> done = write();
    if (!done.ok()) return done;
    const bool reading = wants_more(stream);
    wait_for_something(stream, reading);
    if (!stream.dispatch()) {
      leave(stream);
      return Done{};
    }
    if (reading) done = read(stream);
    if (done.ok()) done = session_.tick(Clock::now(), reading);
    if (!done.ok()) return done;
    if (session_.running() && !announced_) {
      announced_ = was_connected_ = true;
      announced_at_ = Clock::now();
      // Nothing can bring them back, but nobody should have to guess that they are gone.
      if (session_.was_forgotten()) {
        stream.disconnected({Errc::data_corrupt,
                             "the broker has lost our session: what it had not delivered is lost",
                             {}});
      }
      stream.connected();
    }
  }
}

// The handshake goes on even while the stream is full.
bool MqttSource::wants_more(SourceContext& stream) const {
  return !session_.running() || stream.has_room();
}

void MqttSource::wait_for_something(SourceContext& stream, bool reading) {
  short events = reading ? POLLIN : 0;
  if (!session_.output().empty()) events |= POLLOUT;
  std::array<pollfd, 2> fds{pollfd{.fd = events != 0 ? socket_->fd() : -1, .events = events},
                            pollfd{.fd = stream.wake_fd(), .events = POLLIN}};
  const auto until = session_.deadline();
  int timeout = -1;
  if (reading && unread_) {
    timeout = 0;
  } else if (until != Session::Time::max()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    timeout = static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
  }
  if (::poll(fds.data(), fds.size(), timeout) < 0 && errno != EINTR) {
    throw Failure(Errc::internal, std::string("poll: ") + std::strerror(errno));
  }
}

Outcome<Done> MqttSource::read(SourceContext& stream) {
  // A busy broker must not keep us from hearing the kit.
  constexpr int reads_max = 32;
  unread_ = true;
  for (int i = 0; i < reads_max; ++i) {
    auto all = deliver_received(stream);
    if (!all.ok()) return all.error();
    Outcome<Done> written = write();
    if (!written.ok() || !all.value()) return written;
    auto count = socket_->receive(session_.receive_room());
    if (!count.ok()) return count.error();
    if (!count.value()) {
      unread_ = false;
      break;
    }
    session_.received(*count.value(), Clock::now());
  }
  return Done{};
}

Outcome<bool> MqttSource::deliver_received(SourceContext& stream) {
  while (wants_more(stream)) {
    auto message = session_.next();
    if (!message.ok()) return message.error();
    if (!message.value()) return true;
    deliver(stream, *message.value());
  }
  return false;
}

void MqttSource::deliver(SourceContext& stream, const Message& message) {
  try {
    const bool counts = pass(stream, message);
    if (message.sequence) seen_ = *message.sequence;
    if (message.sequence && counts) sent_ = seen_;
  } catch (const Failure&) {
    // It may be tried again, with what the broker repeats on the next connection.
    if (message.sequence) session_.not_taken(*message.sequence);
    (void)write();  // the acknowledgements of those before it
    session_.close();
    socket_.reset();
    throw;
  }
  settle();
}

bool MqttSource::pass(SourceContext& stream, const Message& message) {
  auto value = format_.json_or_binary(message.topic, message.payload);
  if (!value && options_.on_invalid_payload == InvalidPayload::binary) {
    value = format_.binary(message.topic, message.payload);
  }
  std::optional<Position> position;
  if (message.sequence) position = position_of(*message.sequence);
  if (value) {
    stream.send({.value = *value}, std::move(position));
    return true;
  }
  if (options_.on_invalid_payload == InvalidPayload::drop) {
    stream.filtered("not JSON");
    return false;
  }
  const Error error{Errc::malformed,
                    "a message of topic '" + std::string(message.topic) +
                        "' is not JSON; choose what to do with such messages: --on-malformed, or "
                        "--on-invalid-payload binary",
                    {}};
  if (options_.on_invalid_payload == InvalidPayload::stop) throw Failure(error);
  stream.refuse({.key = message.topic, .value = message.payload}, error, std::move(position));
  return true;
}

void MqttSource::acknowledged(const Position& position) {
  stored_ = sequence_of(position);
  settle();
}

void MqttSource::settle() {
  // Behind the last record there are only dropped messages; they wait for nothing.
  session_.acknowledge(stored_ >= sent_ ? std::max(stored_, seen_) : stored_);
}

Outcome<Done> MqttSource::write() {
  while (!session_.output().empty()) {
    auto count = socket_->send(session_.output());
    if (!count.ok()) return count.error();
    if (!count.value()) break;
    session_.sent(*count.value(), Clock::now());
  }
  return Done{};
}

void MqttSource::check(CheckContext& check) {
  auto options = session_options(options_);
  options.client_id = check_client_id();
  options.topics.clear();
  options.clean_start = true;
  options.session_expiry = std::chrono::seconds{0};
  Session session(options);
  auto done = greet(session, check);
  if (!done.ok() && done.error().code == Errc::unsupported &&
      options_.broker.version == VersionChoice::automatic) {
    session.set_version(Version::v3_1_1);
    done = greet(session, check);
  }
  if (!done.ok()) {
    throw Failure(in_context("checked with the client id " + session.client_id(), done.error()));
  }
  check.found("the broker " + options_.broker.url.redacted() + " takes us, MQTT " +
              std::string(text_of(session.version())));
}

Outcome<Done> MqttSource::greet(Session& session, CheckContext& check) const {
  const auto is_late = [&] { return check.time_left().count() == 0; };
  auto made = common::Socket::connect(socket_options(options_.broker), is_late);
  if (!made.ok()) {
    return is_late() ? Error{Errc::timed_out, "no connection to the broker in time", {}}
                     : made.error();
  }
  auto& socket = *made.value();
  session.open(Clock::now());
  while (true) {
    while (!session.output().empty()) {
      auto count = socket.send(session.output());
      if (!count.ok()) return count.error();
      if (!count.value()) break;
      session.sent(*count.value(), Clock::now());
    }
    if (session.closed() && session.output().empty()) return Done{};
    if (is_late()) return Error{Errc::timed_out, "the broker does not answer in time", {}};
    auto count = socket.receive(session.receive_room());
    if (!count.ok()) return session.closed() ? Outcome<Done>(Done{}) : count.error();
    if (count.value()) {
      session.received(*count.value(), Clock::now());
      auto message = session.next();
      if (!message.ok()) return message.error();
      if (session.running()) session.close();
      continue;
    }
    const short events = session.output().empty() ? POLLIN : POLLIN | POLLOUT;
    pollfd fd{.fd = socket.fd(), .events = events, .revents = 0};
    ::poll(&fd, 1, static_cast<int>(std::min<std::int64_t>(check.time_left().count(), 1'000)));
  }
}

void MqttSource::leave(SourceContext& stream) {
  stream.flush();  // brings the last acknowledgements
  session_.close();
  const auto until = Clock::now() + options_.broker.connect_timeout;
  while (write().ok() && !session_.output().empty() && Clock::now() < until) {
    pollfd fd{.fd = socket_->fd(), .events = POLLOUT};
    ::poll(&fd, 1, 100);
  }
  await_close();
}

// The broker closes behind our DISCONNECT, and has read all acknowledgements then. To close with
// messages unread would be a reset: a broker that has more to send drops what it has not read yet.
void MqttSource::await_close() {
  const auto until = Clock::now() + close_wait;
  std::array<char, 4096> unread{};
  while (Clock::now() < until) {
    auto count = socket_->receive(unread);
    if (!count.ok()) return;
    if (count.value()) continue;
    pollfd fd{.fd = socket_->fd(), .events = POLLIN};
    ::poll(&fd, 1, 100);
  }
}

}  // namespace sluice::mqtt
