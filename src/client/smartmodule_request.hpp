// SPDX-License-Identifier: Apache-2.0
#pragma once

// SmartModules in the requests of a consumer or producer. Format: fluvio-protocol.md §11. Pure.

#include <memory>
#include <vector>

#include "base/result.hpp"
#include "sluice/smartmodule_invocation.hpp"
#include "wire/spu.hpp"

namespace sluice::client {

// A module as it goes over the wire: compressed, unless it is.
[[nodiscard]] Result<Bytes> gzipped(std::string_view wasm);

// The chain as requests have it, shared by all of them: an ad-hoc module can have megabytes.
using ModuleChain = std::shared_ptr<const std::vector<wire::SmartModuleInvocation>>;

// Compresses ad-hoc modules. `invalid_argument` for what no request can say.
[[nodiscard]] Result<ModuleChain> to_chain(const std::vector<SmartModuleInvocation>& modules);

// What the server says about a request with SmartModules. A module that broke down has no code
// of its own, only a text.
[[nodiscard]] Error to_module_error(const wire::ErrorCode& code, std::string_view what);

}  // namespace sluice::client
