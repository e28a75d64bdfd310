// SPDX-License-Identifier: Apache-2.0
#include "client_fixture.hpp"

namespace sluice::testing {

TEST_P(AnyServer, WhatIsSentIsReadBack) {
  const auto name = topic("hello");
  auto producer = client().producer(name);
  const auto first = producer.send_and_wait({.key = "k", .value = "hello"});
  const auto second = producer.send_and_wait({.key = std::nullopt, .value = "world"});
  EXPECT_EQ(first.offset.value, 0);
  EXPECT_EQ(second.offset.value, 1);

  auto consumer = client().consumer(name, {.start = StartAt::beginning(), .until_end = true});
  std::vector<std::string> values;
  while (const auto records = consumer.next()) {
    for (const auto& record : *records) values.emplace_back(record.value);
  }
  EXPECT_EQ(values, (std::vector<std::string>{"hello", "world"}));
}

INSTANTIATE_TEST_SUITE_P(Embedded, AnyServer, ::testing::Values(false));
INSTANTIATE_TEST_SUITE_P(Real, AnyServer, ::testing::Values(true));

}  // namespace sluice::testing
