// SPDX-License-Identifier: Apache-2.0
#pragma once

// What kind of failure a libcurl code is: the one table for everything that goes through libcurl.

#include <string_view>

#include <sluice/error.hpp>

namespace sluice::common {

// `code` is a CURLcode other than CURLE_OK; `problem` is what its error buffer says, or empty.
[[nodiscard]] Errc errc_of_curl(int code, std::string_view problem = {});

// Once a process. Throws: `internal` when libcurl cannot be set up.
void set_up_curl();

}  // namespace sluice::common
