// SPDX-License-Identifier: Apache-2.0
// protocol_page: prints docs/protocol.md.
#include <cstdio>

#include "wire/protocol_page.hpp"

int main() {
  const auto page = sluice::wire::protocol_page();
  return std::fwrite(page.data(), 1, page.size(), stdout) == page.size() ? 0 : 1;
}
