// SPDX-License-Identifier: Apache-2.0
#include "broker/connection.hpp"

#include <cstring>
#include <utility>
#include <vector>

#include <boost/asio.hpp>

#include "broker/log_limit.hpp"

namespace sluice::broker {
namespace {

constexpr std::size_t input_buffer_bytes = 16 * 1024;
constexpr std::size_t header_bytes_min = 10;
constexpr std::size_t gathered_frames_max = 64;

template <typename T>
bool is(const std::optional<FaultAction>& action) {
  return action && std::holds_alternative<T>(*action);
}

}  // namespace

Connection::Connection(asio::any_io_executor executor, std::unique_ptr<Transport> transport,
                       Shared shared, std::string peer)
    : executor_(std::move(executor)),
      transport_(std::move(transport)),
      shared_(shared),
      peer_(std::move(peer)),
      deadline_(executor_),
      unread_deadline_(executor_),
      output_(executor_),
      room_(executor_) {}

void Connection::start(std::unique_ptr<Session> session, std::function<void()> on_end) {
  session_ = std::move(session);
  on_end_ = std::move(on_end);
  asio::co_spawn(executor_, read_loop(),
                 [self = shared_from_this()](const std::exception_ptr&) { self->ended(); });
  asio::co_spawn(executor_, write_loop(),
                 [self = shared_from_this()](const std::exception_ptr&) { self->ended(); });
}

// Either loop ends for the other one too; a lost connection is no news.
void Connection::ended() {
  close();
  if (--loops_ > 0) return;
  session_->on_close();
  on_end_();
}

void Connection::close() noexcept {
  if (std::exchange(closed_, true)) return;
  deadline_.cancel();
  unread_deadline_.cancel();
  transport_->close();
  output_.notify();
  room_.notify();
}

bool Connection::drained() const noexcept {
  return pending_count_ == 0 && answer_bytes_ == 0;
}

void Connection::drain() {
  reading_ = false;
  if (drained()) close();
}

void Connection::end_pending() {
  --pending_count_;
  room_.notify();
  if (!reading_ && drained()) close();
}

void Connection::send(std::int32_t correlation_id, Bytes frame) {
  if (closed_) return;
  OutFrame answer{std::move(frame), {}, correlation_id};
  if (!charge(answer)) return;
  answer_bytes_ += answer.head.size();
  answers_.push_back(std::move(answer));
  output_.notify();
}

// False: it does not fit into memory, and the connection is closed.
bool Connection::charge(OutFrame& frame) {
  const auto bytes = frame.head.size();
  if (!shared_.answers.charge(bytes)) {
    refuse({Errc::too_large, "too many answers of this server wait to be read", {}});
    close();
    return false;
  }
  frame.lease = BudgetLease(shared_.answers, bytes);
  const bool was_little = unread_bytes_ <= shared_.limits.unread_bytes_free;
  unread_bytes_ += bytes;
  if (was_little) watch_unread();
  return true;
}

// Something went out: what is left has as long again.
void Connection::written(std::size_t bytes) {
  unread_bytes_ -= bytes;
  unread_deadline_.cancel();
  watch_unread();
  room_.notify();
}

void Connection::watch_unread() {
  if (closed_ || unread_bytes_ <= shared_.limits.unread_bytes_free) return;
  const auto pace = shared_.limits.bytes_per_ms_min;
  unread_deadline_.expires_after(shared_.limits.answer_timeout +
                                 std::chrono::milliseconds(unread_bytes_ / pace));
  unread_deadline_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (error || !self || self->closed_) return;
    // Cancelled or set again too late for this call.
    if (self->unread_bytes_ <= self->shared_.limits.unread_bytes_free) return;
    if (self->unread_deadline_.expiry() > std::chrono::steady_clock::now()) return;
    self->refuse({Errc::timed_out, "answers are not read", {}});
    self->close();
  });
}

void Connection::arm(std::chrono::milliseconds timeout) {
  deadline_.expires_after(timeout);
  deadline_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (error || !self) return;
    // Cancelled or set again too late for this call.
    if (self->deadline_.expiry() > std::chrono::steady_clock::now()) return;
    self->close();
  });
}

void Connection::disarm() {
  deadline_.expires_at(std::chrono::steady_clock::time_point::max());
}

