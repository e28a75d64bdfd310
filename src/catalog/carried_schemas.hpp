// SPDX-License-Identifier: Apache-2.0
#pragma once

// The schemas that the tool carries, as text.

#include <string_view>

namespace sluice::catalog {

// The official meta-schema of draft-07, from json-schema.org.
[[nodiscard]] std::string_view draft07_schema();
// The meta-schema of a connector's metadata that we publish: catalog/metadata.schema.json.
[[nodiscard]] std::string_view metadata_schema();
// That of catalog.json: catalog/catalog.schema.json.
[[nodiscard]] std::string_view catalog_schema();

}  // namespace sluice::catalog
