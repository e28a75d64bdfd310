// SPDX-License-Identifier: Apache-2.0
#pragma once

// Values against a draft-07 JSON schema, with answers for people: where, what is wrong, what
// would be right.
//
// valijson decides what is valid. The words are ours: what it refuses is taken apart, and it is
// asked keyword by keyword. `format` says nothing here, but for date and time; `$ref` reaches
// only into the schema itself. Pure; a checker may be used from one thread at a time.

#include <memory>
#include <string>
#include <vector>

#include "catalog/json_limits.hpp"

namespace sluice::catalog {

struct SchemaProblem {
  std::string pointer;  // into the value: `/qos`; empty for the whole of it
  std::string wrong;    // `7 is over the maximum`, `unknown property`
  std::string right;    // `at most 2`, `did you mean "qos"?`; may be empty

  // pointer: wrong; right
  [[nodiscard]] std::string text() const;
  friend bool operator==(const SchemaProblem&, const SchemaProblem&) = default;
};

class SchemaChecker {
 public:
  // Errors: `malformed` for a schema that is none; it is not checked against the meta-schema.
  [[nodiscard]] static Result<SchemaChecker> make(json schema);
  SchemaChecker(SchemaChecker&&) noexcept;
  SchemaChecker& operator=(SchemaChecker&&) noexcept;
  ~SchemaChecker();

  [[nodiscard]] bool accepts(const json& value) const;
  // Everything that is wrong, in the order of the schema; empty exactly when it is accepted.
  [[nodiscard]] std::vector<SchemaProblem> check(const json& value) const;

 private:
  struct Impl;
  explicit SchemaChecker(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// What is wrong with a schema by the official meta-schema of draft-07, and patterns that are none.
[[nodiscard]] std::vector<SchemaProblem> check_schema(const json& schema);

}  // namespace sluice::catalog