void Connection::refuse(const Error& error) {
  log_limited("broker.connection", "connection closed",
              {{"peer", peer_}, {"error", error.message()}});
}

// ---- in ----------------------------------------------------------------------------------

asio::awaitable<void> Connection::read_loop() {
  arm(shared_.limits.handshake_timeout);
  co_await transport_->handshake();
  input_.resize(input_buffer_bytes);
  while (reading_) {
    auto frame = co_await read_frame();
    disarm();
    if (!frame) break;
    const auto goes_on = co_await handle(std::move(frame));
    if (!goes_on) break;
    co_await wait_for_room();
  }
  // A drain keeps the connection until the answers are out; the writer ends it.
  while (!reading_ && !closed_) co_await room_.wait();
}

asio::awaitable<std::uint32_t> Connection::read_length() {
  while (input_end_ - input_begin_ < wire::frame_length_bytes) {
    if (input_begin_ > 0) {
      std::memmove(input_.data(), input_.data() + input_begin_, input_end_ - input_begin_);
      input_end_ -= input_begin_;
      input_begin_ = 0;
    }
    const auto count = co_await transport_->read_some(std::span(input_).subspan(input_end_));
    input_end_ += count;
  }
  wire::WireReader reader(ByteView(input_).subspan(input_begin_, wire::frame_length_bytes));
  input_begin_ += wire::frame_length_bytes;
  co_return reader.big_endian<std::uint32_t>();
}

asio::awaitable<void> Connection::read_exactly(std::span<std::byte> into) {
  const auto buffered = std::min(into.size(), input_end_ - input_begin_);
  std::memcpy(into.data(), input_.data() + input_begin_, buffered);
  input_begin_ += buffered;
  // A frame holds a share of the budget from its length on: all of it has a deadline too.
  const auto timeout = shared_.limits.frame_timeout;
  const auto until = std::chrono::steady_clock::now() + timeout +
                     std::chrono::milliseconds(into.size() / shared_.limits.bytes_per_ms_min);
  for (auto rest = into.subspan(buffered); !rest.empty();) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    arm(std::min(timeout, left));
    const auto count = co_await transport_->read_some(rest);
    rest = rest.subspan(count);
  }
}

asio::awaitable<void> Connection::take_budget(std::size_t bytes) {
  granted_ = shared_.budget.acquire(bytes, [self = shared_from_this()] {
    asio::post(self->executor_, [self] {
      self->granted_ = true;
      self->room_.notify();
    });
  });
  // Even a connection that closes meanwhile waits: the grant comes, and goes back.
  while (!granted_) co_await room_.wait();
}

asio::awaitable<std::shared_ptr<Frame>> Connection::read_frame() {
  const auto size = co_await read_length();
  if (size < header_bytes_min || size > shared_.limits.frame_bytes_max) {
    refuse({Errc::too_large,
            "a frame of " + std::to_string(size) + " bytes; " + std::to_string(header_bytes_min) +
                " to " + std::to_string(shared_.limits.frame_bytes_max) + " are accepted",
            {}});
    co_return nullptr;
  }
  co_await take_budget(size);
  auto frame = std::make_shared<Frame>();
  frame->lease = BudgetLease(shared_.budget, size);
  frame->bytes = std::make_unique_for_overwrite<std::byte[]>(size);
  frame->size = size;
  co_await read_exactly(frame->span());
  co_return frame;
}

asio::awaitable<bool> Connection::handle(std::shared_ptr<Frame> frame) {
  wire::WireReader reader(frame->span());
  Request request;
  wire::get(reader, request.header, 0);
  if (!reader.ok()) {
    refuse(reader.error("request header"));
    co_return false;
  }
  request.body = reader.rest();
  if (session_->answers_at_length(request.header)) co_await wait_for_answer_room();
  if (closed_) co_return false;
  const auto fault = shared_.faults.on_request(shared_.listener, request.header, frame->size);
  if (fault) {
    if (is<CloseBefore>(fault)) co_return false;
    if (is<DropRequest>(fault)) co_return true;
    if (const auto* delay = std::get_if<Delay>(&*fault)) {
      deadline_.expires_after(delay->duration);  // not armed now, and a close cancels it
      co_await deadline_.async_wait(asio::as_tuple(asio::use_awaitable));
      if (closed_) co_return false;
    } else if (const auto* error = std::get_if<AnswerError>(&*fault)) {
      request.fault = error->code;
    } else {
      answer_faults_.insert_or_assign(request.header.correlation_id, *fault);
    }
  }
  request.frame = std::move(frame);
  const auto done = session_->on_request(std::move(request));
  if (!done) refuse(done.error());
  co_return done.has_value();
}

