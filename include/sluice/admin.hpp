// SPDX-License-Identifier: Apache-2.0
#pragma once

// The control plane: topics, partitions, SPUs, SmartModules, table formats.
//
// Calls block until the server answers or the client's request timeout passes, and throw
// `Failure`. Safe to use from any thread. "Missing" and "there already" are values where a
// caller would branch on them.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sluice/outcome.hpp"
#include "sluice/types.hpp"

namespace sluice {

enum class TopicCodec { none, gzip, snappy, lz4, zstd, any };

struct DeduplicationConfig {
  std::uint64_t count = 0;
  std::optional<std::chrono::milliseconds> age;
  std::string filter;  // SmartModule that decides
  std::map<std::string, std::string> with;
};

// What a topic should be; unset values are the server's defaults.
struct TopicConfig {
  std::uint32_t partitions = 1;
  std::uint32_t replication = 1;
  bool ignore_rack_assignment = false;
  // Replica SPUs of each partition, the first the leader; replaces the three above.
  std::vector<std::vector<SpuId>> assignment;
  std::optional<std::chrono::seconds> retention_time;
  std::optional<std::uint32_t> segment_bytes;
  std::optional<std::uint64_t> partition_bytes_max;
  TopicCodec compression = TopicCodec::any;
  std::optional<DeduplicationConfig> deduplication;
};

struct TopicInfo {
  std::string name;
  TopicConfig config;
  bool system = false;
  std::string status;  // "provisioned", or what it still waits for
  std::string reason;
};

struct ReplicaInfo {
  SpuId spu;
  Offset high_watermark;
  Offset log_end;
};
struct PartitionInfo {
  std::string topic;
  PartitionId partition;
  ReplicaInfo leader;
  std::vector<ReplicaInfo> followers;
  std::string status;  // "online", ...
  std::optional<std::uint64_t> size_bytes;
  Offset log_start;
};
struct SpuInfo {
  SpuId id;
  std::string name;
  std::string public_endpoint;
  std::string private_endpoint;
  std::string rack;
  std::string status;
  bool custom = false;
};
struct SmartModuleInfo {
  std::string name;
  std::string group;  // with package metadata only
  std::string package;
  std::string version;
  std::uint64_t wasm_bytes = 0;
};
struct TableFormatInfo {
  std::string name;
  std::string smartmodule;
  std::size_t column_count = 0;
};
struct ConsumerOffsetInfo {
  std::string consumer_id;
  std::string topic;
  PartitionId partition;
  Offset offset;                     // the last one processed
  std::chrono::seconds modified{0};  // since 1970
};

enum class Created { created, existed_already };
enum class Deleted { deleted, was_missing };

// One change that a watch reports.
template <typename Info>
struct Watched {
  bool deleted = false;
  Info info;
};

// A running watch; it ends when the object goes.
class Watch {
 public:
  struct Impl;
  explicit Watch(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  void stop();

 private:
  std::shared_ptr<Impl> impl_;
};

class Admin {
 public:
  struct Impl;
  explicit Admin(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

  // Waits until the partitions are online. Throws: `invalid_argument` for a bad name or limit.
  Created create_topic(const std::string& name, const TopicConfig& config = {},
                       bool dry_run = false);
  Deleted delete_topic(const std::string& name, bool force = false);
  // Adds partitions, and waits until they are online.
  void add_partitions(const std::string& topic, std::uint32_t count);
  // Names that contain one of `filters`; all when there are none.
  [[nodiscard]] std::vector<TopicInfo> list_topics(const std::vector<std::string>& filters = {},
                                                   bool system = false);
  [[nodiscard]] std::optional<TopicInfo> describe_topic(const std::string& name);
  [[nodiscard]] std::vector<PartitionInfo> list_partitions(const std::string& topic = {},
                                                           bool system = false);
  [[nodiscard]] std::vector<SpuInfo> list_spus();
  void register_spu(SpuId id, const std::string& public_endpoint,
                    const std::string& private_endpoint);
  Deleted unregister_spu(SpuId id);

  // `wasm` is the module, raw or gzipped. One of the same name is replaced.
  void create_smartmodule(const std::string& name, std::string_view wasm);
  [[nodiscard]] std::vector<SmartModuleInfo> list_smartmodules();
  // The module itself, inflated. The name of a package may be `group/name@version`.
  [[nodiscard]] std::optional<std::string> download_smartmodule(const std::string& name);
  Deleted delete_smartmodule(const std::string& name);

  Created create_table_format(const TableFormatInfo& format);
  [[nodiscard]] std::vector<TableFormatInfo> list_table_formats();
  Deleted delete_table_format(const std::string& name);

  [[nodiscard]] std::vector<ConsumerOffsetInfo> list_consumer_offsets();
  Deleted delete_consumer_offset(const std::string& consumer_id, const std::string& topic,
                                 PartitionId partition);

  // The callback gets what is there, then each change, on the I/O thread.
  [[nodiscard]] Watch watch_topics(std::function<void(const Watched<TopicInfo>&)> callback);
  [[nodiscard]] Watch watch_partitions(std::function<void(const Watched<PartitionInfo>&)> callback);
  [[nodiscard]] Watch watch_spus(std::function<void(const Watched<SpuInfo>&)> callback);

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace sluice
