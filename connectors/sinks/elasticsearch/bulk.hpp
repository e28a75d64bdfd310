// SPDX-License-Identifier: Apache-2.0
#pragma once

// The body of a _bulk request, and what its answer says of each record. Pure.
// https://opensearch.org/docs/latest/api-reference/document-apis/bulk/

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/connector/sink.hpp>
#include <sluice/outcome.hpp>

#include "document_place.hpp"
#include "elastic_options.hpp"

namespace sluice::elastic {

struct BulkBody {
  std::string bytes;
  std::vector<std::size_t> sent;                 // which record each item is
  std::vector<RecordsRefused::Refused> refused;  // those that cannot be documents
};
[[nodiscard]] BulkBody bulk_body(const ElasticOptions& options, const IndexName& index,
                                 std::string_view topic, std::span<const SinkRecord> records);

// What is wrong with which item; empty: all are there. Errors: `outside_unavailable` when this is
// not the answer to a bulk request of so many items, each with its status.
[[nodiscard]] Outcome<std::vector<RecordsRefused::Refused>> bulk_problems(
    const ElasticOptions& options, std::string_view answer, std::size_t items);

// Throws what the kit is to hear of a batch in which these records failed, in the order of the
// batch: all of them when each failed for good, else the first, and the batch goes on from there.
void throw_problems(std::vector<RecordsRefused::Refused> problems);

}  // namespace sluice::elastic
