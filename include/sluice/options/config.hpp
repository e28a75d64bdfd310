// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a connector's YAML file says, whichever of the three generations wrote it.
//
// Generation B/K has no version and `name, type, topic, parameters, producer ...` at the top;
// the later ones have `apiVersion`, `meta`, `transforms` and one section for the connector.
// They all become one `ConnectorConfig`. The structs have option tables, so a connector's kit
// can offer the same fields on the command line (`--producer-linger`) by embedding them.

#include "sluice/options/table.hpp"
#include "sluice/types.hpp"

namespace sluice {

// A value of a YAML document, with its place in the file (counted from 1).
struct ConfigNode {
  enum class Kind : std::uint8_t { null, scalar, list, mapping };
  Kind kind = Kind::null;
  bool quoted = false;       // a scalar that is text and nothing else
  bool is_secret = false;    // has a secret in it: never print it
  bool is_unusable = false;  // a problem with it is reported already
  int line = 0;
  int column = 0;
  std::string text;  // of a scalar
  std::string key;   // when it is a value of a mapping
  int key_line = 0;
  int key_column = 0;
  std::vector<ConfigNode> children;

  // The value of a key, or null.
  [[nodiscard]] const ConfigNode* find(std::string_view wanted) const noexcept;
};

enum class ConfigGeneration : std::uint8_t {
  none,         // no file was read
  unversioned,  // `parameters`, `secrets` as a mapping
  v0_0_0,       // `meta`, without secrets
  v0_1_0,       // `meta`, topic is a name
  v0_2_0,       // `meta`, topic is a mapping
};

template <>
struct enum_names<Compression> {
  static constexpr std::array rows{
      EnumName{Compression::none, "none"}, EnumName{Compression::gzip, "gzip"},
      EnumName{Compression::snappy, "snappy"}, EnumName{Compression::lz4, "lz4"},
      EnumName{Compression::zstd, "zstd"}};
};

// --- the topic ---------------------------------------------------------------------------

enum class TopicCompression : std::uint8_t { any, none, gzip, snappy, lz4, zstd };
template <>
struct enum_names<TopicCompression> {
  using C = TopicCompression;
  static constexpr std::array rows{EnumName{C::any, "any"},   EnumName{C::none, "none"},
                                   EnumName{C::gzip, "gzip"}, EnumName{C::snappy, "snappy"},
                                   EnumName{C::lz4, "lz4"},   EnumName{C::zstd, "zstd"}};
};

struct TransformConfig {
  struct Lookback {
    std::uint64_t last = 0;
    std::optional<std::chrono::milliseconds> age;
  };
  std::string uses;                         // `group/name@version`, or a plain name
  std::map<std::string, std::string> with;  // structures are JSON text with sorted keys
  Lookback lookback;
  std::string invoke;  // of files of 2022; a SmartModule has one function, so it says nothing
};

struct TopicSettings {
  struct Meta {
    std::string name;
  };
  struct Replicas {
    std::uint32_t id = 0;
    std::vector<std::int32_t> replicas;
  };
  struct Partition {
    std::uint32_t count = 1;
    std::uint16_t replication = 1;
    bool ignore_rack_assignment = false;
    std::optional<ByteSize> max_size;
    std::vector<Replicas> maps;
  };
  struct Retention {
    std::optional<std::chrono::seconds> time;
    std::optional<ByteSize> segment_size;
  };
  struct CompressionRule {
    TopicCompression type = TopicCompression::any;
  };
  struct Deduplication {
    struct Bounds {
      std::uint64_t count = 0;
      std::optional<std::chrono::milliseconds> age;
    };
    struct Filter {
      TransformConfig transform;
    };
    Bounds bounds;
    Filter filter;
  };

  std::string version = "0.1.0";
  Meta meta;
  Partition partition;
  Retention retention;
  CompressionRule compression;
  Deduplication deduplication;  // off while `bounds.count` is 0

