// SPDX-License-Identifier: Apache-2.0
#pragma once

// The heads of the YAML generations as option tables. `from_config` gives a key its place in
// the neutral configuration where the two differ.

#include "sluice/options/config.hpp"

namespace sluice::options {

struct SecretItem {
  std::string name;
};

// What every `meta` has.
struct Meta {
  std::string name, type, version;
  ProducerConfig producer;
  ConsumerConfig consumer;
  std::vector<SecretItem> secrets;
};
// apiVersion absent, 0.0.0 and 0.1.0.
struct MetaWithTopicName {
  Meta common;
  std::string topic;
};
// apiVersion 0.2.0.
struct MetaWithTopicMapping {
  Meta common;
  TopicSettings topic;
};
// Generation B/K, where all of it is at the top of the file.
struct UnversionedHead {
  std::string name, type, version, topic;
  ProducerConfig producer;
  ConsumerConfig consumer;
  std::vector<TransformConfig> transforms;
  std::map<std::string, Secret<std::string>> secrets;
  std::string connector_version, direction;
  bool create_topic = true;
};

struct VersionedHead {
  std::string api_version;
  std::vector<TransformConfig> transforms;
};

}  // namespace sluice::options

namespace sluice {

template <>
struct option_table<options::SecretItem> {
  using O = options::SecretItem;
  static constexpr auto rows =
      std::tuple{option<&O::name>("name", "Name of the secret.").required()};
};

template <>
struct option_table<options::Meta> {
  using O = options::Meta;
  static constexpr auto rows = std::tuple{
      option<&O::name>("name", "Name of this connector.").required().from_config("name"),
      option<&O::type>("type", "Which connector runs.").required().from_config("type"),
      option<&O::version>("version", "Its version.").required().from_config("version"),
      option<&O::producer>("producer", "How records are sent.").from_config("producer"),
      option<&O::consumer>("consumer", "How records are read.").from_config("consumer"),
      option<&O::secrets>("secrets", "Secrets that the file uses."),
  };
};

template <>
struct option_table<options::MetaWithTopicName> {
  using O = options::MetaWithTopicName;
  static constexpr auto rows = std::tuple{
      option_group<&O::common>(),
      option<&O::topic>("topic", "The topic.").required().from_config("topic.meta.name"),
  };
};

template <>
struct option_table<options::MetaWithTopicMapping> {
  using O = options::MetaWithTopicMapping;
  static constexpr auto rows = std::tuple{
      option_group<&O::common>(),
      option<&O::topic>("topic", "The topic.").required().from_config("topic"),
  };
};

template <>
struct option_table<options::UnversionedHead> {
  using O = options::UnversionedHead;
  static constexpr auto rows = std::tuple{
      option<&O::name>("name", "Name of this connector.").required().from_config("name"),
      option<&O::type>("type", "Which connector runs.").required().from_config("type"),
      option<&O::version>("version", "Its version.").from_config("version"),
      option<&O::topic>("topic", "The topic.").from_config("topic.meta.name"),
      option<&O::producer>("producer", "How records are sent.").from_config("producer"),
      option<&O::consumer>("consumer", "How records are read.").from_config("consumer"),
      option<&O::transforms>("transforms", "SmartModules.").from_config("transforms"),
      option<&O::secrets>("secrets", "Environment of the connector."),
      option<&O::connector_version>("connector-version", "Tag of the image."),
      option<&O::direction>("direction", "Which way records go."),
      option<&O::create_topic>("create-topic", "Whether the topic is made."),
  };
};

template <>
struct option_table<options::VersionedHead> {
  using O = options::VersionedHead;
  static constexpr auto rows = std::tuple{
      option<&O::api_version>("api-version", "Version of this format.")
          .yaml_name("apiVersion")
          .one_of("0.0.0", "0.1.0", "0.2.0"),
      option<&O::transforms>("transforms", "SmartModules.").from_config("transforms"),
  };
};

}  // namespace sluice
