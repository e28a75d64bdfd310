// SPDX-License-Identifier: Apache-2.0
#pragma once

// Prepared statements by their SQL, so that each is prepared once; all go when there are too many.

#include <string>
#include <unordered_map>

namespace sluice::sql {

template <typename Prepared>
class StatementCache {
 public:
  static constexpr std::size_t statements_max = 256;

  // Null when it is not there.
  [[nodiscard]] Prepared* find(const std::string& sql) {
    const auto found = statements_.find(sql);
    return found == statements_.end() ? nullptr : &found->second;
  }
  Prepared& add(const std::string& sql, Prepared prepared) {
    return statements_.insert_or_assign(sql, std::move(prepared)).first->second;
  }
  [[nodiscard]] bool full() const { return statements_.size() >= statements_max; }
  void clear() { statements_.clear(); }

 private:
  std::unordered_map<std::string, Prepared> statements_;
};

}  // namespace sluice::sql
