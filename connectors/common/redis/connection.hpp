// SPDX-License-Identifier: Apache-2.0
#pragma once

// One connection to a Redis server: commands go out in a pipeline, replies come in their order.
// After a failure it is of no use: make a new one. One thread at a time.
//
// Throws `Failure`: `connection_lost`, `timed_out` when the server says nothing for
// `ServerOptions::timeout`, `protocol`.

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/redis/reply.hpp"
#include "common/redis/server_options.hpp"
#include "common/socket/socket.hpp"

namespace sluice::redis {

class Connection {
 public:
  // Connects, says who we are and selects the database. Throws also `permission_denied`,
  // `invalid_config` when there is no such database, and what the socket says; `cancelled` when
  // `give_up` said so.
  Connection(const ServerOptions& options, std::string_view client_name,
             const std::function<bool()>& give_up);

  // Adds a command to the pipeline.
  void add(std::span<const std::string_view> words);
  void add(std::initializer_list<std::string_view> words) {
    add(std::span(words.begin(), words.size()));
  }
  // Sends what was added, and returns all replies that are owed, error replies included.
  [[nodiscard]] std::vector<Reply> run();
  // One command, and its reply; throws `error_of` an error reply.
  Reply call(std::initializer_list<std::string_view> words);
  Reply call(std::span<const std::string_view> words);

  // For who waits in poll(2): sends what it can and returns the next reply if it is there.
  [[nodiscard]] std::optional<Reply> poll_reply();
  [[nodiscard]] int fd() const { return socket_->fd(); }
  [[nodiscard]] bool wants_to_send() const { return sent_ < output_.size(); }

 private:
  void introduce(const ServerOptions& options, std::string_view client_name);
  [[nodiscard]] bool send_some();
  [[nodiscard]] bool receive_some();
  void wait(bool reading);

  std::unique_ptr<common::Socket> socket_;
  std::chrono::milliseconds timeout_;
  ReplyReader reader_;
  std::string output_;
  std::size_t sent_ = 0;
  std::size_t owed_ = 0;  // replies
  std::vector<char> room_;
};

}  // namespace sluice::redis
