// SPDX-License-Identifier: Apache-2.0
#include "record.hpp"

#include <gtest/gtest.h>

namespace sluice::nats {
namespace {

std::string record(const MessageView& message, bool headers = false) {
  std::string out;
  write_record(out, message, headers);
  return out;
}

TEST(NatsRecord, HasTheLayoutOfTheCommunityConnector) {
  EXPECT_EQ(record({.subject = "s", .reply = {}, .data = "\x01\xff", .headers = {}}),
            R"({"nats_subject":"s","nats_reply":null,"nats_data":[1,255]})");
  EXPECT_EQ(record({.subject = "s", .reply = "r", .data = "", .headers = {}}),
            R"({"nats_subject":"s","nats_reply":"r","nats_data":[]})");
}

TEST(NatsRecord, HasHeadersWhenWanted) {
  EXPECT_EQ(record({.subject = "s", .reply = {}, .data = "", .headers = {}}, true),
            R"({"nats_subject":"s","nats_reply":null,"nats_data":[],"nats_headers":{}})");
  EXPECT_EQ(record({.subject = "s",
                    .reply = {},
                    .data = "",
                    .headers = {{"a", "1"}, {"a", "\"2"}, {"b", ""}}},
                   true),
            R"({"nats_subject":"s","nats_reply":null,"nats_data":[],)"
            R"("nats_headers":{"a":["1","\"2"],"b":[""]}})");
}

}  // namespace
}  // namespace sluice::nats
