// SPDX-License-Identifier: Apache-2.0
#pragma once

// librdkafka's error codes in the kit's words: one table.

#include <string>
#include <string_view>

#include <librdkafka/rdkafka.h>

#include <sluice/error.hpp>

namespace sluice::common {

// What a code means for a connector. Unknown codes of a broker are `outside_rejected`: trying
// again without end would hide them.
[[nodiscard]] Errc kafka_errc(rd_kafka_resp_err_t code) noexcept;

// `what: reason (NAME)`; `reason` is librdkafka's own text when it is empty.
[[nodiscard]] Error kafka_error(std::string_view what, rd_kafka_resp_err_t code,
                                std::string_view reason = {});
// The same of an error object, which is destroyed. Fatal ones are never retryable, and no record's
// fault. Requires: not null.
[[nodiscard]] Error kafka_error(std::string_view what, rd_kafka_error_t* error);

}  // namespace sluice::common
