// SPDX-License-Identifier: Apache-2.0
#include "common/kafka/connection_options.hpp"

#include <gtest/gtest.h>

#include "common/kafka/errors.hpp"

namespace sluice::common {
namespace {

struct Wrapped {
  KafkaConnectionOptions connection;
};

}  // namespace
}  // namespace sluice::common

template <>
struct sluice::option_table<sluice::common::Wrapped> {
  using O = common::Wrapped;
  static constexpr auto rows = std::tuple{option_group<&O::connection>()};
  static void validate(const O& options, OptionProblems& problems) {
    common::validate_kafka_connection(options.connection, problems);
  }
};

namespace sluice::common {
namespace {

struct Read {
  KafkaConnectionOptions options;
  ParseOutcome outcome;
};

Read read(std::vector<std::string> words) {
  Wrapped wrapped;
  OptionSet set;
  set.bind(wrapped);
  Read out;
  out.outcome = parse_options(set, {.words = std::move(words), .section = "kafka"});
  out.options = std::move(wrapped.connection);
  return out;
}

TEST(KafkaConnectionOptions, GuessesTheProtocol) {
  const std::vector<std::pair<std::vector<std::string>, KafkaProtocol>> rows = {
      {{}, KafkaProtocol::plaintext},
      {{"--ssl-ca-file", "ca"}, KafkaProtocol::ssl},
      {{"--sasl-username", "u", "--sasl-password", "p"}, KafkaProtocol::sasl_plaintext},
      {{"--sasl-username", "u", "--sasl-password", "p", "--ssl-ca-file", "c"},
       KafkaProtocol::sasl_ssl},
      {{"--security-protocol", "SSL"}, KafkaProtocol::ssl},
  };
  for (auto [words, protocol] : rows) {
    words.insert(words.end(), {"--kafka-url", "h:1"});
    const auto got = read(words);
    ASSERT_TRUE(got.outcome.ok()) << got.outcome.report();
    EXPECT_EQ(kafka_security(got.options).protocol, protocol);
  }
}

TEST(KafkaConnectionOptions, RefusesWhatCannotWorkOrWouldBreakThePromise) {
  const std::vector<std::vector<std::string>> rows = {
      {"--kafka-option", "no.such.thing=1"},
      {"--kafka-option", "queued.min.messages=many"},
      {"--kafka-option", "acks=1"},
      {"--kafka-option", "enable.auto.commit=true"},
      {"--kafka-option", "enable.idempotence=false"},
      {"--kafka-option", "plugin.library.paths=/tmp/x.so"},
      {"--ssl-ca-file", "a", "--ssl-ca-pem", "b"},
      {"--ssl-cert-file", "a"},
      {"--security-protocol", "plaintext", "--ssl-ca-file", "a"},
      {"--security-protocol", "ssl", "--sasl-username", "a", "--sasl-password", "p"},
      {"--security-protocol", "sasl_ssl"},
      {"--sasl-username", "a"},
      {"--kafka-url", "kafka://h:1"},
      {"--kafka-url", "user@h:1"},
  };
  for (auto words : rows) {
    words.insert(words.begin(), {"--kafka-url", "h:1"});
    const auto got = read(words);
    EXPECT_FALSE(got.outcome.ok()) << ::testing::PrintToString(words);
  }
}

TEST(KafkaConnectionOptions, NeverShowsTheValueOfAProperty) {
  const auto got = read({"--kafka-url", "h:1", "--kafka-option", "ssl.curves.list=ok",
                         "--kafka-option", "socket.timeout.ms=canary"});
  ASSERT_FALSE(got.outcome.ok());
  EXPECT_NE(got.outcome.report().find("socket.timeout.ms"), std::string::npos);
  EXPECT_EQ(got.outcome.report().find("canary"), std::string::npos) << got.outcome.report();
}

TEST(KafkaErrors, SaysWhatACodeMeans) {
  const std::vector<std::pair<rd_kafka_resp_err_t, Errc>> rows = {
      {RD_KAFKA_RESP_ERR__TRANSPORT, Errc::outside_unavailable},
      {RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, Errc::outside_unavailable},
      {RD_KAFKA_RESP_ERR__AUTHENTICATION, Errc::permission_denied},
      {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, Errc::permission_denied},
      {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, Errc::record_too_large},
      {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, Errc::topic_not_found},
      {RD_KAFKA_RESP_ERR_PRODUCER_FENCED, Errc::already_running},
      {RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, Errc::already_running},
      {RD_KAFKA_RESP_ERR_INVALID_TXN_STATE, Errc::outside_unavailable},
      {RD_KAFKA_RESP_ERR_TRANSACTION_COORDINATOR_FENCED, Errc::outside_unavailable},
      {RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING, Errc::outside_unavailable},
      {RD_KAFKA_RESP_ERR_INVALID_RECORD, Errc::outside_rejected},
      {static_cast<rd_kafka_resp_err_t>(12'345), Errc::outside_rejected},
  };
  for (const auto& [code, errc] : rows) EXPECT_EQ(kafka_errc(code), errc) << code;
  EXPECT_EQ(kafka_error("writing", RD_KAFKA_RESP_ERR__TRANSPORT, "gone").message(),
            "writing: gone (_TRANSPORT)");
}

}  // namespace
}  // namespace sluice::common
