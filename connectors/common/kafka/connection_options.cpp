// SPDX-License-Identifier: Apache-2.0
#include "common/kafka/connection_options.hpp"

#include <algorithm>
#include <memory>

#include <librdkafka/rdkafka.h>

namespace sluice::common {
namespace {

struct OwnProperty {
  std::string_view name;
  std::string_view instead;
};

// What would break the promise, or is said by an option.
constexpr auto own_properties = std::to_array<OwnProperty>({
    {"bootstrap.servers", "give --kafka-url"},
    {"metadata.broker.list", "give --kafka-url"},
    {"security.protocol", "give --security-protocol"},
    {"sasl.mechanisms", "give --sasl-mechanism"},
    {"sasl.mechanism", "give --sasl-mechanism"},
    {"sasl.username", "give --sasl-username"},
    {"sasl.password", "give --sasl-password"},
    {"ssl.ca.location", "give --ssl-ca-file"},
    {"ssl.ca.pem", "give --ssl-ca-pem"},
    {"ssl.certificate.location", "give --ssl-cert-file"},
    {"ssl.certificate.pem", "give --ssl-cert-pem"},
    {"ssl.key.location", "give --ssl-key-file"},
    {"ssl.key.pem", "give --ssl-key-pem"},
    {"ssl.key.password", "give --ssl-key-password"},
    {"group.id", "give --kafka-group"},
    {"group.instance.id", "give --kafka-instance"},
    {"session.timeout.ms", "give --session-timeout"},
    {"isolation.level", "give --isolation"},
    {"auto.offset.reset", "give --start and --on-gap"},
    {"enable.auto.commit", "offsets are committed when the topic has the records"},
    {"auto.commit.enable", "offsets are committed when the topic has the records"},
    {"auto.commit.interval.ms", "give --commit-interval"},
    {"enable.auto.offset.store", "offsets are committed when the topic has the records"},
    {"offset.store.method", "offsets are committed when the topic has the records"},
    {"enable.partition.eof", "the connector needs it as it is"},
    {"acks", "a record counts as written when all replicas in sync have it"},
    {"request.required.acks", "a record counts as written when all replicas in sync have it"},
    {"enable.idempotence", "it is what keeps repeated requests from making duplicates"},
    {"message.send.max.retries", "the delivery timeout limits them: --delivery-timeout"},
    {"retries", "the delivery timeout limits them: --delivery-timeout"},
    {"message.timeout.ms", "give --delivery-timeout"},
    {"delivery.timeout.ms", "give --delivery-timeout"},
    {"delivery.report.only.error", "each record's report is needed"},
    {"transactional.id", "give --transactional-id"},
    {"transaction.timeout.ms", "give --transaction-timeout"},
    {"partitioner", "give --partitioner"},
    {"compression.codec", "give --compression"},
    {"compression.type", "give --compression"},
    {"plugin.library.paths", "no foreign code is loaded"},
    {"ssl.engine.location", "no foreign code is loaded"},
    {"ssl.providers", "no foreign code is loaded"},
    {"test.mock.num.brokers", "it takes the place of the real brokers"},
    {"allow.auto.create.topics", "topics are made on request only"},
    {"enabled_events", "the connector needs it as it is"},
    {"log.queue", "the connector needs it as it is"},
});

std::string_view instead_of(std::string_view name) {
  const auto* const found = std::ranges::find(own_properties, name, &OwnProperty::name);
  return found == own_properties.end() ? std::string_view{} : found->instead;
}

using Conf = std::unique_ptr<rd_kafka_conf_t, decltype(&rd_kafka_conf_destroy)>;

// librdkafka's words for what is wrong with a value have the value in them.
std::string without(std::string text, const std::string& value) {
  if (value.empty()) return text;
  for (auto at = text.find(value); at != std::string::npos; at = text.find(value, at + 3)) {
    text.replace(at, value.size(), "***");
  }
  return text;
}

void check_properties(const KafkaConnectionOptions& options, OptionProblems& problems) {
  const Conf conf(rd_kafka_conf_new(), &rd_kafka_conf_destroy);
  for (const auto& [name, value] : options.properties) {
    if (const auto instead = instead_of(name); !instead.empty()) {
      problems.add("kafka-option", "`" + name + "` is the connector's own", std::string(instead));
      continue;
    }
    std::array<char, 512> text{};
    switch (rd_kafka_conf_set(conf.get(), name.c_str(), value.reveal().c_str(), text.data(),
                              text.size())) {
      case RD_KAFKA_CONF_UNKNOWN:
        problems.add("kafka-option", "librdkafka has no property `" + name + "`",
                     "its CONFIGURATION.md has the names");
        break;
      case RD_KAFKA_CONF_INVALID:
        problems.add("kafka-option", "`" + name + "`: " + without(text.data(), value.reveal()),
                     "librdkafka's CONFIGURATION.md has the values");
        break;
      case RD_KAFKA_CONF_OK:
        break;
    }
  }
}

void check_pem(const PemSource& source, const std::string& what, OptionProblems& problems) {
  if (!source.file.empty() && !source.pem.empty()) {
    problems.add("security", what + " has both `file` and `pem`", "give one of them");
  }
}

PemSource one_of(const std::string& file, const Secret<std::string>& pem, const PemSource& yaml) {
  if (!file.empty() || !pem.empty()) return {file, pem};
  return yaml;
}

bool uses_sasl(KafkaProtocol protocol) {
  return protocol == KafkaProtocol::sasl_plaintext || protocol == KafkaProtocol::sasl_ssl;
}
bool uses_tls(KafkaProtocol protocol) {
  return protocol == KafkaProtocol::ssl || protocol == KafkaProtocol::sasl_ssl;
}

void check_brokers(const KafkaConnectionOptions& options, OptionProblems& problems) {
  const std::string list = kafka_broker_list(options);
  if (list.find("://") != std::string::npos) {
    problems.add("kafka-url", "a broker is `host:port`, without a scheme",
                 "say with --security-protocol how it is spoken to");
  } else if (list.empty() || list.find_first_of(" \t/@") != std::string::npos) {
    problems.add("kafka-url", "`" + list + "` is not a list of brokers",
                 "write host:port,host:port");
  }
}

}  // namespace

KafkaSecurity kafka_security(const KafkaConnectionOptions& options) {
  const auto& yaml = options.security;
  KafkaSecurity out{
      .protocol = options.protocol ? options.protocol : yaml.protocol,
      .mechanism = options.mechanism ? options.mechanism : yaml.mechanism,
      .username = options.username.empty() ? yaml.username : options.username,
      .password = options.password.empty() ? yaml.password : options.password,
      .ca = one_of(options.ca_file, options.ca_pem, yaml.ca),
      .cert = one_of(options.cert_file, options.cert_pem, yaml.cert),
      .key = one_of(options.key_file, options.key_pem, yaml.key),
      .key_password = options.key_password.empty() ? yaml.key_password : options.key_password,
  };
  if (!out.protocol) {
    const bool tls = !out.ca.empty() || !out.cert.empty() || !out.key.empty();
    const bool sasl = out.mechanism || !out.username.empty();
    out.protocol = tls ? (sasl ? KafkaProtocol::sasl_ssl : KafkaProtocol::ssl)
                       : (sasl ? KafkaProtocol::sasl_plaintext : KafkaProtocol::plaintext);
  }
  return out;
}

std::string kafka_broker_list(const KafkaConnectionOptions& options) {
  std::string out;
  for (const auto& broker : options.brokers) {
    if (!out.empty()) out += ',';
    out += broker;
  }
  return out;
}

void validate_kafka_connection(const KafkaConnectionOptions& options, OptionProblems& problems) {
  check_brokers(options, problems);
  check_properties(options, problems);
  check_pem(options.security.ca, "ssl_ca", problems);
  check_pem(options.security.cert, "ssl_cert", problems);
  check_pem(options.security.key, "ssl_key", problems);
  const auto security = kafka_security(options);
  const auto protocol = *security.protocol;
  if (security.cert.empty() != security.key.empty()) {
    problems.add(security.cert.empty() ? "ssl-cert-file" : "ssl-key-file",
                 "a client certificate needs its key", "give both");
  }
  if (!uses_tls(protocol) && (!security.ca.empty() || !security.cert.empty())) {
    problems.add("security-protocol", "the options for TLS do nothing without it",
                 "write ssl or sasl_ssl");
  }
  // A password alone may come from the environment, for others.
  if (!uses_sasl(protocol) && (security.mechanism || !security.username.empty())) {
    problems.add("security-protocol", "the options for SASL do nothing without it",
                 "write sasl_ssl or sasl_plaintext");
  }
  if (uses_sasl(protocol) && (security.username.empty() || security.password.empty())) {
    problems.add("sasl-username", "SASL needs a user and a password",
                 "give --sasl-username and --sasl-password");
  }
}

}  // namespace sluice::common
