// SPDX-License-Identifier: Apache-2.0
#pragma once

// The Lua script that writes records and offsets as one: Redis runs a script without anything in
// between, and on its disk and to its replicas the effects are one transaction. Pure: builds the
// arguments and reads the answer.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/outcome.hpp>

#include "common/redis/reply.hpp"
#include "offset_marks.hpp"
#include "record_commands.hpp"

namespace sluice::redis {

// One call of the script. Nothing is written when a mark in Redis is not the expected one: then
// somebody else writes with this prefix, or Redis lost what it had.
class WriteScript {
 public:
  explicit WriteScript(std::string offsets_key) : offsets_key_(std::move(offsets_key)) {}

  void expect(const std::string& field, const std::optional<Mark>& mark);
  void add(std::string field, const Mark& mark, std::vector<Command> commands);

  [[nodiscard]] std::size_t records() const { return records_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::size_t words() const { return words_.size(); }
  // EVAL and its arguments.
  [[nodiscard]] std::vector<std::string> command() const;

  struct Answer {
    std::size_t done = 0;              // records, from the first, that are written
    std::optional<std::string> error;  // the reply to the next one
    bool foreign_mark = false;         // nothing is written
  };
  // Errors: `protocol`.
  [[nodiscard]] static Outcome<Answer> read(const Reply& reply);

 private:
  std::string offsets_key_;
  std::vector<std::string> keys_;
  std::vector<std::string> expected_;
  std::vector<std::string> words_;
  std::size_t records_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace sluice::redis
