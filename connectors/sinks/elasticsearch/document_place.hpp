// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where the document of a record belongs: its index and its id. Pure.

#include <optional>
#include <string>
#include <string_view>

#include <sluice/connector/sink.hpp>
#include <sluice/outcome.hpp>

#include "common/text_template/text_template.hpp"
#include "elastic_options.hpp"

namespace sluice::elastic {

// `logs-{app}-%Y.%m.%d`: fields of the value, and the record's time in UTC by strftime.
class IndexName {
 public:
  // None, and `problem` says why, for a place or a part of a date that there is not.
  [[nodiscard]] static std::optional<IndexName> parse(std::string_view text, std::string& problem);
  // Errors: `malformed` when the record has no time or no such field.
  [[nodiscard]] Outcome<std::string> of(std::string_view topic, const SinkRecord& record,
                                        const common::RecordFields& fields) const;

 private:
  common::TextTemplate template_;
  bool has_date_ = false;
};

// None: the server makes one. Errors: `malformed` when there is no such key or field, or it is
// empty; `record_too_large` over the 512 bytes that an id may have.
[[nodiscard]] Outcome<std::optional<std::string>> document_id(const ElasticOptions& options,
                                                              std::string_view topic,
                                                              const SinkRecord& record,
                                                              const common::RecordFields& fields);

// `2026-11-26T21:08:32.123Z`.
[[nodiscard]] std::string iso_time(std::chrono::milliseconds since_1970);

}  // namespace sluice::elastic
