// SPDX-License-Identifier: Apache-2.0
#pragma once

// From the objects of the wire to those of the public interface, and back. Pure.

#include "sluice/admin.hpp"
#include "wire/admin.hpp"

namespace sluice::client {

[[nodiscard]] wire::TopicSpec to_spec(const TopicConfig& config);
[[nodiscard]] TopicInfo to_info(const wire::Metadata<wire::TopicSpec>& object);
[[nodiscard]] PartitionInfo to_info(const wire::Metadata<wire::PartitionSpec>& object);
[[nodiscard]] SpuInfo to_info(const wire::Metadata<wire::SpuSpec>& object);
[[nodiscard]] SmartModuleInfo to_info(const wire::Metadata<wire::SmartModuleSpec>& object);
[[nodiscard]] TableFormatInfo to_info(const wire::Metadata<wire::TableFormatSpec>& object);

}  // namespace sluice::client
