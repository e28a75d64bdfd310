// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the error codes of AWS services mean for a sink: the one table. A code that is not in it
// counts as its status does (common/http/http_status.hpp).

#include <optional>
#include <string>
#include <string_view>

#include "common/http/http_client.hpp"

namespace sluice::common {

// `ResourceNotFoundException`, `NoSuchBucket`: from the JSON or the XML of an answer; or empty.
[[nodiscard]] std::string aws_error_code(std::string_view body);
// The error for a code; nothing when the table does not have it.
[[nodiscard]] std::optional<Errc> errc_of_aws_code(std::string_view code);
// The error that an answer is, if it is one. `what`: what was tried, with which name.
[[nodiscard]] std::optional<Error> aws_error(const HttpResponse& response, std::string_view what);

}  // namespace sluice::common
