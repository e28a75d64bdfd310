// SPDX-License-Identifier: Apache-2.0
#include "broker/smartmodule_errors.hpp"

#include <algorithm>
#include <string>

namespace sluice::broker {
namespace {

using smartmodule::FaultCode;
using smartmodule::ModuleError;
using wire::Code;

constexpr std::size_t shown_bytes_max = 1U << 20;

std::string shown(ByteView bytes) {
  return std::string(as_text(bytes.first(std::min(bytes.size(), shown_bytes_max))));
}

// As the official server has it, but for the name, which tells one of a chain from the others.
std::string named(const ModuleError& error) {
  return error.module.empty() ? error.text : "SmartModule `" + error.module + "`: " + error.text;
}

wire::ErrorCode memory_code(const ModuleError& error) {
  return {Code::smartmodule_memory_limit_exceeded,
          {static_cast<std::int64_t>(error.memory_bytes),
           static_cast<std::int64_t>(error.memory_bytes_max)}};
}

}  // namespace

wire::ErrorCode chain_code(const ModuleError& error) {
  switch (error.code) {
    case FaultCode::invalid:
      return {Code::smartmodule_invalid,
              {error.text,
               error.module.empty() ? std::optional<std::string>() : std::optional(error.module)}};
    case FaultCode::exports:
      return {Code::smartmodule_invalid_exports, {named(error), std::string("SmartModule")}};
    case FaultCode::instantiation:
      return {Code::smartmodule_chain_init_error, {"Failed to instantiate: " + named(error)}};
    case FaultCode::init:
      // The module's own words first: this text stands between two of the client's.
      return {Code::smartmodule_chain_init_error, {error.text + "\n\nSmartModule Init Error: \n"}};
    case FaultCode::memory_limit:
      return memory_code(error);
    case FaultCode::look_back:
      return {Code::smartmodule_lookback_error, {named(error)}};
    case FaultCode::trap:
    case FaultCode::time_limit:
    case FaultCode::contract:
      break;
  }
  return {Code::smartmodule_chain_init_error, {named(error)}};
}

wire::ErrorCode breakdown_code(const ModuleError& error) {
  if (error.code == FaultCode::memory_limit) return memory_code(error);
  return {Code::other, {"SmartModule err " + named(error)}};
}

wire::ErrorCode record_code(const smartmodule::RecordFault& fault) {
  std::optional<std::string> key;
  if (fault.key) key = shown(*fault.key);
  return {Code::smartmodule_runtime_error,
          {fault.text, fault.offset, std::int64_t{row_of(fault.kind).error_tag}, key,
           shown(fault.value)}};
}

}  // namespace sluice::broker