  [[nodiscard]] const std::string& name() const noexcept { return meta.name; }
};

// --- producer and consumer ---------------------------------------------------------------

// What is not set is left to the client.
struct ProducerConfig {
  std::optional<std::chrono::milliseconds> linger;
  std::optional<Compression> compression;
  std::optional<ByteSize> batch_size;
  std::optional<ByteSize> max_request_size;
};

// Where a consumer begins when it has no stored offset.
struct OffsetStart {
  enum class From : std::uint8_t { beginning, end, absolute, from_beginning, from_end };
  From from = From::end;
  std::int64_t value = 0;
  friend bool operator==(const OffsetStart&, const OffsetStart&) = default;
};
// Written `beginning`, `end`, `absolute=5`, `from-beginning=5`, `from-end=5`; in YAML also
// `{from-end: 5}`.
template <>
struct option_value<OffsetStart> {
  [[nodiscard]] static std::string check(std::string_view text);
  static constexpr options::ValueInfo info{
      .kind = OptionKind::text, .check = &check, .pair_as_text = true};
  static OffsetStart from(const options::Scalar& scalar);
  static options::Scalar to(const OffsetStart& value);
};

enum class OffsetStorage : std::uint8_t { none, manual, automatic };
template <>
struct enum_names<OffsetStorage> {
  using S = OffsetStorage;
  static constexpr std::array rows{EnumName{S::none, "none"}, EnumName{S::manual, "manual"},
                                   EnumName{S::automatic, "auto"}};
};

struct ConsumerConfig {
  struct OffsetRules {
    OffsetStart start;
    OffsetStorage strategy = OffsetStorage::none;
    std::chrono::milliseconds flush_period{10'000};
  };
  std::vector<std::uint32_t> partitions;  // empty: all
  std::optional<ByteSize> max_bytes;
  std::string id;  // under which offsets are stored
  OffsetRules offset;
};

// --- the whole file ----------------------------------------------------------------------

struct ConnectorConfig {
  ConfigGeneration generation = ConfigGeneration::none;
  std::string name;
  std::string type;     // `http-source`
  std::string version;  // informational
  TopicSettings topic;
  ProducerConfig producer;
  ConsumerConfig consumer;
  std::vector<std::string> secret_names;                   // `meta.secrets`
  std::map<std::string, Secret<std::string>> environment;  // `secrets` of generation B/K
  std::vector<TransformConfig> transforms;
  std::string section_name;  // `http`; `parameters` in generation B/K
  ConfigNode section;        // the connector's own part, secrets filled in

