// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "base/log.hpp"
#include "broker/catalog.hpp"

namespace sluice::broker {
namespace {

wire::StatusResponse not_found(std::string name) {
  return refused(std::move(name), wire::Code::topic_not_found, "not found");
}

}  // namespace

wire::StatusResponse Catalog::create_topic(const wire::CreateBody<wire::TopicSpec>& request) {
  const auto& name = request.name;
  if (table<wire::TopicSpec>().find(name)) {
    return refused(name, wire::Code::topic_already_exists, "Topic '" + name + "' already exists");
  }
  if (deleting_.contains(name)) {
    return refused(name, wire::Code::topic_already_exists,
                   "Topic '" + name + "' is being deleted; try again");
  }
  if (const auto refusal = refuse_topic(name, request.spec, partitions_free())) {
    return refused(name, refusal->code, refusal->message);
  }
  if (const auto refusal = refuse_deduplication(request.spec)) {
    return refused(name, refusal->code, refusal->message);
  }
  if (request.dry_run) return accepted(name);
  if (const auto done = store_topic(name, request.spec, 0); !done) {
    return storage_failed(name, done.error());
  }
  log::info("broker.catalog", "topic created",
            {{"topic", name}, {"partitions", std::to_string(partition_count(request.spec))}});
  return accepted(name);
}

std::optional<Refusal> Catalog::refuse_deduplication(const wire::TopicSpec& spec) {
  if (!spec.deduplication) return std::nullopt;
  const auto& uses = spec.deduplication->uses;
  if (!is_smartmodule_reference(uses)) {
    const auto text = "'" + uses + "' is not a SmartModule's name, or group/name@version";
    return Refusal{{wire::Code::deduplication_smartmodule_name_invalid, {text}}, text};
  }
  if (table<wire::SmartModuleSpec>().find(smartmodule_key(uses))) return std::nullopt;
  return Refusal{wire::Code::deduplication_smartmodule_not_loaded,
                 "the deduplication SmartModule '" + uses + "' is not loaded"};
}

// The mark on disk comes first: a crash from then on ends in a finished deletion.
void Catalog::delete_topic(const wire::DeleteBody<std::string>& request, Answer answer) {
  const auto name = request.key;
  const auto* found = table<wire::TopicSpec>().find(name);
  if (!found) return answer(not_found(name));
  if (name == consumer_offset_topic || (found->spec.system && !request.force)) {
    wire::ErrorCode code(wire::Code::system_spec_deletion_attempt, {std::string("topic"), name});
    return answer({name, std::move(code), std::nullopt});
  }
  auto topic = *found;
  topic.status.resolution = wire::TopicResolution::deleting;
  auto marked = store_.put(topic);
  // A full disk has no room for a mark. Without one a crash may leave the logs; they are set
  // aside when the name comes back.
  if (!marked && marked.error().code == Errc::no_space) {
    marked = store_.remove<wire::TopicSpec>(name);
  }
  if (!marked) return answer(storage_failed(name, marked.error()));
  options_.env.pass("topic.marked-deleted");
  deleting_.insert(name);
  std::vector<fs::path> directories;
  for (const auto& partition : partitions_.remove_topic(name)) {
    partition->mark_deleted();
    directories.push_back(partition->log().directory());
    table<wire::PartitionSpec>().erase(partition_name(name, partition->index()));
  }
  table<wire::TopicSpec>().erase(name);
  log::info("broker.catalog", "topic deleted", {{"topic", name}});
  // Offsets of its consumers go with it: a new topic of that name starts afresh.
  const auto is_gone = [name](const std::string& topic) { return topic == name; };
  consumer_offsets_->forget_topics(
      is_gone, [=, this, answer = std::move(answer)](const Result<>& done) {
        if (!done) {
          log::warn("broker.catalog", "consumer offsets of a deleted topic not removed from disk",
                    {{"topic", name}, {"error", done.error().message()}});
        }
        on_control_([=, this] { finish_delete(name, directories, answer); });
      });
}

// After the writer has seen everything that was submitted for the topic.
void Catalog::finish_delete(const std::string& name, const std::vector<fs::path>& directories,
                            const Answer& answer) {
  writer_.run([=, this] {
    std::error_code error;
    for (const auto& directory : directories) {
      fs::remove_all(directory, error);
      if (error) {
        log::warn("broker.catalog", "log of a deleted topic not removed",
                  {{"directory", directory.string()}, {"error", error.message()}});
      }
    }
    static_cast<void>(sync_directory(options_.data_directory / "logs", options_.env));
    on_control_([=, this] {
      if (const auto done = store_.remove<wire::TopicSpec>(name); !done) {
        log::warn("broker.catalog", "metadata of a deleted topic not removed",
                  {{"topic", name}, {"error", done.error().message()}});
      }
      deleting_.erase(name);
      answer(accepted(name));
    });
  });
}

wire::StatusResponse Catalog::update_topic(const wire::UpdateTopicBody& request) {
  const auto& name = request.key;
  const auto* topic = table<wire::TopicSpec>().find(name);
  if (!topic) return not_found(name);
  if (topic->spec.system) {
    return {name,
            wire::ErrorCode(wire::Code::system_spec_updating_attempt, {std::string("topic"), name}),
            std::nullopt};
  }
  const auto* add = std::get_if<wire::AddPartition>(&request.action);
  auto spec = topic->spec;
  auto* computed = std::get_if<wire::ComputedReplicas>(&spec.replicas);
  if (!add || !computed) {
    return refused(name, wire::Code::topic_invalid_replica_type,
                   "partitions can only be added to a topic with computed replicas");
  }
  const auto first = computed->partitions;
  if (add->count > partitions_free()) {
    return refused(name, wire::Code::topic_error,
                   std::to_string(add->count) + " more partitions: this server has room for " +
                       std::to_string(partitions_free()));
  }
  computed->partitions += add->count;
  if (const auto done = store_topic(name, spec, first); !done) {
    return storage_failed(name, done.error());
  }
  return accepted(name);
}

}  // namespace sluice::broker
