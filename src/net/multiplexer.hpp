// SPDX-License-Identifier: Apache-2.0
#pragma once

// What one connection knows about the requests on it.
//
// A one-shot request gets one answer or one error; a stream gets answers until an error, which
// is its end. Answers carry no key and no version, so both are remembered per correlation id,
// which counts from 1 after the handshake. An answer with an unknown id is dropped.
//
// Pure: `take_output()` is what to write, `on_frame()` what was read. Handlers run inside the
// calls that resolve them and may call back in. Not thread-safe.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "net/frame.hpp"
#include "wire/api.hpp"

namespace sluice::net {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;

// So long from now; the end of time when that is farther away, as `milliseconds::max()` is.
[[nodiscard]] inline TimePoint in_time(std::chrono::milliseconds wait) {
  const auto now = Clock::now();
  const auto most = std::chrono::floor<std::chrono::milliseconds>(TimePoint::max() - now);
  return wait < most ? now + wait : TimePoint::max();
}

// The body of a request as pieces, so that record batches are written from where they are:
// `small` up to the first cut, that cut's bytes, `small` up to the second, and so on.
struct OutBody {
  struct Cut {
    std::size_t small_end = 0;
    ByteView bytes;
  };
  Bytes small;
  std::vector<Cut> cuts;
  std::shared_ptr<const void> keep;  // what the cuts look into

  [[nodiscard]] std::size_t size_bytes() const noexcept;
};

struct OutFrame {
  Bytes header;  // length and request header
  OutBody body;

  // Views of all pieces, in order; they live as long as the frame stays where it is.
  void append_views(std::vector<ByteView>& out) const;
};

struct Request {
  std::uint16_t api_key = 0;
  wire::Version version = 0;
  OutBody body;
};

template <typename Message>
[[nodiscard]] Request make_request(std::uint16_t api_key, wire::Version version,
                                   const Message& message) {
  return {api_key, version, {wire::encode(message, version), {}, nullptr}};
}

struct Answer {
  Frame body;  // behind the response header
  wire::Version version = 0;
};

class Multiplexer {
 public:
  using Handler = std::move_only_function<void(Result<Answer>)>;

  explicit Multiplexer(std::string client_id) : client_id_(std::move(client_id)) {}

  // Both return the correlation id. Requires: not failed.
  std::int32_t call(Request request, TimePoint deadline, Handler handler);
  std::int32_t open_stream(Request request, Handler handler);
  // Nothing more is said to the handler of that stream, not even its end.
  void drop_stream(std::int32_t id);

  // Only a frame without a whole response header is an error.
  [[nodiscard]] Result<> on_frame(const Frame& frame);
  // The earliest request that is late, as an error: what it was and how long it waited. The
  // connection should be given up with it: a server answers in order.
  [[nodiscard]] std::optional<Error> expired(TimePoint now) const;
  [[nodiscard]] std::optional<TimePoint> next_deadline() const;
  // Everything that waits gets the error; nothing can be asked afterwards.
  void fail(const Error& error);
  [[nodiscard]] bool failed() const noexcept { return failed_; }

  [[nodiscard]] std::vector<OutFrame> take_output() { return std::exchange(output_, {}); }
  [[nodiscard]] bool has_output() const noexcept { return !output_.empty(); }
  [[nodiscard]] std::size_t waiting_count() const noexcept {
    return calls_.size() + streams_.size();
  }
  [[nodiscard]] std::uint64_t dropped_count() const noexcept { return dropped_; }

 private:
  struct Call {
    std::uint16_t api_key;
    wire::Version version;
    TimePoint deadline;
    Handler handler;
  };
  struct Stream {
    wire::Version version;
    std::shared_ptr<Handler> handler;  // kept while it runs, even when it drops itself
  };
  [[nodiscard]] std::int32_t queue(Request request);
  [[nodiscard]] std::int32_t take_id();

  std::string client_id_;
  std::map<std::int32_t, Call> calls_;
  std::map<std::int32_t, Stream> streams_;
  std::vector<OutFrame> output_;
  std::int32_t next_id_ = 1;
  std::uint64_t dropped_ = 0;
  bool failed_ = false;
};

}  // namespace sluice::net
