// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a broker's reason codes mean for us. One table for CONNACK, SUBACK and DISCONNECT.

#include <cstdint>
#include <string_view>

#include <sluice/error.hpp>

namespace sluice::mqtt {

struct Reason {
  std::uint8_t code;
  Errc errc;
  std::string_view text;
};

// Codes of version 5, and 0x80 of version 3.1.1's SUBACK.
[[nodiscard]] const Reason& reason_of(std::uint8_t code);
// Version 3.1.1's CONNACK has its own short list, as an old broker that is asked in version 5.
[[nodiscard]] const Reason& connect_refusal_of_v3(std::uint8_t code);

}  // namespace sluice::mqtt