  // `-source` at the end of the type makes a source, anything else a sink.
  [[nodiscard]] bool is_source() const noexcept { return type.ends_with("-source"); }
};

// --- tables ------------------------------------------------------------------------------

template <>
struct option_table<ProducerConfig> {
  using O = ProducerConfig;
  static constexpr auto rows = std::tuple{
      option<&O::linger>("linger", "Longest wait for a batch to fill before it is sent."),
      option<&O::compression>("compression", "Codec of the batches."),
      option<&O::batch_size>("batch-size", "Size at which a batch is sent.").at_least(ByteSize{1}),
      option<&O::max_request_size>("max-request-size", "Largest request to the cluster.")
          .at_least(ByteSize{1'024})
          .at_most(ByteSize{33'554'432}),
  };
};

template <>
struct option_table<ConsumerConfig::OffsetRules> {
  using O = ConsumerConfig::OffsetRules;
  static constexpr auto rows = std::tuple{
      option<&O::start>("start",
                        "Where to begin when no offset is stored: `beginning`, `end`, "
                        "`absolute=N`, `from-beginning=N` or `from-end=N`."),
      option<&O::strategy>("strategy", "Who stores the offset of what is done."),
      option<&O::flush_period>("flush-period", "Longest time between two stored offsets."),
  };
};

template <>
struct option_table<ConsumerConfig> {
  using O = ConsumerConfig;
  static constexpr auto rows = std::tuple{
      option<&O::partitions>("partition", "Partition that is read, several, or `all`.")
          .repeatable()
          .empty_word("all"),
      option<&O::max_bytes>("max-bytes", "Most bytes that one answer of the cluster has.")
          .at_least(ByteSize{1})
          .at_most(ByteSize{0x7fff'ffff}),
      option<&O::id>("id", "Name under which offsets are stored in the cluster."),
      option<&O::offset>("offset", "Stored offsets."),
  };
};

template <>
struct option_table<TransformConfig::Lookback> {
  using O = TransformConfig::Lookback;
  static constexpr auto rows = std::tuple{
      option<&O::last>("last", "Number of records that are replayed into the module first."),
      option<&O::age>("age", "Greatest age of a record that is replayed."),
  };
};

template <>
struct option_table<TransformConfig> {
  using O = TransformConfig;
  static constexpr auto rows = std::tuple{
      option<&O::uses>("uses", "Name of the SmartModule.").required(),
      option<&O::with>("with", "Parameters of the SmartModule.").structured_values(),
      option<&O::lookback>("lookback", "Records that the module sees before new ones."),
      option<&O::invoke>("invoke", "Function of the SmartModule.").hidden(),
  };
};

template <>
struct option_table<TopicSettings::Meta> {
  using O = TopicSettings::Meta;
  static constexpr auto rows =
      std::tuple{option<&O::name>("name", "Name of the topic.").required()};
};

template <>
struct option_table<TopicSettings::Replicas> {
  using O = TopicSettings::Replicas;
  static constexpr auto rows = std::tuple{
      option<&O::id>("id", "Number of the partition.").required(),
      option<&O::replicas>("replicas", "SPUs that hold it, the leader first.").required(),
  };
};

template <>
struct option_table<TopicSettings::Partition> {
  using O = TopicSettings::Partition;
  static constexpr auto rows = std::tuple{
      option<&O::count>("count", "Number of partitions.").at_least(1),
      option<&O::replication>("replication", "Number of copies of each partition.").at_least(1),
      option<&O::ignore_rack_assignment>("ignore-rack-assignment", "Place copies anywhere."),
      option<&O::max_size>("max-size", "Size of a partition at which old records go."),
      option<&O::maps>("maps", "Places of the copies, by hand."),
  };
};

template <>
struct option_table<TopicSettings::Retention> {
  using O = TopicSettings::Retention;
  static constexpr auto rows = std::tuple{
      option<&O::time>("time", "Age at which records go."),
      option<&O::segment_size>("segment-size", "Size of one file of the log.")
          .at_most(ByteSize{0xffff'ffff}),
  };
};

template <>
struct option_table<TopicSettings::CompressionRule> {
  using O = TopicSettings::CompressionRule;
  static constexpr auto rows =
      std::tuple{option<&O::type>("type", "Codec that producers must use.")};
};

template <>
struct option_table<TopicSettings::Deduplication::Bounds> {
  using O = TopicSettings::Deduplication::Bounds;
  static constexpr auto rows = std::tuple{
      option<&O::count>("count", "Number of records that are compared.").required(),
      option<&O::age>("age", "Age up to which records are compared."),
  };
};

template <>
struct option_table<TopicSettings::Deduplication::Filter> {
  using O = TopicSettings::Deduplication::Filter;
  static constexpr auto rows =
      std::tuple{option<&O::transform>("transform", "SmartModule that drops repeated records.")};
};

template <>
struct option_table<TopicSettings::Deduplication> {
  using O = TopicSettings::Deduplication;
  static constexpr auto rows = std::tuple{
      option<&O::bounds>("bounds", "How far back records are compared."),
      option<&O::filter>("filter", "What compares them."),
  };
};

template <>
struct option_table<TopicSettings> {
  using O = TopicSettings;
  static constexpr auto rows = std::tuple{
      option<&O::version>("version", "Version of this mapping."),
      option<&O::meta>("meta", "Which topic.").required(),
      option<&O::partition>("partition", "Partitions of the topic."),
      option<&O::retention>("retention", "How long records stay."),
      option<&O::compression>("compression", "Which codecs are allowed."),
      option<&O::deduplication>("deduplication", "Repeated records."),
  };
};

}  // namespace sluice
