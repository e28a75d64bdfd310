// SPDX-License-Identifier: Apache-2.0
#include "common/redis/reply.hpp"

#include <array>

#include <gtest/gtest.h>

namespace sluice::redis {
namespace {

TEST(RedisCommand, WordsAreCountedBytes) {
  std::string out;
  const std::array<std::string_view, 3> words{"SET", "k", std::string_view("a\r\n\0", 4)};
  encode_command(out, words);
  EXPECT_EQ(out, std::string_view("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\na\r\n\0\r\n", 30));
}

TEST(RedisReply, ComesWholeFromPiecesOfAnyLength) {
  const std::string_view bytes = "*3\r\n:7\r\n$2\r\nhi\r\n*1\r\n$-1\r\n+OK\r\n";
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    ReplyReader reader;
    std::vector<Reply> replies;
    for (std::size_t at = 0; at < bytes.size(); at += size) {
      reader.feed(bytes.substr(at, size));
      while (auto reply = reader.next().value()) replies.push_back(std::move(*reply));
    }
    ASSERT_EQ(replies.size(), 2U);
    ASSERT_EQ(replies[0].items.size(), 3U);
    EXPECT_EQ(replies[0].items[0].integer, 7);
    EXPECT_EQ(replies[0].items[1].text, "hi");
    EXPECT_TRUE(replies[0].items[2].items[0].is_nil());
    EXPECT_EQ(replies[1].type, Reply::Type::status);
  }
}

TEST(RedisReply, BytesOfAnotherProtocolAreAnError) {
  ReplyReader reader;
  reader.feed("HTTP/1.1 400 Bad Request\r\n\r\n");
  EXPECT_EQ(reader.next().error().code, Errc::protocol);
}

TEST(RedisError, TheFirstWordDecides) {
  EXPECT_TRUE(error_of("SET", "LOADING Redis is loading the dataset in memory").retryable());
  EXPECT_TRUE(error_of("SET", "OOM command not allowed").retryable());
  EXPECT_TRUE(error_of("SET", "READONLY You can't write").retryable());
  EXPECT_EQ(error_of("SET", "NOPERM no").code, Errc::permission_denied);
  EXPECT_EQ(error_of("SET", "WRONGTYPE no").code, Errc::outside_rejected);
  EXPECT_EQ(error_of("SET", "MOVED 1 h:1").code, Errc::unsupported);
  EXPECT_EQ(error_of("SET", "ERR whatever").code, Errc::outside_rejected);
  EXPECT_EQ(error_of("SET", "BUSYGROUP exists").code, Errc::outside_rejected);
}

}  // namespace
}  // namespace sluice::redis
