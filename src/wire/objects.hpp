// SPDX-License-Identifier: Apache-2.0
#pragma once

// The objects that the control plane keeps: topics, partitions, SPUs, SmartModules, table
// formats, SPU groups, mirrors. A spec says what is wanted, a status what is.

#include "wire/cluster_objects.hpp"
#include "wire/smartmodule_objects.hpp"
#include "wire/topic_objects.hpp"

namespace sluice::wire {

// The status that belongs to a spec.
template <typename Spec>
struct status_of;
template <>
struct status_of<TopicSpec> {
  using type = TopicStatus;
};
template <>
struct status_of<PartitionSpec> {
  using type = PartitionStatus;
};
template <>
struct status_of<SpuSpec> {
  using type = SpuStatus;
};
template <>
struct status_of<CustomSpuSpec> {
  using type = SpuStatus;
};
template <>
struct status_of<SmartModuleSpec> {
  using type = NoStatus;
};
template <>
struct status_of<TableFormatSpec> {
  using type = TableFormatStatus;
};
template <>
struct status_of<SpuGroupSpec> {
  using type = SpuGroupStatus;
};
template <>
struct status_of<MirrorSpec> {
  using type = MirrorStatus;
};

}  // namespace sluice::wire
