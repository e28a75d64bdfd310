// SPDX-License-Identifier: Apache-2.0
#include "fuzz.hpp"
#include "wire/error_code.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sluice::wire;
  const auto code = decode<ErrorCode>(sluice::fuzz::input(data, size), 0, "error code");
  if (!code) return 0;
  const auto again = decode<ErrorCode>(encode(*code, 0), 0, "error code");
  SLUICE_ASSERT(again.has_value() && *again == *code);
  SLUICE_ASSERT(to_error(*code, "fuzzing").server_text == again->text());
  return 0;
}
