// SPDX-License-Identifier: Apache-2.0
// Random values of every message, in every version that a server here may see.
#include <gtest/gtest.h>

#include "wire/catalog.hpp"
#include "wire/random_message.hpp"

namespace sluice::wire {
namespace {

constexpr int values_per_version = 12;

class RoundTrip : public testing::Test {
 protected:
  template <typename T>
  void expect_same_after_decoding(Version version) {
    const auto value = random_.make<T>(version);
    const auto encoded = encode(value, version);
    WireReader in(encoded);
    T decoded{};
    get(in, decoded, version);

    ASSERT_TRUE(in.ok()) << in.error("decoding").message() << where<T>(version);
    EXPECT_EQ(in.remaining(), 0U) << where<T>(version);
    EXPECT_TRUE(same(decoded, value)) << where<T>(version);
    EXPECT_EQ(encode(decoded, version), encoded) << where<T>(version);
    expect_refused_when_cut<T>(encoded, version);
  }

  template <typename T>
  void expect_refused_when_cut(ByteView encoded, Version version) {
    if (encoded.empty()) return;
    const auto cut = encoded.first(random_.below(encoded.size()));
    EXPECT_FALSE(decode<T>(cut, version, "a cut message")) << where<T>(version);
  }

  template <typename T>
  void expect_for_versions(Version first, Version last) {
    for (auto version = first; version <= last && !HasFailure(); ++version) {
      for (int i = 0; i < values_per_version; ++i) expect_same_after_decoding<T>(version);
    }
  }

  template <typename T>
  static std::string where(Version version) {
    return "\n" + std::string(__PRETTY_FUNCTION__) + " version " + std::to_string(version) +
           "; to repeat: SLUICE_TEST_SEED=" + std::to_string(RandomMessage::seed());
  }

  RandomMessage random_{RandomMessage::seed()};
};

TEST_F(RoundTrip, HandshakeAndHeaders) {
  expect_for_versions<RequestHeader>(0, 0);
  expect_for_versions<ResponseHeader>(0, 0);
  expect_for_versions<ApiVersionsRequest>(0, 2);
  expect_for_versions<ApiVersionsResponse>(0, 2);
  expect_for_versions<ErrorCode>(0, 20);  // one layout; enough values to meet every code
}

TEST_F(RoundTrip, DataNodeRequestsAndResponses) {
  SpuRequests::each([&]<typename Request>(std::type_identity<Request>) {
    expect_for_versions<Request>(0, data_version);
    expect_for_versions<typename Request::Response>(0, data_version);
  });
}

constexpr Version admin_first = 11;  // bodies describe themselves from here on

TEST_F(RoundTrip, ControlPlaneRequests) {
  CreateSpecs::each([&]<typename Spec>(std::type_identity<Spec>) {
    expect_for_versions<CreateBody<Spec>>(admin_first, admin_version);
    expect_for_versions<DeleteBodyOf<Spec>>(admin_first, admin_version);
  });
  expect_for_versions<TypeBuffer>(admin_first, admin_version);
  expect_for_versions<ListBody>(admin_first, admin_version);
  expect_for_versions<WatchBody>(admin_first, admin_version);
  expect_for_versions<UpdateTopicBody>(admin_first, admin_version);
}

TEST_F(RoundTrip, ControlPlaneResponses) {
  expect_for_versions<StatusResponse>(admin_first, admin_version);
  ListSpecs::each([&]<typename Spec>(std::type_identity<Spec>) {
    expect_for_versions<ListResponseBody<Spec>>(admin_first, admin_version);
  });
  WatchSpecs::each([&]<typename Spec>(std::type_identity<Spec>) {
    expect_for_versions<WatchResponseBody<Spec>>(admin_first, admin_version);
  });
}

}  // namespace
}  // namespace sluice::wire
