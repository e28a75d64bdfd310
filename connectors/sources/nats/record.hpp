// SPDX-License-Identifier: Apache-2.0
#pragma once

// The JSON record of a message. Pure.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::nats {

struct MessageView {
  std::string_view subject;
  std::optional<std::string_view> reply;
  std::string_view data;
  // A name may come twice, one after the other.
  std::vector<std::pair<std::string, std::string>> headers;
};

// {"nats_subject":"a.b","nats_reply":null,"nats_data":[104,105]}, and with `headers`
// "nats_headers":{"name":["value"]}
void write_record(std::string& out, const MessageView& message, bool headers);

}  // namespace sluice::nats
