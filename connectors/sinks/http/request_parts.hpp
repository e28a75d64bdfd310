// SPDX-License-Identifier: Apache-2.0
#pragma once

// Body and headers of the sink's requests. Pure.

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/connector/sink.hpp>

#include "http_sink_options.hpp"

namespace sluice::http_sink {

// The body that the first `records` of a batch make.
struct BatchBody {
  std::string bytes;
  std::size_t records = 0;
  std::optional<Error> problem;  // `malformed`: of the record behind them, if that is why it ends
};
// Requires: `body` is not `record`.
[[nodiscard]] BatchBody batch_body(Body body, std::span<const SinkRecord> records);

// By what is in it: what the official sink sends for a record, a media type for the others.
[[nodiscard]] std::string_view content_type(Body body);

// `orders/0/41`, with `/1` behind it for a second record of one offset. Of several records, those
// of the first and the last, and their number: `orders/0/41..orders/0/50:10`.
[[nodiscard]] std::string idempotency_key(std::string_view topic,
                                          std::span<const SinkRecord> records);

// Bytes that cannot stand in a header, and `%`, as `%XX`.
[[nodiscard]] std::string header_text(std::string_view bytes);

// All headers of a request with these records. Requires: !records.empty().
[[nodiscard]] std::vector<Header> request_headers(const HttpSinkOptions& options,
                                                  std::string_view topic,
                                                  std::span<const SinkRecord> records);

}  // namespace sluice::http_sink
