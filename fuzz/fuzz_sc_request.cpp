// SPDX-License-Identifier: Apache-2.0
#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sluice::fuzz::fuzz_request(sluice::wire::Server::sc, sluice::fuzz::input(data, size));
  return 0;
}
