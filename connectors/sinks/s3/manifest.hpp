// SPDX-License-Identifier: Apache-2.0
#pragma once

// The object that says which offsets the bucket has: `<prefix>.sluice/<instance>.json`. Pure.
//
//   {"format":1,"topic":"orders","offsets":{"0":41,"1":7}}

#include <map>
#include <string>
#include <string_view>

#include <sluice/types.hpp>

namespace sluice::s3 {

using Offsets = std::map<PartitionId, Offset>;

[[nodiscard]] std::string format_manifest(std::string_view topic, const Offsets& offsets);
// Throws: `data_corrupt` when it is not a manifest, `invalid_config` when it is one of another
// topic. `name` is the object's, for the message.
[[nodiscard]] Offsets parse_manifest(std::string_view text, std::string_view topic,
                                     std::string_view name);

}  // namespace sluice::s3
