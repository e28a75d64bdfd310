// SPDX-License-Identifier: Apache-2.0
#pragma once

// Messages in a stream of bytes, RFC 6587: each frame says by its first bytes whether it is
// counted (`42 <13>...`) or ends with a line feed. Pure. Memory is bounded by twice the largest
// message; of a larger one the first bytes are kept, and the rest is passed over.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sluice::syslog {

struct Frame {
  std::string_view text;  // until the next call
  bool truncated = false;
};

class Framing {
 public:
  explicit Framing(std::size_t message_bytes_max) : max_(message_bytes_max) {}

  // Room for the next bytes, and how many of it were filled. Requires: `next` gave none.
  [[nodiscard]] std::span<char> room();
  void filled(std::size_t count) { end_ += count; }

  // The next message; empty ones are left out.
  [[nodiscard]] std::optional<Frame> next();
  // The stream has ended: what is left of a message.
  [[nodiscard]] std::optional<Frame> rest();

 private:
  enum class Kind : std::uint8_t { unknown, counted, line };
  [[nodiscard]] std::string_view pending() const {
    return std::string_view(buffer_).substr(begin_, end_ - begin_);
  }
  [[nodiscard]] Kind kind_of_frame();
  [[nodiscard]] std::optional<Frame> next_counted();
  [[nodiscard]] std::optional<Frame> next_line();
  [[nodiscard]] bool pass_over();

  const std::size_t max_;
  std::string buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t count_ = 0;  // bytes of the counted frame in work
  std::uint64_t skip_ = 0;   // bytes to pass over
  bool skip_line_ = false;   // to pass over up to a line feed
  bool in_frame_ = false;    // the count was read
};

}  // namespace sluice::syslog
