// SPDX-License-Identifier: Apache-2.0
#include "client/metadata.hpp"

#include <charconv>
#include <set>
#include <utility>

namespace sluice::client {

template <typename Spec>
bool Objects<Spec>::apply(Frame frame) {
  const auto first = std::exchange(fresh_, false);
  known_ = true;
  if (first || !frame.all.empty()) {
    replace(std::move(frame.all));
  } else if (frame.changes.empty()) {
    return false;
  }
  for (auto& change : frame.changes) {
    if (change.kind == wire::ChangeKind::remove) {
      remove(change.object.name);
    } else {
      put(std::move(change.object));
    }
  }
  return true;
}

template <typename Spec>
void Objects<Spec>::replace(std::vector<Object> all) {
  std::set<std::string> names;
  for (const auto& object : all) names.insert(object.name);
  std::vector<std::string> gone;
  for (const auto& [name, object] : objects_) {
    if (!names.contains(name)) gone.push_back(name);
  }
  for (const auto& name : gone) remove(name);
  for (auto& object : all) put(std::move(object));
}

template <typename Spec>
void Objects<Spec>::put(Object object) {
  const auto name = object.name;
  const auto& stored = objects_.insert_or_assign(name, std::move(object)).first->second;
  tell(stored, false);
}

template <typename Spec>
void Objects<Spec>::remove(const std::string& name) {
  const auto node = objects_.extract(name);
  if (node) tell(node.mapped(), true);
}

template <typename Spec>
void Objects<Spec>::tell(const Object& object, bool deleted) {
  const auto observers = observers_;  // an observer may forget itself, or another one
  for (const auto& [id, observer] : observers) {
    if (observers_.contains(id)) observer(object, deleted);
  }
}

template <typename Spec>
const wire::Metadata<Spec>* Objects<Spec>::find(const std::string& name) const {
  const auto found = objects_.find(name);
  return found == objects_.end() ? nullptr : &found->second;
}

template <typename Spec>
std::uint64_t Objects<Spec>::observe(Observer observer) {
  for (const auto& [name, object] : objects_) observer(object, false);
  observers_.emplace(next_observer_, std::move(observer));
  return next_observer_++;
}

template class Objects<wire::TopicSpec>;
template class Objects<wire::PartitionSpec>;
template class Objects<wire::SpuSpec>;

std::string partition_name(const std::string& topic, PartitionId id) {
  return topic + "-" + std::to_string(id.value);
}

std::optional<std::pair<std::string, PartitionId>> parse_partition_name(const std::string& name) {
  const auto dash = name.rfind('-');
  if (dash == std::string::npos) return std::nullopt;
  PartitionId id;
  const auto* end = name.data() + name.size();
  const auto [at, error] = std::from_chars(name.data() + dash + 1, end, id.value);
  if (error != std::errc{} || at != end) return std::nullopt;
  return std::pair{name.substr(0, dash), id};
}

std::uint32_t partition_count_of(const wire::TopicSpec& spec) {
  if (const auto* computed = std::get_if<wire::ComputedReplicas>(&spec.replicas)) {
    return computed->partitions;
  }
  if (const auto* assigned = std::get_if<wire::AssignedReplicas>(&spec.replicas)) {
    return static_cast<std::uint32_t>(assigned->maps.size());
  }
  const auto& mirror = std::get<wire::MirrorReplicas>(spec.replicas);
  if (const auto* remote = std::get_if<wire::RemoteMirrorReplicas>(&mirror)) {
    return static_cast<std::uint32_t>(remote->home_spus.size());
  }
  return static_cast<std::uint32_t>(std::get<wire::HomeMirrorReplicas>(mirror).partitions.size());
}

std::optional<std::uint32_t> Metadata::partition_count(const std::string& topic) const {
  const auto* found = topics.find(topic);
  if (!found) return std::nullopt;
  return partition_count_of(found->spec);
}

const wire::Metadata<wire::PartitionSpec>* Metadata::partition(const std::string& topic,
                                                               PartitionId id) const {
  return partitions.find(partition_name(topic, id));
}

bool Metadata::complete(const std::string& topic) const {
  const auto count = partition_count(topic);
  if (!count || *count == 0) return false;
  for (std::uint32_t i = 0; i < *count; ++i) {
    if (!partition(topic, {i})) return false;
  }
  return true;
}

std::optional<SpuId> Metadata::leader(const std::string& topic, PartitionId id) const {
  const auto* found = partition(topic, id);
  if (!found) return std::nullopt;
  return SpuId{found->spec.leader};
}

bool Metadata::online(const std::string& topic, PartitionId id) const {
  const auto* found = partition(topic, id);
  return found && found->status.resolution == wire::PartitionResolution::online;
}

std::optional<SpuAddress> Metadata::spu(SpuId id, bool use_local_address) const {
  for (const auto& [name, object] : spus.all()) {
    if (object.spec.id != id.value) continue;
    const auto& local = object.spec.public_endpoint_local;
    if (use_local_address && local) return SpuAddress{name, {local->host, local->port}};
    const auto& port = object.spec.public_endpoint;
    if (port.ingress.empty()) return std::nullopt;
    const auto& ingress = port.ingress.front();
    const auto host = ingress.hostname ? ingress.hostname : ingress.ip;
    if (!host || host->empty()) return std::nullopt;
    return SpuAddress{name, {*host, port.port}};
  }
  return std::nullopt;
}

}  // namespace sluice::client
