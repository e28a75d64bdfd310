// SPDX-License-Identifier: Apache-2.0
#pragma once

// One accepted connection: frames in, frames out, and the bounds on both.
//
// It reads a frame when the server's byte budget has room for it and this connection's answers
// do not pile up; it hands the request to its `Session`. It writes answers first and asks the
// session for stream frames only when the socket takes them, so a slow consumer holds no
// memory and stalls nobody else. Answers count against a budget of the server until they are
// written: while it is used up, who has answers that wait is not read from, and nobody gets a
// long one. Who does not take its answers is closed at a deadline. A frame that does not decode
// ends this connection alone.
//
// Lives on one I/O thread; everything here runs on it, except `executor()`.

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "broker/budget.hpp"
#include "broker/faults.hpp"
#include "broker/signal.hpp"
#include "broker/transport.hpp"
#include "wire/api.hpp"

namespace sluice::broker {

struct ConnectionLimits {
  std::size_t frame_bytes_max = wire::frame_bytes_max;
  std::size_t answer_bytes_max = 4U * 1024 * 1024;      // unsent; then nothing more is read
  std::size_t pending_count_max = 256;                  // requests not answered yet
  std::chrono::milliseconds handshake_timeout{10'000};  // to the end of the first frame
  std::chrono::milliseconds frame_timeout{30'000};      // without a byte inside a frame
  std::size_t bytes_per_ms_min = 256;  // the pace beside these timeouts, for long frames
  // For answers to be taken, by somebody who reads at that pace. What is below
  // `unread_bytes_free` may wait for ever, behind a stream whose consumer pauses.
  std::chrono::milliseconds answer_timeout{30'000};
  std::size_t unread_bytes_free = 64U * 1024;
};

// A received frame, without its length. Whoever keeps it keeps its share of the budget.
struct Frame {
  std::unique_ptr<std::byte[]> bytes;
  std::size_t size = 0;
  BudgetLease lease;
  [[nodiscard]] std::span<std::byte> span() const noexcept { return {bytes.get(), size}; }
};

struct Request {
  wire::RequestHeader header;
  ByteView body;
  std::shared_ptr<Frame> frame;
  std::optional<wire::ErrorCode> fault;  // what a test wants to be answered
};

// A frame to send: bytes, and perhaps batches behind them that come straight from a file.
struct OutFrame {
  Bytes head;  // from the length on, which counts the slice too
  LogSlice slice;
  std::int32_t correlation_id = 0;
  BudgetLease lease = {};  // of what is made in memory
};

// What a listener does with requests. An error closes the connection.
class Session {
 public:
  virtual ~Session() = default;
  virtual Result<> on_request(Request request) = 0;
  // Can the answer be long, whatever the length of the request?
  [[nodiscard]] virtual bool answers_at_length(const wire::RequestHeader&) const { return false; }
  // Are the frames of `next_frame` made in memory? Then they count as answers do.
  [[nodiscard]] virtual bool makes_frames() const noexcept { return false; }
  // Called when the socket takes more and no answer waits.
  virtual std::optional<OutFrame> next_frame() { return std::nullopt; }
  // Nothing is called afterwards.
  virtual void on_close() {}
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  struct Shared {  // of all connections of a listener
    Listener listener;
    ConnectionLimits limits;
    ByteBudget& budget;   // for requests
    ByteBudget& answers;  // that are not written yet
    Faults& faults;
  };
  Connection(asio::any_io_executor executor, std::unique_ptr<Transport> transport, Shared shared,
             std::string peer);

  // Requires: called once, with a session that belongs to this connection.
  void start(std::unique_ptr<Session> session, std::function<void()> on_end);
  [[nodiscard]] const asio::any_io_executor& executor() const noexcept { return executor_; }
  [[nodiscard]] const std::string& peer() const noexcept { return peer_; }

  // An answer: a whole frame, length included.
  void send(std::int32_t correlation_id, Bytes frame);
  // The session has something for `next_frame`.
  void wake() { output_.notify(); }
  // A request whose answer comes later, from another thread's work.
  void begin_pending() noexcept { ++pending_count_; }
  void end_pending();

  // Reads no more; closes when all that is pending is answered.
  void drain();
  void close() noexcept;

 private:
  asio::awaitable<void> read_loop();
  asio::awaitable<void> write_loop();
  asio::awaitable<std::shared_ptr<Frame>> read_frame();
  asio::awaitable<std::uint32_t> read_length();
  asio::awaitable<void> read_exactly(std::span<std::byte> into);
  asio::awaitable<void> take_budget(std::size_t bytes);
  asio::awaitable<bool> handle(std::shared_ptr<Frame> frame);
  asio::awaitable<void> wait_for_room();
  asio::awaitable<void> wait_for_answer_room();
  asio::awaitable<void> write_answers();
  asio::awaitable<void> write_stream_frame(OutFrame frame);
  asio::awaitable<bool> write_faulty(const OutFrame& frame);
  [[nodiscard]] bool charge(OutFrame& frame);
  void written(std::size_t bytes);
  void watch_unread();
  void look_for_answer_room();
  void refuse(const Error& error);
  void arm(std::chrono::milliseconds timeout);
  void disarm();
  void ended();
  [[nodiscard]] bool drained() const noexcept;

  const asio::any_io_executor executor_;
  std::unique_ptr<Transport> transport_;
  const Shared shared_;
  const std::string peer_;
  std::unique_ptr<Session> session_;
  std::function<void()> on_end_;

  Bytes input_;  // read, not used yet: [input_begin_, input_end_)
  std::size_t input_begin_ = 0;
  std::size_t input_end_ = 0;
  asio::steady_timer deadline_;
  asio::steady_timer unread_deadline_;  // of answers

  std::deque<OutFrame> answers_;
  std::size_t answer_bytes_ = 0;
  std::size_t unread_bytes_ = 0;  // the frames that count as answers too
  std::size_t pending_count_ = 0;
  std::map<std::int32_t, FaultAction> answer_faults_;
  Signal output_;  // there is something to write
  Signal room_;    // there may be room to read again
  bool granted_ = false;
  bool looking_ = false;  // for room in the budget of answers
  bool reading_ = true;
  bool closed_ = false;
  int loops_ = 2;
};

}  // namespace sluice::broker
