// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include <gtest/gtest.h>

#include "sluice/json_text.hpp"
#include "wire/codec.hpp"
#include "wire/objects.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace sluice::wire {
namespace {

Bytes bytes_of(std::initializer_list<int> values) {
  Bytes out;
  for (const auto value : values) out.push_back(static_cast<std::byte>(value));
  return out;
}

TEST(WireReader, KeepsTheFirstFaultAndMovesNoFurther) {
  const auto bytes = bytes_of({2, 1, 1, 1});
  WireReader in(bytes);
  EXPECT_FALSE(in.boolean());  // 2 is no boolean
  EXPECT_EQ(in.big_endian<std::uint64_t>(), 0U);

  ASSERT_FALSE(in.ok());
  EXPECT_EQ(in.error("flag").code, Errc::malformed);
  EXPECT_EQ(in.error("flag").message(), "flag: breaks the format at byte 1 of 4");
  EXPECT_EQ(in.remaining(), 3U);
}

TEST(WireReader, SaysWhereTheInputEnds) {
  const auto bytes = bytes_of({0, 0, 0});
  WireReader in(bytes);
  EXPECT_EQ(in.big_endian<std::int16_t>(), 0);
  EXPECT_EQ(in.big_endian<std::int32_t>(), 0);

  EXPECT_EQ(in.error("count").code, Errc::truncated);
  EXPECT_EQ(in.error("count").message(), "count: ends too early at byte 2 of 3");
}

TEST(WireReader, ReadsAStringLengthBelowOneAsEmpty) {
  for (const auto& bytes : {bytes_of({0, 0}), bytes_of({0xff, 0xff}), bytes_of({0x80, 0})}) {
    WireReader in(bytes);
    EXPECT_EQ(in.string(), "");
    EXPECT_TRUE(in.ok());
    EXPECT_EQ(in.remaining(), 0U);
  }
}

TEST(WireReader, RefusesTextThatIsNotUtf8) {
  const auto bytes = bytes_of({0, 1, 0xff});
  WireReader in(bytes);
  EXPECT_EQ(in.string(), "");
  EXPECT_EQ(in.error("name").code, Errc::malformed);
}

TEST(WireReader, ReadsACountBelowOneAsNone) {
  const auto minus_one = bytes_of({0xff, 0xff, 0xff, 0xff});
  WireReader in(minus_one);
  EXPECT_EQ(in.count(1), 0U);
  EXPECT_TRUE(in.ok());
}

TEST(WireReader, RefusesACountThatCannotFitInTheRest) {
  const auto bytes = bytes_of({0, 0, 0, 3, 1, 1});
  WireReader in(bytes);
  EXPECT_EQ(in.count(1), 0U);
  EXPECT_EQ(in.error("items").code, Errc::truncated);
}

TEST(WireVector, OfEmptyMessagesIsBoundedByTheInputToo) {
  const auto bytes = bytes_of({0x7f, 0xff, 0xff, 0xff, 0, 0});
  EXPECT_FALSE(decode<std::vector<NoStatus>>(bytes, 0, "statuses"));
}

TEST(WireEnum, RefusesATagThatNobodyKnows) {
  EXPECT_FALSE(decode<SpuStatus>(bytes_of({3}), 19, "status"));
  EXPECT_FALSE(decode<ReplicaSpec>(bytes_of({3}), 19, "replicas"));
}

TEST(WireDuration, RefusesWhatDoesNotFit) {
  const auto too_many_nanos =
      bytes_of({0, 0, 0, 0, 0, 0, 0, 1, 0x3b, 0x9a, 0xca, 0x00});  // 1 s and 10^9 ns
  EXPECT_FALSE(decode<std::chrono::nanoseconds>(too_many_nanos, 0, "age"));
}

TEST(Varint, RoundTripsEveryWidthAndItsEdges) {
  for (int bits = 0; bits < 64; ++bits) {
    for (const auto near : {-1, 0, 1}) {
      const auto value = static_cast<std::int64_t>((std::uint64_t{1} << bits) + near);
      for (const auto signed_value : {value, static_cast<std::int64_t>(~value)}) {
        Bytes out;
        WireWriter(out).varint(signed_value);
        WireReader in(out);
        EXPECT_EQ(in.varint(), signed_value);
        EXPECT_EQ(in.remaining(), 0U);
        EXPECT_EQ(out.size(), varint_size(signed_value));
      }
    }
  }
}

// The official writer computes (n << 1) ^ (n >> 31) and looks at 32 bits only; within them it
// writes what we write, and its reader takes 64 bits.
TEST(Varint, IsWhatTheOfficialWriterWritesAsFarAsItIsRight) {
  const auto official = [](std::int64_t value) {
    const auto zigzag = static_cast<std::uint32_t>(static_cast<std::uint64_t>(value) << 1) ^
                        static_cast<std::uint32_t>(value >> 31);
    Bytes out;
    auto rest = zigzag;
    for (; rest >= 0x80; rest >>= 7) out.push_back(static_cast<std::byte>(rest | 0x80));
    out.push_back(static_cast<std::byte>(rest));
    return out;
  };
  for (const std::int64_t value :
       {0L, 1L, -1L, 63L, 64L, -64L, -65L, 2'147'483'647L, -2'147'483'648L}) {
    Bytes out;
    WireWriter(out).varint(value);
    EXPECT_EQ(out, official(value)) << value;
  }
}

TEST(Varint, RefusesMoreThanTenBytesAndMoreThan64Bits) {
  WireReader eleven(bytes_of({}));
  const Bytes endless(11, std::byte{0xff});
  WireReader in(endless);
  EXPECT_EQ(in.varint(), 0);
  EXPECT_EQ(in.error("length").code, Errc::malformed);

  auto wide = Bytes(9, std::byte{0x80});
  wide.push_back(std::byte{0x02});
  WireReader in_wide(wide);
  EXPECT_EQ(in_wide.varint(), 0);
  EXPECT_FALSE(in_wide.ok());
}

TEST(VarBytes, ReadsALengthBelowOneAsEmptyAndRefusesOneOverTheRest) {
  Bytes out;
  WireWriter(out).varint(-5);
  WireReader negative(out);
  EXPECT_TRUE(negative.var_bytes().empty());
  EXPECT_TRUE(negative.ok());

  out.clear();
  WireWriter(out).varint(std::numeric_limits<std::int64_t>::max());
  WireReader huge(out);
  EXPECT_TRUE(huge.var_bytes().empty());
  EXPECT_EQ(huge.error("value").code, Errc::truncated);
}

TEST(CustomSpuKey, HasATextAsItsTag) {
  EXPECT_EQ(as_text(encode(CustomSpuKey("a"), 19)), std::string_view("\0\4Name\0\1a", 9));
  EXPECT_EQ(as_text(encode(CustomSpuKey(7), 19)), std::string_view("\0\2Id\0\0\0\7", 8));
  EXPECT_FALSE(decode<CustomSpuKey>(as_bytes({"\0\2No\0\0\0\7", 8}), 19, "key"));
}

TEST(FitString, KeepsWhatFitsAndReplacesWhatIsNotUtf8) {
  EXPECT_EQ(fit_string("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f");
  EXPECT_EQ(fit_string("a\xff"
                       "b\xc3"),
            "a\xef\xbf\xbd"
            "b\xef\xbf\xbd");
}

TEST(FitString, CutsBetweenTwoCharacters) {
  std::string text(string_bytes_max - 1, 'a');
  text += "\xc3\xbc and more";
  const auto fitted = fit_string(text);
  EXPECT_EQ(fitted, std::string(string_bytes_max - 1, 'a'));
  EXPECT_TRUE(is_utf8(fitted));
}

}  // namespace
}  // namespace sluice::wire
