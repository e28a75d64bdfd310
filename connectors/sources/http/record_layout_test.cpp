// SPDX-License-Identifier: Apache-2.0
#include "record_layout.hpp"

#include <gtest/gtest.h>

namespace sluice::http {
namespace {

ResponseHead read(std::initializer_list<std::string_view> lines) {
  HeadReader reader;
  for (const auto line : lines) reader.take(line);
  return reader.head();
}

std::string layout(OutputParts parts, OutputType type, const ResponseHead& head,
                   std::string_view body) {
  return std::string(RecordLayout(parts, type, head).record(body));
}

const ResponseHead hello =
    read({"HTTP/1.1 200 OK\r\n", "Content-Length: 18\r\n", "content-type: text/plain\r\n", "\r\n"});
constexpr auto body_only = OutputParts::body;
constexpr auto full = OutputParts::full;
constexpr auto as_text = OutputType::text;
constexpr auto json = OutputType::json;

TEST(RecordLayout, TextOfTheBody) {
  EXPECT_EQ(layout(body_only, as_text, hello, "Hello, Fluvio! - 1"), "Hello, Fluvio! - 1");
  EXPECT_EQ(layout(body_only, as_text, hello, ""), "");
}

TEST(RecordLayout, TextOfAll) {
  EXPECT_EQ(layout(full, as_text, hello, "Hello, Fluvio! - 1"),
            "HTTP/1.1 200 OK\ncontent-length: 18\ncontent-type: text/plain\n\nHello, Fluvio! - 1");
}

TEST(RecordLayout, JsonOfTheBodyIsAlwaysText) {
  EXPECT_EQ(layout(body_only, json, hello, R"({"a":1})"), R"({"body":"{\"a\":1}"})");
}

TEST(RecordLayout, JsonOfAll) {
  const auto head =
      read({"HTTP/1.1 200 OK", "Set-Cookie: a=1", "content-type: text/plain", "Set-Cookie: b=2"});
  EXPECT_EQ(layout(full, json, head, "x"),
            R"({"status":{"version":"HTTP/1.1","code":200,"string":"OK"},)"
            R"("header":{"content-type":"text/plain","set-cookie":["a=1","b=2"]},"body":"x"})");
}

TEST(RecordLayout, UnknownReason) {
  const auto head = read({"HTTP/1.1 299 Whatever"});
  EXPECT_EQ(layout(full, as_text, head, "x"), "HTTP/1.1 299 \n\n\nx");
  EXPECT_EQ(layout(full, json, head, "x"),
            R"({"status":{"version":"HTTP/1.1","code":299},"header":{},"body":"x"})");
}

TEST(RecordLayout, OneRecordAfterTheOther) {
  RecordLayout lines(body_only, json, hello);
  EXPECT_EQ(lines.record("a"), R"({"body":"a"})");
  EXPECT_EQ(lines.record("b"), R"({"body":"b"})");
}

TEST(HeadReader, NamesTheVersions) {
  EXPECT_EQ(read({"HTTP/2 200"}).version, "HTTP/2.0");
  EXPECT_EQ(read({"HTTP/3 204 "}).version, "HTTP/3.0");
  EXPECT_EQ(read({"HTTP/1.0 404 Nope"}).code, 404);
}

TEST(HeadReader, PutsRepeatedHeadersTogether) {
  const auto head = read({"HTTP/1.1 200 OK", "A: 1", "B: 2", "a: 3"});
  EXPECT_EQ(layout(full, as_text, head, ""), "HTTP/1.1 200 OK\na: 1\na: 3\nb: 2\n\n");
}

TEST(HeadReader, ForgetsTheHeadBeforeARedirect) {
  const auto head = read({"HTTP/1.1 302 Found", "Location: /x", "", "HTTP/1.1 200 OK", "A: 1", ""});
  EXPECT_EQ(head.code, 200);
  EXPECT_EQ(head.header("location"), "");
}

TEST(HeadReader, ReadsValuesThatAreNotUtf8AsLatin1) {
  EXPECT_EQ(read({"HTTP/1.1 200 OK", "A: gr\xfc\xdf"}).header("a"), "gr\u00fc\u00df");
  EXPECT_EQ(read({"HTTP/1.1 200 OK", "A: gr\u00fc"}).header("a"), "gr\u00fc");
}

TEST(HeadReader, PassesOverWhatIsNoHeader) {
  EXPECT_EQ(read({"HTTP/1.1 200 OK", "no colon", ": no name", "A:"}).headers.size(), 1U);
}

TEST(ContentType, IsTakenApart) {
  EXPECT_EQ(media_type("Text/Event-Stream; charset=UTF-8"), "text/event-stream");
  EXPECT_EQ(charset_of("text/plain; x=y; Charset=\"ISO-8859-1\""), "iso-8859-1");
  EXPECT_EQ(charset_of("text/plain"), "");
  EXPECT_EQ(charset_of(""), "");
}

}  // namespace
}  // namespace sluice::http
