// SPDX-License-Identifier: Apache-2.0
#include "net/multiplexer.hpp"

#include <gtest/gtest.h>

namespace sluice::net {
namespace {

using namespace std::chrono_literals;
const TimePoint start{};

Request request(std::uint16_t key = 7, std::string_view body = "body") {
  return {.api_key = key, .version = 3, .body = {to_bytes(body), {}, nullptr}};
}

Frame answer(std::int32_t id, std::string_view body = "") {
  Bytes bytes;
  wire::WireWriter writer(bytes);
  writer.big_endian(id);
  writer.append(as_bytes(body));
  return Frame::copy_of(bytes);
}

// What a handler heard, in order: a body, or `!name` of an error.
struct Heard {
  std::vector<std::string> all;
  Multiplexer::Handler handler() {
    return [this](Result<Answer> result) {
      all.push_back(result ? std::string(as_text(result->body.bytes()))
                           : "!" + std::string(describe(result.error().code).name));
    };
  }
};

std::string joined(const OutFrame& frame) {
  std::vector<ByteView> views;
  frame.append_views(views);
  std::string out;
  for (const auto view : views) out += as_text(view);
  return out;
}

}  // namespace

TEST(Multiplexer, CountsFromOneAndWritesLengthAndHeader) {
  Multiplexer mux("me");
  Heard heard;
  EXPECT_EQ(mux.call(request(), start, heard.handler()), 1);
  EXPECT_EQ(mux.open_stream(request(), heard.handler()), 2);
  const auto frames = mux.take_output();
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(joined(frames[0]), std::string("\0\0\0\x10\0\7\0\3\0\0\0\1\0\2me"
                                           "body",
                                           20));
  EXPECT_FALSE(mux.has_output());
}

TEST(Multiplexer, WritesCutsWhereTheyBelong) {
  Multiplexer mux("");
  Heard heard;
  const auto outside = to_bytes("OUTSIDE");
  Request with_cuts{.api_key = 1, .version = 1, .body = {to_bytes("ab"), {}, nullptr}};
  with_cuts.body.cuts = {{0, outside}, {1, outside}, {2, outside}};
  mux.call(std::move(with_cuts), start, heard.handler());
  const auto text = joined(mux.take_output().at(0));
  EXPECT_EQ(text.substr(14), "OUTSIDEaOUTSIDEbOUTSIDE");
  EXPECT_EQ(static_cast<std::size_t>(text[3]), text.size() - 4);
}

TEST(Multiplexer, AnswersInAnyOrderReachTheirAskers) {
  Multiplexer mux("me");
  Heard first;
  Heard second;
  Heard stream;
  mux.call(request(), start, first.handler());
  mux.call(request(), start, second.handler());
  mux.open_stream(request(), stream.handler());
  for (const auto& [id, body] : {std::pair{3, "s1"}, {2, "b"}, {3, "s2"}, {1, "a"}, {3, "s3"}}) {
    ASSERT_TRUE(mux.on_frame(answer(id, body)));
  }
  EXPECT_EQ(first.all, std::vector<std::string>{"a"});
  EXPECT_EQ(second.all, std::vector<std::string>{"b"});
  EXPECT_EQ(stream.all, (std::vector<std::string>{"s1", "s2", "s3"}));
  EXPECT_EQ(mux.waiting_count(), 1U);
}

TEST(Multiplexer, UnknownAndRepeatedAnswersAreDropped) {
  Multiplexer mux("me");
  Heard heard;
  mux.call(request(), start, heard.handler());
  ASSERT_TRUE(mux.on_frame(answer(99)));
  ASSERT_TRUE(mux.on_frame(answer(1)));
  ASSERT_TRUE(mux.on_frame(answer(1)));
  EXPECT_EQ(heard.all.size(), 1U);
  EXPECT_EQ(mux.dropped_count(), 2U);
}

TEST(Multiplexer, AFrameWithoutHeaderIsAnError) {
  Multiplexer mux("me");
  for (std::size_t size = 0; size < 4; ++size) {
    const auto result = mux.on_frame(Frame::copy_of(Bytes(size)));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::protocol);
  }
}

TEST(Multiplexer, TheEndReachesEveryOneShotAndEveryStreamOnce) {
  Multiplexer mux("me");
  Heard call;
  Heard stream;
  mux.call(request(), start, call.handler());
  mux.open_stream(request(), stream.handler());
  mux.fail({Errc::connection_lost, "", {}});
  mux.fail({Errc::connection_lost, "", {}});
  EXPECT_EQ(call.all, std::vector<std::string>{"!connection_lost"});
  EXPECT_EQ(stream.all, std::vector<std::string>{"!connection_lost"});
  EXPECT_FALSE(mux.has_output());
}

TEST(Multiplexer, ADroppedStreamHearsNothingMore) {
  Multiplexer mux("me");
  Heard heard;
  const auto id = mux.open_stream(request(), heard.handler());
  mux.drop_stream(id);
  ASSERT_TRUE(mux.on_frame(answer(id)));
  mux.fail({Errc::connection_lost, "", {}});
  EXPECT_TRUE(heard.all.empty());
}

TEST(Multiplexer, AStreamMayDropItselfWhileItRuns) {
  Multiplexer mux("me");
  int count = 0;
  std::int32_t id = 0;
  id = mux.open_stream(request(), [&, big = std::string(1'000, 'x')](Result<Answer>) {
    mux.drop_stream(id);
    count += static_cast<int>(big.size());
  });
  ASSERT_TRUE(mux.on_frame(answer(id)));
  ASSERT_TRUE(mux.on_frame(answer(id)));
  EXPECT_EQ(count, 1'000);
}

TEST(Multiplexer, TheEarliestDeadlineCounts) {
  Multiplexer mux("me");
  Heard heard;
  EXPECT_FALSE(mux.next_deadline());
  mux.call(request(), start + 5s, heard.handler());
  mux.call(request(), start + 3s, heard.handler());
  EXPECT_EQ(mux.next_deadline(), start + 3s);
  EXPECT_FALSE(mux.expired(start + 2s));
  ASSERT_TRUE(mux.expired(start + 3s));
  EXPECT_EQ(mux.expired(start + 3s)->code, Errc::timed_out);
  ASSERT_TRUE(mux.on_frame(answer(2)));
  EXPECT_EQ(mux.next_deadline(), start + 5s);
}

}  // namespace sluice::net
