// SPDX-License-Identifier: Apache-2.0
#pragma once

// A dead letter, read back: what `format_dead_letter` wrote, for tools. Pure.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sluice::connector {

struct ReadLetter {
  std::string id;    // of the letter alone; empty when it has none
  std::string time;  // 2026-11-26T14:33:19.120Z
  std::string connector, direction, name, topic;
  std::optional<std::uint32_t> partition;
  std::optional<std::int64_t> offset;
  std::optional<std::string> position;
  std::chrono::milliseconds timestamp{-1};  // -1: none
  std::optional<std::string> key;
  std::string value;
  std::string code, text;  // of the error
  std::uint32_t attempts = 1;
  std::string module, kind;
  std::optional<std::uint64_t> step;
};

// Fails with `malformed` for what is no letter, `unsupported` for one of a later format.
[[nodiscard]] Result<ReadLetter> parse_dead_letter(std::string_view text);

}  // namespace sluice::connector
