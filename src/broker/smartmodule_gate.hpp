// SPDX-License-Identifier: Apache-2.0
#pragma once

// The one place that decides about SmartModules in requests. This server runs none: whoever
// names one is told so before anything is stored or sent.

#include <optional>
#include <vector>

#include "wire/spu.hpp"

namespace sluice::broker {

// Nothing: the request names no SmartModule.
[[nodiscard]] std::optional<wire::ErrorCode> refuse_smartmodules(
    const std::vector<wire::SmartModuleInvocation>& invocations);
// The same for a stream, whose older versions carry a module in other fields.
[[nodiscard]] std::optional<wire::ErrorCode> refuse_smartmodules(
    const wire::StreamFetchRequest& request);

}  // namespace sluice::broker
