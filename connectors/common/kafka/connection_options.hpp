// SPDX-License-Identifier: Apache-2.0
#pragma once

// How Kafka is reached: what the source and the sink have in common. Each merges the table
// into its own (`option_group`) and calls `validate_kafka_connection` from its `validate`.
//
// The security settings have two spellings: words of the command line (`--ssl-key-file`), and the
// nested mapping of the official connectors (`security: {ssl_key: {file: p}}`). The first win.

#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/options.hpp>

namespace sluice::common {

enum class KafkaProtocol : unsigned char { plaintext, ssl, sasl_plaintext, sasl_ssl };
enum class KafkaSasl : unsigned char { plain, scram_sha_256, scram_sha_512 };

// A file, or its content. Requires (validated): not both.
struct PemSource {
  std::string file;
  Secret<std::string> pem;
  [[nodiscard]] bool empty() const { return file.empty() && pem.empty(); }
};

struct KafkaSecurity {
  std::optional<KafkaProtocol> protocol;
  std::optional<KafkaSasl> mechanism;
  std::string username;
  Secret<std::string> password;
  PemSource ca, cert, key;
  Secret<std::string> key_password;
};

struct KafkaConnectionOptions {
  std::vector<std::string> brokers;
  std::optional<KafkaProtocol> protocol;
  std::optional<KafkaSasl> mechanism;
  std::string username;
  Secret<std::string> password;
  std::string ca_file, cert_file, key_file;
  Secret<std::string> ca_pem, cert_pem, key_pem, key_password;
  KafkaSecurity security;  // of YAML
  std::map<std::string, Secret<std::string>> properties;
  std::chrono::milliseconds connect_timeout{10'000};
};

// Both spellings in one, with the protocol that they amount to.
[[nodiscard]] KafkaSecurity kafka_security(const KafkaConnectionOptions& options);
// `host:port` of each, joined by commas.
[[nodiscard]] std::string kafka_broker_list(const KafkaConnectionOptions& options);

void validate_kafka_connection(const KafkaConnectionOptions& options, OptionProblems& problems);

}  // namespace sluice::common

template <>
struct sluice::enum_names<sluice::common::KafkaProtocol> {
  using P = common::KafkaProtocol;
  static constexpr std::array rows{EnumName{P::plaintext, "plaintext"}, EnumName{P::ssl, "ssl"},
                                   EnumName{P::sasl_plaintext, "sasl_plaintext"},
                                   EnumName{P::sasl_ssl, "sasl_ssl"}};
};
template <>
struct sluice::enum_names<sluice::common::KafkaSasl> {
  using S = common::KafkaSasl;
  static constexpr std::array rows{EnumName{S::plain, "PLAIN"},
                                   EnumName{S::scram_sha_256, "SCRAM-SHA-256"},
                                   EnumName{S::scram_sha_512, "SCRAM-SHA-512"}};
};

template <>
struct sluice::option_table<sluice::common::PemSource> {
  using O = common::PemSource;
  static constexpr auto rows = std::tuple{
      option<&O::file>("file", "File with it (PEM).").not_on_command_line(),
      option<&O::pem>("pem", "Its text (PEM).").not_on_command_line(),
  };
};

template <>
struct sluice::option_table<sluice::common::KafkaSecurity> {
  using O = common::KafkaSecurity;
  static constexpr auto rows = std::tuple{
      option<&O::protocol>("security-protocol", "How the brokers are spoken to.")
          .not_on_command_line(),
      option<&O::mechanism>("sasl-mechanism", "How the user is authenticated.")
          .not_on_command_line(),
      option<&O::username>("sasl-username", "User.").not_on_command_line(),
      option<&O::password>("sasl-password", "Password of the user.").not_on_command_line(),
      option<&O::ca>("ssl-ca", "Certificates that the brokers' must come from."),
      option<&O::cert>("ssl-cert", "Certificate of the client."),
      option<&O::key>("ssl-key", "Key of the client's certificate."),
      option<&O::key_password>("ssl-key-password", "Password of the key.").not_on_command_line(),
  };
};

template <>
struct sluice::option_table<sluice::common::KafkaConnectionOptions> {
  using O = common::KafkaConnectionOptions;
  static constexpr auto rows = std::tuple{
      option<&O::brokers>("kafka-url",
                          "Brokers to begin with, for example `broker:9092`, separated by commas "
                          "or given one by one; they name the others.")
          .required()
          .repeatable()
          .yaml_name("url")
          .alias("url")
          .alias("brokers")
          .env("KAFKA_URL"),
      option<&O::protocol>("security-protocol",
                           "How the brokers are spoken to; by default as the other options for "
                           "security demand."),
      option<&O::mechanism>("sasl-mechanism", "How the user is authenticated; by default PLAIN."),
      option<&O::username>("sasl-username", "User, for SASL.").env("KAFKA_SASL_USERNAME"),
      option<&O::password>("sasl-password", "Password of the user, for SASL.")
          .env("KAFKA_SASL_PASSWORD"),
      option<&O::ca_file>("ssl-ca-file",
                          "File with the certificates (PEM) that the brokers' must come from; by "
                          "default those of the system.")
          .excludes_group("authority"),
      option<&O::ca_pem>("ssl-ca-pem", "The text of that file.")
          .env("FLUVIO_KAFKA_CA_CERT")
          .excludes_group("authority"),
      option<&O::cert_file>("ssl-cert-file", "File with the client's certificate (PEM).")
          .excludes_group("certificate"),
      option<&O::cert_pem>("ssl-cert-pem", "The text of that file.")
          .env("FLUVIO_KAFKA_CLIENT_CERT")
          .excludes_group("certificate"),
      option<&O::key_file>("ssl-key-file", "File with the key of the client's certificate (PEM).")
          .excludes_group("key"),
      option<&O::key_pem>("ssl-key-pem", "The text of that file.")
          .env("FLUVIO_KAFKA_CLIENT_KEY")
          .excludes_group("key"),
      option<&O::key_password>("ssl-key-password", "Password of the key."),
      option<&O::security>("security",
                           "The settings for security as the official connectors have them.")
          .not_in_schema(),
      option<&O::properties>("kafka-option",
                             "Further setting of librdkafka, `name=value`. Those that the "
                             "connector's promise rests on are refused.")
          .repeatable()
          .yaml_name("options")
          .alias("options"),
      option<&O::connect_timeout>("connect-timeout",
                                  "Longest wait for the brokers, and for each answer about topics "
                                  "and groups.")
          .bare_number_unit(std::chrono::seconds{1})
          .at_least(std::chrono::milliseconds{100}),
  };
};
