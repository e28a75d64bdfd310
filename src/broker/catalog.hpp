// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the control plane knows and keeps: topics with their partitions, SPUs, SmartModules,
// table formats. A change is on disk before it shows anywhere. For the control thread, except
// `partitions()`, `consumer_offsets()` and what they hand out.
//
// On disk, below the data directory: `metadata/<kind>/<name>.meta`, `logs/<topic>-<index>/`.

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "broker/consumer_offsets.hpp"
#include "broker/log_writer.hpp"
#include "broker/metadata_store.hpp"
#include "broker/object_table.hpp"
#include "broker/partition_table.hpp"
#include "broker/smartmodules.hpp"
#include "broker/topic_rules.hpp"

namespace sluice::broker {

struct CatalogOptions {
  fs::path data_directory;
  StorageEnv env;
  LogOptions log_defaults;
  std::uint32_t partitions_max = 4096;
  std::uint32_t objects_max = 10'000;  // SmartModules and the like, each kind
};

class Catalog {
 public:
  // `on_control` runs its argument on the control thread; used for what the writer's thread
  // finishes. SmartModules are kept in `smartmodules` as well. Requires: both outlive this.
  using OnControl = std::function<void(std::function<void()>)>;
  Catalog(CatalogOptions options, LogWriter& writer, SmartModules& smartmodules,
          OnControl on_control);

  // Reads everything, finishes what a crash interrupted, makes the system topic.
  [[nodiscard]] Result<> load(wire::SpuSpec own_spu);

  using Answer = std::function<void(wire::StatusResponse)>;  // on the control thread
  [[nodiscard]] wire::StatusResponse create_topic(const wire::CreateBody<wire::TopicSpec>& request);
  void delete_topic(const wire::DeleteBody<std::string>& request, Answer answer);
  [[nodiscard]] wire::StatusResponse update_topic(const wire::UpdateTopicBody& request);
  [[nodiscard]] wire::StatusResponse create_spu(
      const wire::CreateBody<wire::CustomSpuSpec>& request);
  [[nodiscard]] wire::StatusResponse delete_spu(
      const wire::DeleteBody<wire::CustomSpuKey>& request);
  [[nodiscard]] wire::StatusResponse create_smartmodule(
      const wire::CreateBody<wire::SmartModuleSpec>& request);
  [[nodiscard]] wire::StatusResponse delete_smartmodule(
      const wire::DeleteBody<std::string>& request);
  [[nodiscard]] wire::StatusResponse create_table_format(
      const wire::CreateBody<wire::TableFormatSpec>& request);
  [[nodiscard]] wire::StatusResponse delete_table_format(
      const wire::DeleteBody<std::string>& request);

  template <typename Spec>
  [[nodiscard]] ObjectTable<Spec>& table() noexcept {
    return std::get<ObjectTable<Spec>>(tables_);
  }
  // Offsets and size as they are now; the table keeps those of the last change.
  [[nodiscard]] wire::Metadata<wire::PartitionSpec> refreshed(
      const wire::Metadata<wire::PartitionSpec>& partition) const;

  [[nodiscard]] PartitionTable& partitions() noexcept { return partitions_; }
  // Requires: load() succeeded.
  [[nodiscard]] ConsumerOffsets& consumer_offsets() noexcept { return *consumer_offsets_; }

 private:
  [[nodiscard]] Result<> load_topics();
  [[nodiscard]] Result<> expect_logs(const std::string& topic, const wire::TopicSpec& spec) const;
  [[nodiscard]] Result<> load_objects();
  [[nodiscard]] Result<> make_system_topic();
  void forget_lost_offsets();
  [[nodiscard]] Result<std::vector<std::shared_ptr<Partition>>> open_partitions(
      const std::string& topic, const wire::TopicSpec& spec, std::uint32_t first);
  [[nodiscard]] Result<> store_topic(const std::string& name, const wire::TopicSpec& spec,
                                     std::uint32_t first);
  void show_topic(const wire::Metadata<wire::TopicSpec>& topic,
                  std::vector<std::shared_ptr<Partition>> partitions);
  void finish_delete(const std::string& name, const std::vector<fs::path>& directories,
                     const Answer& answer);
  void set_leftovers_aside(const fs::path& directory);
  [[nodiscard]] std::optional<Refusal> refuse_deduplication(const wire::TopicSpec& spec);
  // Of a topic that deduplicates with the stored SmartModule; nothing when there is none.
  [[nodiscard]] std::optional<std::string> deduplicated_with(const std::string& smartmodule);
  [[nodiscard]] std::uint32_t partitions_free() const;
  [[nodiscard]] fs::path log_directory(std::string_view topic, std::uint32_t index) const;

  CatalogOptions options_;
  LogWriter& writer_;
  SmartModules& smartmodules_;
  OnControl on_control_;
  MetadataStore store_;
  PartitionTable partitions_;
  std::unique_ptr<ConsumerOffsets> consumer_offsets_;
  std::tuple<ObjectTable<wire::TopicSpec>, ObjectTable<wire::PartitionSpec>,
             ObjectTable<wire::SpuSpec>, ObjectTable<wire::SmartModuleSpec>,
             ObjectTable<wire::TableFormatSpec>, ObjectTable<wire::SpuGroupSpec>>
      tables_;
  std::set<std::string> deleting_;  // until the files are gone
};

[[nodiscard]] wire::StatusResponse refused(std::string name, wire::ErrorCode code,
                                           std::string message);
[[nodiscard]] wire::StatusResponse accepted(std::string name);
// The disk said no.
[[nodiscard]] wire::StatusResponse storage_failed(std::string name, const Error& error);

}  // namespace sluice::broker
