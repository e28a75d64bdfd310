// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the client knows of the cluster: topics, partitions and SPUs, as the control plane's
// watches report them. Pure; not thread-safe.
//
// The first frame of a watch replaces what was known, even by nothing; after it, a frame with
// `all` replaces and a frame with changes applies them. Between two connections the old
// knowledge stays. Format: shared/reference/fluvio-protocol.md §5.2 and §5.3.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "net/endpoint.hpp"
#include "sluice/types.hpp"
#include "wire/admin.hpp"

namespace sluice::client {

// One kind of object, by name.
template <typename Spec>
class Objects {
 public:
  using Object = wire::Metadata<Spec>;
  using Frame = wire::WatchResponseBody<Spec>;
  // Hears each change: the object, and whether it was deleted.
  using Observer = std::function<void(const Object&, bool deleted)>;

  // A new watch begins: its first frame is the whole truth.
  void restart() { fresh_ = true; }
  // True when something changed.
  bool apply(Frame frame);
  [[nodiscard]] bool known() const noexcept { return known_; }
  [[nodiscard]] const Object* find(const std::string& name) const;
  [[nodiscard]] const std::map<std::string, Object>& all() const noexcept { return objects_; }
  // The observer hears what is there at once. Gives the id for `forget`.
  std::uint64_t observe(Observer observer);
  void forget(std::uint64_t id) { observers_.erase(id); }

 private:
  void replace(std::vector<Object> all);
  void put(Object object);
  void remove(const std::string& name);
  void tell(const Object& object, bool deleted);

  std::map<std::string, Object> objects_;
  std::map<std::uint64_t, Observer> observers_;
  std::uint64_t next_observer_ = 1;
  bool fresh_ = true;
  bool known_ = false;
};

extern template class Objects<wire::TopicSpec>;
extern template class Objects<wire::PartitionSpec>;
extern template class Objects<wire::SpuSpec>;

struct SpuAddress {
  std::string name;  // with a TLS domain, the first part of the name it must prove
  net::Endpoint endpoint;
};

class Metadata {
 public:
  Objects<wire::TopicSpec> topics;
  Objects<wire::PartitionSpec> partitions;
  Objects<wire::SpuSpec> spus;

  [[nodiscard]] bool known() const noexcept {
    return topics.known() && partitions.known() && spus.known();
  }
  // As the topic is specified; nothing when it is not known.
  [[nodiscard]] std::optional<std::uint32_t> partition_count(const std::string& topic) const;
  [[nodiscard]] const wire::Metadata<wire::PartitionSpec>* partition(const std::string& topic,
                                                                     PartitionId id) const;
  // True when the topic and all its partitions are known.
  [[nodiscard]] bool complete(const std::string& topic) const;
  [[nodiscard]] std::optional<SpuId> leader(const std::string& topic, PartitionId id) const;
  [[nodiscard]] bool online(const std::string& topic, PartitionId id) const;
  [[nodiscard]] std::optional<SpuAddress> spu(SpuId id, bool use_local_address) const;
};

// Name of a partition object: `<topic>-<index>`.
[[nodiscard]] std::string partition_name(const std::string& topic, PartitionId id);
// The other way; nothing when there is no number at the end.
[[nodiscard]] std::optional<std::pair<std::string, PartitionId>> parse_partition_name(
    const std::string& name);
[[nodiscard]] std::uint32_t partition_count_of(const wire::TopicSpec& spec);

}  // namespace sluice::client
