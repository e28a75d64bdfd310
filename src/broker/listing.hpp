// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a List request shows of each kind: the filters and flags of the official server
// (reference §5.3). For the control thread.

#include <vector>

#include "broker/catalog.hpp"

namespace sluice::broker {

// Name contains any filter; the `system` flag must be equal.
[[nodiscard]] std::vector<wire::Metadata<wire::TopicSpec>> list_topics(
    Catalog& catalog, const wire::ListBody& request);
// Filters are ignored; the `system` flag must be equal.
[[nodiscard]] std::vector<wire::Metadata<wire::PartitionSpec>> list_partitions(
    Catalog& catalog, const wire::ListBody& request);
[[nodiscard]] std::vector<wire::Metadata<wire::SpuSpec>> list_spus(Catalog& catalog,
                                                                   const wire::ListBody& request);
[[nodiscard]] std::vector<wire::Metadata<wire::CustomSpuSpec>> list_custom_spus(
    Catalog& catalog, const wire::ListBody& request);
// A filter is `group/name@version` or a name: of the package, or of the store without one.
[[nodiscard]] std::vector<wire::Metadata<wire::SmartModuleSpec>> list_smartmodules(
    Catalog& catalog, const wire::ListBody& request);
[[nodiscard]] std::vector<wire::Metadata<wire::TableFormatSpec>> list_table_formats(
    Catalog& catalog, const wire::ListBody& request);

}  // namespace sluice::broker
