// SPDX-License-Identifier: Apache-2.0
#pragma once

// The record of a syslog message. Pure.

#include <string>
#include <string_view>

#include "message.hpp"

namespace sluice::syslog {

struct Origin {
  std::string_view transport;  // udp, tcp, tls, unix, file
  std::string_view peer;       // address and port, or path
  bool truncated = false;
};

// `message` none: what was received is not syslog; then `text` is its message.
void write_record(std::string& out, const Message* message, std::string_view text,
                  const Origin& origin);

}  // namespace sluice::syslog
