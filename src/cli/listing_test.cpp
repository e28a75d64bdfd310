// SPDX-License-Identifier: Apache-2.0
#include "cli/listing.hpp"

#include <gtest/gtest.h>

namespace sluice::cli {
namespace {

Listing topics() {
  return Listing({{"name", "NAME"}, {"size_bytes", "SIZE"}}, "no topics");
}

TEST(Listing, AlignsTextLeftAndNumbersRight) {
  auto listing = topics();
  listing.add({"a", ByteCount{512}});
  listing.add({"longer", ByteCount{2048}});

  EXPECT_EQ(listing.table(),
            "NAME        SIZE\n"
            "a          512 B\n"
            "longer  2.00 KiB\n");
}

TEST(Listing, SaysWhenThereIsNothing) {
  EXPECT_EQ(topics().table(), "no topics\n");
  EXPECT_EQ(topics().json(), "[]");
}

TEST(Listing, JsonHasExactNumbersAndEscapedText) {
  auto listing = topics();
  listing.add({"a\"b\n", ByteCount{2048}});
  listing.add({"none", Nothing{}});

  EXPECT_EQ(listing.json(),
            R"([{"name":"a\"b\n","size_bytes":2048},{"name":"none","size_bytes":null}])");
}

TEST(Listing, ControlCharactersDoNotReachTheTerminal) {
  auto listing = topics();
  listing.add({"a\033[31m\n", Nothing{}});

  EXPECT_EQ(listing.table().find('\033'), std::string::npos);
}

TEST(Listing, CountsCharactersNotBytes) {
  Listing listing({{"a", "A"}, {"b", "B"}}, "");
  listing.add({"é", "x"});
  listing.add({"ee", "y"});

  EXPECT_EQ(listing.table(), "A   B\né   x\nee  y\n");
}

TEST(Facts, HoldOneThingAndItsParts) {
  auto partitions = Listing({{"id", "PARTITION"}}, "none");
  partitions.add({std::int64_t{0}});
  Facts facts;
  facts.add("name", "Name", "ticks")
      .add("retention_seconds", "Retention", std::chrono::seconds(3600))
      .add("tags", "Tags", std::vector<std::string>{"a", "b"})
      .add("partitions", partitions);

  EXPECT_EQ(facts.table(),
            "Name:      ticks\n"
            "Retention: 1h\n"
            "Tags:      a, b\n"
            "\n"
            "PARTITION\n"
            "        0\n");
  EXPECT_EQ(
      facts.json(),
      R"({"name":"ticks","retention_seconds":3600,"tags":["a","b"],"partitions":[{"id":0}]})");
}

}  // namespace
}  // namespace sluice::cli
