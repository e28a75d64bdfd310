// SPDX-License-Identifier: Apache-2.0
#include "sluice/base64.hpp"

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(Base64, MatchesTheVectorsOfRfc4648) {
  const std::pair<std::string, std::string> cases[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : cases) {
    EXPECT_EQ(to_base64(bytes), text);
    EXPECT_EQ(from_base64(text), bytes);
  }
}

TEST(Base64, TakesBackEveryByteAtEveryLength) {
  std::string bytes;
  for (int i = 0; i < 600; ++i) {
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
    bytes += static_cast<char>(i * 7);
  }
}

TEST(Base64, GoesOnBehindAPiece) {
  const std::string bytes((std::size_t{1} << 24U) + 4, 'x');
  const auto text = to_base64(bytes);
  EXPECT_EQ(text.substr(text.size() - 8), "eHh4eHg=");
  EXPECT_TRUE(from_base64(text) == bytes);
}

TEST(Base64, RefusesWhatItWouldNotWrite) {
  for (const auto* text : {"Z", "Zg", "Zg=", "Zg==\n", " Zg==", "Zh==", "Zg==Zg==", "====", "Zm9=",
                           "Zm8*", "Zm_v", "Zm9vZg= "}) {
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace sluice
