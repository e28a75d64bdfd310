// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a status of HTTP means for a sink: the one table.
//
//   2xx                           done
//   408 425 429, 5xx but 501 505  outside_unavailable: tried again, not before Retry-After
//   401 403 407                   permission_denied
//   413                           record_too_large
//   3xx                           invalid_config: the address is another one
//   other 4xx, 501, 505           outside_rejected

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/http/http_client.hpp"

namespace sluice::common {

// What a sink's user says about single statuses, over the table.
struct StatusRules {
  std::vector<std::uint16_t> accept;  // as if 2xx
  std::vector<std::uint16_t> retry;   // outside_unavailable
  std::vector<std::uint16_t> reject;  // outside_rejected
};

// The text that HTTP has for a status, whatever the server wrote; empty when it has none.
[[nodiscard]] std::string_view reason_phrase(int status);
// `404 Not Found`.
[[nodiscard]] std::string status_text(int status);

// What the status is; nothing when all is well.
[[nodiscard]] std::optional<Errc> errc_of_status(int status, const StatusRules& rules = {});

// How long a Retry-After wants us to wait: seconds, or a date of HTTP. At most an hour; nothing
// when there is none, or nonsense.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_retry_after(
    std::string_view value,
    std::chrono::system_clock::time_point now = std::chrono::system_clock::now());

// The error that an answer is, if it is one. `what`: what was tried, with which address. The
// beginning of the body is the server's text.
[[nodiscard]] std::optional<Error> status_error(const HttpResponse& response, std::string_view what,
                                                const StatusRules& rules = {});

}  // namespace sluice::common
