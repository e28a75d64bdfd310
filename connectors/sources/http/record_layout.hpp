// SPDX-License-Identifier: Apache-2.0
#pragma once

// The record that a response, or a part of a stream, becomes: text or JSON, body or all of it.

#include <string>
#include <string_view>

#include "http_options.hpp"
#include "response_head.hpp"

namespace sluice::http {

class RecordLayout {
 public:
  RecordLayout(OutputParts parts, OutputType type, const ResponseHead& head);

  // Valid until the next call, and as long as `body`.
  [[nodiscard]] std::string_view record(std::string_view body);

 private:
  bool json_;
  std::string before_;  // what stands before the body in each record
  std::string record_;
};

}  // namespace sluice::http
