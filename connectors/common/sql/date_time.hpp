// SPDX-License-Identifier: Apache-2.0
#pragma once

// Dates and times of day, from the forms that JSON has to the one that every database reads. Pure.
// Years are 0001 to 9999; a fraction has up to 9 digits, and is kept.

#include <optional>
#include <string>
#include <string_view>

namespace sluice::common::sql {

// `YYYY-MM-DD`, alone or with `T` or a blank and a time of day, and perhaps a zone (`Z`, `+01`,
// `+01:30`, `-0130`): `YYYY-MM-DD hh:mm:ss[.f]` in UTC. With `keeps_zone` a `+00` stands behind
// what had a zone. What has none stays as it is.
[[nodiscard]] std::optional<std::string> utc_timestamp(std::string_view text, bool keeps_zone);
// `YYYY-MM-DD`.
[[nodiscard]] std::optional<std::string> plain_date(std::string_view text);
// `hh:mm[:ss[.f]]`.
[[nodiscard]] std::optional<std::string> plain_time(std::string_view text);

}  // namespace sluice::common::sql
