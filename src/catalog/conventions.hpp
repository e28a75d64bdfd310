// SPDX-License-Identifier: Apache-2.0
#pragma once

// What we ask of the schema of a connector's options beyond what a meta-schema can say. Pure.

#include "catalog/schema_check.hpp"

namespace sluice::catalog {

// Pointers are into the schema. Requires: a schema that fits our meta-schema.
[[nodiscard]] std::vector<SchemaProblem> check_conventions(const json& schema);

}  // namespace sluice::catalog
