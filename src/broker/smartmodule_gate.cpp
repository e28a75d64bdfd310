// SPDX-License-Identifier: Apache-2.0
#include "broker/smartmodule_gate.hpp"

namespace sluice::broker {
namespace {

wire::ErrorCode refuse_one(const wire::SmartModuleInvocation& invocation) {
  if (const auto* named = std::get_if<wire::PredefinedWasm>(&invocation.wasm)) {
    return {wire::Code::smartmodule_not_found, {named->name}};
  }
  return {wire::Code::other, {std::string("this server does not run SmartModules")}};
}

}  // namespace

std::optional<wire::ErrorCode> refuse_smartmodules(
    const std::vector<wire::SmartModuleInvocation>& invocations) {
  if (invocations.empty()) return std::nullopt;
  return refuse_one(invocations.front());
}

std::optional<wire::ErrorCode> refuse_smartmodules(const wire::StreamFetchRequest& request) {
  if (request.smartmodule) return refuse_one(*request.smartmodule);
  if (!request.wasm_module.empty()) return refuse_one({.wasm = wire::AdHocWasm{}});
  if (request.derived_stream) {
    return wire::ErrorCode(wire::Code::derived_stream_not_found, {request.derived_stream->name});
  }
  return refuse_smartmodules(request.smartmodules);
}

}  // namespace sluice::broker
