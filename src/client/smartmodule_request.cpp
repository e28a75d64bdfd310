// SPDX-License-Identifier: Apache-2.0
#include "client/smartmodule_request.hpp"

#include <utility>

#include "wire/compression.hpp"

namespace sluice::client {
namespace {

// A server reads the length of a text as a signed 16-bit number.
constexpr std::size_t param_bytes_max = 32'767;
constexpr std::size_t params_max = 65'535;

std::string called(const SmartModuleInvocation& module) {
  return "SmartModule `" + (module.name.empty() ? "ad-hoc" : module.name) + "`";
}

Result<wire::InvocationKind> kind_of(const SmartModuleInvocation& module) {
  const wire::AggregateKind aggregate{to_bytes(module.accumulator)};
  if (!module.kind) {
    if (module.accumulator.empty()) return wire::GenericContext{};
    return wire::GenericContext{aggregate};
  }
  if (module.kind != SmartModuleKind::aggregate && !module.accumulator.empty()) {
    return fail(Errc::invalid_argument,
                called(module) + ": only an aggregate has an accumulator to start with");
  }
  switch (*module.kind) {
    case SmartModuleKind::filter:
      return wire::FilterKind{};
    case SmartModuleKind::map:
      return wire::MapKind{};
    case SmartModuleKind::filter_map:
      return wire::FilterMapKind{};
    case SmartModuleKind::array_map:
      return wire::ArrayMapKind{};
    case SmartModuleKind::aggregate:
      return aggregate;
  }
  return wire::GenericContext{};
}

Result<wire::InvocationWasm> wasm_of(const SmartModuleInvocation& module) {
  if (module.wasm.empty()) {
    if (!module.name.empty()) return wire::PredefinedWasm{module.name};
    return fail(Errc::invalid_argument, "a SmartModule needs a name or its WebAssembly");
  }
  auto wasm = gzipped(module.wasm);
  if (!wasm) return tl::unexpected(in_context(called(module), std::move(wasm).error()));
  return wire::AdHocWasm{*std::move(wasm)};
}

Result<> check_params(const SmartModuleInvocation& module) {
  if (module.params.size() > params_max) {
    return fail(Errc::invalid_argument, called(module) + ": more than 65535 parameters");
  }
  for (const auto& [key, value] : module.params) {
    if (key.size() <= param_bytes_max && value.size() <= param_bytes_max) continue;
    return fail(Errc::invalid_argument, called(module) + ": the parameter `" + key.substr(0, 100) +
                                            "` has " + std::to_string(value.size()) +
                                            " bytes; the protocol holds 32767");
  }
  return {};
}

Result<wire::SmartModuleInvocation> to_wire(const SmartModuleInvocation& module) {
  auto wasm = wasm_of(module);
  if (!wasm) return tl::unexpected(std::move(wasm).error());
  auto kind = kind_of(module);
  if (!kind) return tl::unexpected(std::move(kind).error());
  if (auto fits = check_params(module); !fits) return tl::unexpected(std::move(fits).error());
  wire::SmartModuleInvocation out{.wasm = *std::move(wasm),
                                  .kind = *std::move(kind),
                                  .params = module.params,
                                  .lookback = std::nullopt,
                                  .name = module.name.empty() ? "ad-hoc" : module.name};
  if (module.lookback) {
    out.lookback = wire::Lookback{.last = module.lookback->last, .age = module.lookback->age};
  }
  return out;
}

}  // namespace

Result<Bytes> gzipped(std::string_view wasm) {
  if (wasm.starts_with("\x1F\x8B")) return to_bytes(wasm);
  Bytes out;
  auto done = wire::compress(Compression::gzip, as_bytes(wasm), out);
  if (!done) return tl::unexpected(std::move(done).error());
  return out;
}

Result<ModuleChain> to_chain(const std::vector<SmartModuleInvocation>& modules) {
  auto chain = std::make_shared<std::vector<wire::SmartModuleInvocation>>();
  for (const auto& module : modules) {
    auto one = to_wire(module);
    if (!one) return tl::unexpected(std::move(one).error());
    chain->push_back(*std::move(one));
  }
  return chain;
}

Error to_module_error(const wire::ErrorCode& code, std::string_view what) {
  auto error = wire::to_error(code, what);
  if (code.code != wire::Code::other) return error;
  const auto text = code.text();
  for (const std::string_view start : {"SmartModule err", "smartmodule chain failed"}) {
    if (text.starts_with(start)) error.code = Errc::smartmodule;
  }
  return error;
}

}  // namespace sluice::client
