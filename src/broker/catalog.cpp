// SPDX-License-Identifier: Apache-2.0
#include "broker/catalog.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "broker/deduplicator.hpp"

namespace sluice::broker {
namespace {

// Names come from strangers, and a string on the wire has a limit: it is an invariant there.
std::string shortened(std::string text) {
  constexpr std::size_t text_bytes_max = 1024;
  if (text.size() <= text_bytes_max) return text;
  auto end = text_bytes_max;
  while ((static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;  // inside a character
  return text.substr(0, end) + "...";
}

}  // namespace

wire::StatusResponse refused(std::string name, wire::ErrorCode code, std::string message) {
  return {shortened(std::move(name)), std::move(code), shortened(std::move(message))};
}

wire::StatusResponse accepted(std::string name) {
  return {std::move(name), {}, std::nullopt};
}

wire::StatusResponse storage_failed(std::string name, const Error& error) {
  log::error("broker.catalog", "not stored", {{"name", name}, {"error", error.message()}});
  return refused(std::move(name), wire::Code::storage_error, error.message());
}

Catalog::Catalog(CatalogOptions options, LogWriter& writer, SmartModules& smartmodules,
                 OnControl on_control)
    : options_(std::move(options)),
      writer_(writer),
      smartmodules_(smartmodules),
      on_control_(std::move(on_control)),
      store_(options_.data_directory / "metadata", options_.env) {}

fs::path Catalog::log_directory(std::string_view topic, std::uint32_t index) const {
  return options_.data_directory / "logs" / partition_name(topic, index);
}

Result<> Catalog::load(wire::SpuSpec own_spu) {
  for (const auto* part : {"metadata", "logs"}) {
    if (auto done = make_directories(options_.data_directory / part); !done) return done;
  }
  if (auto done = sync_directory(options_.data_directory, options_.env); !done) return done;
  table<wire::SpuSpec>().put(
      {std::string(own_spu_name), std::move(own_spu), wire::SpuStatus::online});
  if (auto done = load_objects(); !done) return done;
  if (auto done = load_topics(); !done) return done;
  if (auto done = make_system_topic(); !done) return done;
  const std::string system_topic(consumer_offset_topic);
  consumer_offsets_ = std::make_unique<ConsumerOffsets>(partitions_.find(system_topic, 0), writer_,
                                                        options_.log_defaults.now);
  if (auto done = consumer_offsets_->load(); !done) return done;
  forget_lost_offsets();
  return {};
}

// What a crash in the middle of a deletion leaves; a new topic of that name must not find it.
void Catalog::forget_lost_offsets() {
  const auto is_gone = [this](const std::string& topic) {
    return table<wire::TopicSpec>().find(topic) == nullptr;
  };
  consumer_offsets_->forget_topics(is_gone, [](const Result<>& done) {
    if (done) return;
    log::warn("broker.catalog", "consumer offsets of deleted topics not removed from disk",
              {{"error", done.error().message()}});
  });
  writer_.run_and_wait([] {});
}

Result<> Catalog::load_objects() {
  const auto put = [this](auto object) {
    using Spec = decltype(object.spec);
    table<Spec>().put(std::move(object));
  };
  const auto put_smartmodule = [&](wire::Metadata<wire::SmartModuleSpec> module) {
    smartmodules_.put(module.name, module.spec.wasm);
    put(std::move(module));
  };
  if (auto done = store_.load<wire::SmartModuleSpec>(put_smartmodule); !done) return done;
  if (auto done = store_.load<wire::TableFormatSpec>(put); !done) return done;
  return store_.load<wire::SpuSpec>(put);
}

Result<> Catalog::load_topics() {
  std::vector<wire::Metadata<wire::TopicSpec>> topics;
  const auto keep = [&](wire::Metadata<wire::TopicSpec> topic) {
    topics.push_back(std::move(topic));
  };
  if (auto done = store_.load<wire::TopicSpec>(keep); !done) return done;
  for (const auto& topic : topics) {
    if (topic.status.resolution == wire::TopicResolution::deleting) {
      std::vector<fs::path> directories;
      for (std::uint32_t i = 0; i < partition_count(topic.spec); ++i) {
        directories.push_back(log_directory(topic.name, i));
      }
      deleting_.insert(topic.name);
      finish_delete(topic.name, directories, [](const auto&) {});
      continue;
    }
    if (auto done = expect_logs(topic.name, topic.spec); !done) return done;
    auto partitions = open_partitions(topic.name, topic.spec, 0);
    if (!partitions) return tl::unexpected(std::move(partitions).error());
    show_topic(topic, *std::move(partitions));
  }
  return {};
}

// A topic that exists has logs: without one, a disk is not mounted or files were lost, and a
// new log would give offsets away that were given before.
Result<> Catalog::expect_logs(const std::string& topic, const wire::TopicSpec& spec) const {
  for (std::uint32_t index = 0; index < partition_count(spec); ++index) {
    const auto directory = log_directory(topic, index);
    const auto there = PartitionLog::is_in(directory);
    if (!there) return tl::unexpected(there.error());
    if (*there) continue;
    return fail(Errc::data_corrupt,
                "the log of partition " + partition_name(topic, index) + " is not in " +
                    directory.string() + "; mount its disk or restore it, or remove " +
                    store_.file_of<wire::TopicSpec>(topic).string() + " to give the topic up");
  }
  return {};
}

Result<> Catalog::make_system_topic() {
  const std::string name(consumer_offset_topic);
  if (table<wire::TopicSpec>().find(name)) return {};
  return store_topic(name, consumer_offset_spec(), 0);
}

Result<std::vector<std::shared_ptr<Partition>>> Catalog::open_partitions(
    const std::string& topic, const wire::TopicSpec& spec, std::uint32_t first) {
  auto options = log_options(spec, options_.log_defaults);
  if (topic == consumer_offset_topic) {
    // Compaction bounds it; by age it would lose the offsets of consumers that pause.
    options.retention = std::chrono::milliseconds(0);
  }
  std::vector<std::shared_ptr<Partition>> opened;
  for (auto index = first; index < partition_count(spec); ++index) {
    auto log = PartitionLog::open(log_directory(topic, index), options, options_.env);
    if (!log) {
      return tl::unexpected(
          in_context("partition " + partition_name(topic, index), std::move(log).error()));
    }
    std::shared_ptr<Deduplicator> deduplicator;
    if (spec.deduplication) {
      deduplicator = std::make_shared<Deduplicator>(*spec.deduplication, smartmodules_, writer_);
    }
    opened.push_back(std::make_shared<Partition>(topic, index, spec.compression, *std::move(log),
                                                 std::move(deduplicator)));
  }
  return opened;
}

// First the logs, then the metadata: only with the latter does the topic exist.
Result<> Catalog::store_topic(const std::string& name, const wire::TopicSpec& spec,
                              std::uint32_t first) {
  for (auto index = first; index < partition_count(spec); ++index) {
    set_leftovers_aside(log_directory(name, index));
  }
  auto partitions = open_partitions(name, spec, first);
  if (!partitions) return tl::unexpected(std::move(partitions).error());
  options_.env.pass("topic.created-logs");
  const wire::Metadata<wire::TopicSpec> topic{name, spec, provisioned_status(spec)};
  if (auto done = store_.put(topic); !done) return done;
  show_topic(topic, *std::move(partitions));
  return {};
}

// Partitions before the topic: clients take a topic whose partition 0 they know as complete.
void Catalog::show_topic(const wire::Metadata<wire::TopicSpec>& topic,
                         std::vector<std::shared_ptr<Partition>> partitions) {
  for (auto& partition : partitions) {
    wire::Metadata<wire::PartitionSpec> object{
        partition_name(topic.name, partition->index()), partition_spec(topic.spec), {}};
    partitions_.add(std::move(partition));
    table<wire::PartitionSpec>().put(refreshed(object));
  }
  table<wire::TopicSpec>().put(topic);
}

wire::Metadata<wire::PartitionSpec> Catalog::refreshed(
    const wire::Metadata<wire::PartitionSpec>& partition) const {
  auto result = partition;
  const auto dash = partition.name.rfind('-');
  const auto index = static_cast<std::uint32_t>(std::stoul(partition.name.substr(dash + 1)));
  const auto running = partitions_.find(partition.name.substr(0, dash), index);
  if (!running) return result;
  const auto offsets = running->log().offsets();
  result.status.resolution = wire::PartitionResolution::online;
  result.status.leader = {own_spu_id, offsets.committed, offsets.end};
  result.status.size_bytes = static_cast<std::int64_t>(offsets.size_bytes);
  result.status.base_offset = offsets.start;
  return result;
}

// A crash before the metadata was written leaves empty logs; anything else is not ours to delete.
void Catalog::set_leftovers_aside(const fs::path& directory) {
  std::error_code error;
  if (!fs::exists(directory, error)) return;
  const auto files = list_directory(directory);
  bool has_data = !files;
  for (const auto& path : files.value_or(std::vector<fs::path>{})) {
    has_data = has_data || (path.extension() == ".log" && fs::file_size(path, error) > 0);
  }
  if (!has_data) {
    fs::remove_all(directory, error);
    return;
  }
  auto aside = directory;
  aside += ".orphan-" + std::to_string(options_.log_defaults.now().time_since_epoch().count());
  fs::rename(directory, aside, error);
  log::warn("broker.catalog", "a log without a topic was set aside",
            {{"directory", aside.string()}});
}

std::uint32_t Catalog::partitions_free() const {
  const auto used = static_cast<std::uint32_t>(partitions_.size());
  return options_.partitions_max - std::min(used, options_.partitions_max);
}

}  // namespace sluice::broker