asio::awaitable<void> Connection::wait_for_room() {
  while (!closed_ && reading_ &&
         (answer_bytes_ > shared_.limits.answer_bytes_max ||
          pending_count_ >= shared_.limits.pending_count_max)) {
    co_await room_.wait();
  }
  // Its own answers go out, or it is closed: either ends the wait.
  while (!closed_ && reading_ && unread_bytes_ > 0 && !shared_.answers.has_room()) {
    look_for_answer_room();
    co_await room_.wait();
  }
}

asio::awaitable<void> Connection::wait_for_answer_room() {
  while (!closed_ && !shared_.answers.has_room()) {
    look_for_answer_room();
    co_await room_.wait();
  }
}

void Connection::look_for_answer_room() {
  if (std::exchange(looking_, true)) return;
  shared_.answers.when_room([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    asio::post(self->executor_, [self] {
      self->looking_ = false;
      self->room_.notify();
      self->output_.notify();
    });
  });
}

// ---- out ---------------------------------------------------------------------------------

asio::awaitable<void> Connection::write_loop() {
  while (!closed_) {
    if (!answers_.empty()) {
      co_await write_answers();
      if (!reading_ && drained()) co_return;
      continue;
    }
    if (session_->makes_frames() && !shared_.answers.has_room()) {
      look_for_answer_room();
      co_await output_.wait();
      continue;
    }
    auto frame = session_->next_frame();
    if (frame) {
      co_await write_stream_frame(*std::move(frame));
    } else {
      co_await output_.wait();
    }
  }
}

asio::awaitable<void> Connection::write_answers() {
  std::vector<OutFrame> taken;
  while (!answers_.empty() && taken.size() < gathered_frames_max) {
    taken.push_back(std::move(answers_.front()));
    answers_.pop_front();
  }
  std::vector<ByteView> parts;
  std::size_t bytes = 0;
  for (const auto& frame : taken) {
    bytes += frame.head.size();
    if (!answer_faults_.empty() && answer_faults_.contains(frame.correlation_id)) {
      co_await transport_->write(std::exchange(parts, {}), false);
      co_await write_faulty(frame);
      continue;
    }
    parts.emplace_back(frame.head);
  }
  co_await transport_->write(parts, false);
  answer_bytes_ -= bytes;
  written(bytes);
}

// What a test asked for instead of a plain answer. False: there was no such wish.
asio::awaitable<bool> Connection::write_faulty(const OutFrame& frame) {
  const auto wish = answer_faults_.extract(frame.correlation_id);
  if (wish.empty()) co_return false;
  if (std::holds_alternative<DropAnswer>(wish.mapped())) co_return true;
  if (const auto* half = std::get_if<HalfWrite>(&wish.mapped())) {
    const auto part = ByteView(frame.head).first(std::min(half->bytes, frame.head.size()));
    co_await transport_->write(std::span(&part, 1), false);
    if (half->bytes > frame.head.size() && frame.slice.file) {
      auto slice = frame.slice;
      const auto rest = std::min<std::size_t>(half->bytes - part.size(), slice.size_bytes());
      slice.end.position = slice.begin.position + static_cast<std::uint32_t>(rest);
      co_await transport_->write_slice(slice);
    }
  }
  close();
  co_return true;
}

asio::awaitable<void> Connection::write_stream_frame(OutFrame frame) {
  if (!answer_faults_.empty()) {
    const auto written = co_await write_faulty(frame);
    if (written) co_return;
  }
  const ByteView head(frame.head);
  const bool is_made = session_->makes_frames();
  if (is_made && !charge(frame)) co_return;
  co_await transport_->write(std::span(&head, 1), frame.slice.file != nullptr);
  if (is_made) written(head.size());
  if (frame.slice.file) co_await transport_->write_slice(frame.slice);
}

}  // namespace sluice::broker
