// SPDX-License-Identifier: Apache-2.0
#include "wire/protocol_page.hpp"

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

namespace sluice::wire {
namespace {

TEST(ProtocolPage, IsUpToDate) {
  std::ifstream in(SLUICE_TEST_DATA "/../../docs/protocol.md");
  const std::string written{std::istreambuf_iterator<char>(in), {}};
  EXPECT_TRUE(written == protocol_page())
      << "docs/protocol.md is not what the code says; make it again with: make docs";
}

}  // namespace
}  // namespace sluice::wire
