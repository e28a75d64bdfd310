// SPDX-License-Identifier: Apache-2.0
#pragma once

// The bytes of the Redis protocol (RESP 2): commands out, replies in; and what an error reply means
// for us. Pure. hiredis parses the replies.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/outcome.hpp>

namespace sluice::redis {

struct Reply {
  enum class Type : std::uint8_t { nil, status, text, integer, array, error };
  Type type = Type::nil;
  std::string text;  // of status, text and error
  std::int64_t integer = 0;
  std::vector<Reply> items;

  [[nodiscard]] bool is_error() const { return type == Type::error; }
  [[nodiscard]] bool is_nil() const { return type == Type::nil; }
};

// Appends one command: its name and its arguments.
void encode_command(std::string& out, std::span<const std::string_view> words);

class ReplyReader {
 public:
  ReplyReader();
  ~ReplyReader();
  ReplyReader(const ReplyReader&) = delete;
  ReplyReader& operator=(const ReplyReader&) = delete;

  void feed(std::string_view bytes);
  // The next whole reply, or none until more bytes are there. Errors: `protocol`.
  [[nodiscard]] Outcome<std::optional<Reply>> next();

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

// What an error reply means, by its first word: one table. `what` says what was tried.
//   retryable          the server is loading, busy, read-only, out of memory, away from its master
//   permission_denied  who we are, or what we may do
//   unsupported        a cluster that wants another node
//   outside_rejected   everything else: this command, for good
[[nodiscard]] Error error_of(std::string_view what, std::string_view reply);

}  // namespace sluice::redis
