// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads text from the left. Pure.

#include <optional>
#include <string_view>

namespace sluice::syslog {

class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  [[nodiscard]] std::string_view rest() const { return rest_; }
  [[nodiscard]] bool done() const { return rest_.empty(); }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // Up to `end`, which is taken too; none when it is not there.
  std::optional<std::string_view> until(char end) {
    const auto at = rest_.find(end);
    if (at == std::string_view::npos) return std::nullopt;
    const auto found = rest_.substr(0, at);
    rest_.remove_prefix(at + 1);
    return found;
  }
  std::string_view take_count(std::size_t count) {
    const auto found = rest_.substr(0, count);
    rest_.remove_prefix(found.size());
    return found;
  }
  // A number of digits, at most so many. None: nothing is taken.
  std::optional<int> number(std::size_t digits_max) {
    int value = 0;
    std::size_t count = 0;
    while (count < digits_max && count < rest_.size() && rest_[count] >= '0' &&
           rest_[count] <= '9') {
      value = value * 10 + (rest_[count++] - '0');
    }
    if (count == 0) return std::nullopt;
    rest_.remove_prefix(count);
    return value;
  }

 private:
  std::string_view rest_;
};

}  // namespace sluice::syslog
