// SPDX-License-Identifier: Apache-2.0
#pragma once

// valijson behind a plain interface: the one file that includes it is slow to compile.
//
// Not safe to use from two threads at once.

#include <memory>

#include "catalog/json_limits.hpp"

namespace sluice::catalog {

class SchemaJudge {
 public:
  // Errors: `malformed` when it is no schema.
  [[nodiscard]] static Result<SchemaJudge> make(const json& schema);
  SchemaJudge(SchemaJudge&&) noexcept;
  SchemaJudge& operator=(SchemaJudge&&) noexcept;
  ~SchemaJudge();

  [[nodiscard]] bool accepts(const json& value) const;

 private:
  struct Impl;
  explicit SchemaJudge(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::catalog
