// SPDX-License-Identifier: Apache-2.0
#pragma once

// What became of the records of one `sluice produce`: counts, and the first failures by line.
// Thread-safe: results come on the client's I/O thread.

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "sluice/error.hpp"

namespace sluice::cli {

class ProduceReport {
 public:
  // A record that the topic has, by its bytes of key and value.
  void delivered(std::size_t bytes);
  // A line that did not become a record of the topic.
  void failed(std::uint64_t line, const Error& error);

  [[nodiscard]] std::uint64_t record_count() const noexcept { return records_; }
  [[nodiscard]] std::uint64_t byte_count() const noexcept { return bytes_; }
  [[nodiscard]] std::uint64_t failed_count() const noexcept { return failures_; }
  // Lines such as `line 12: the record is too large`, not yet taken; the rest is only counted.
  [[nodiscard]] std::vector<std::string> take_messages();

 private:
  static constexpr std::uint64_t messages_max = 20;
  std::atomic<std::uint64_t> records_{0}, bytes_{0}, failures_{0};
  std::mutex mutex_;
  std::vector<std::string> messages_;
};

}  // namespace sluice::cli
