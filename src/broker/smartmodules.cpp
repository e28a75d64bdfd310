// SPDX-License-Identifier: Apache-2.0
#include "broker/smartmodules.hpp"

#include <utility>

#include "base/log.hpp"
#include "broker/lookback.hpp"
#include "broker/smartmodule_errors.hpp"
#include "smartmodule/engine.hpp"
#include "smartmodule/wasm_bytes.hpp"

namespace sluice::broker {
namespace {

// Only an aggregate starts with one.
Bytes accumulator_of(const wire::InvocationKind& kind) {
  if (const auto* aggregate = std::get_if<wire::AggregateKind>(&kind)) {
    return aggregate->accumulator;
  }
  if (const auto* generic = std::get_if<wire::GenericContext>(&kind)) {
    const auto* aggregate = std::get_if<wire::AggregateKind>(generic);
    if (aggregate) return aggregate->accumulator;
  }
  return {};
}

std::string name_of(const wire::SmartModuleInvocation& invocation) {
  if (const auto* named = std::get_if<wire::PredefinedWasm>(&invocation.wasm)) return named->name;
  return invocation.name.value_or("ad-hoc");
}

}  // namespace

SmartModules::SmartModules(fs::path cache_folder, const SmartModuleLimits& limits)
    : cache_folder_(std::move(cache_folder)), limits_(limits), workers_(limits.threads_max) {}

SmartModules::~SmartModules() {
  stop();
}

void SmartModules::put(const std::string& name, Bytes wasm) {
  const std::lock_guard lock(mutex_);
  store_.insert_or_assign(name, Stored{std::make_shared<const Bytes>(std::move(wasm)), nullptr});
}

void SmartModules::erase(const std::string& name) {
  const std::lock_guard lock(mutex_);
  store_.erase(name);
}

smartmodule::Engine& SmartModules::engine() {
  const std::lock_guard lock(mutex_);
  if (!engine_) engine_ = std::make_unique<smartmodule::Engine>(cache_folder_);
  return *engine_;
}

SmartModules::Loaded SmartModules::load_bytes(const std::string& name, ByteView bytes) {
  Bytes scratch;
  const auto wasm = smartmodule::raw_wasm(bytes, name, scratch);
  if (!wasm) return tl::unexpected(chain_code(wasm.error()));
  if (wasm->size() > limits_.wasm_bytes_max) {
    return tl::unexpected(
        chain_code({smartmodule::FaultCode::invalid, name,
                    "it has " + std::to_string(wasm->size()) + " bytes; this server takes " +
                        std::to_string(limits_.wasm_bytes_max)}));
  }
  auto module = engine().load(name, *wasm);
  if (!module) return tl::unexpected(chain_code(module.error()));
  return *std::move(module);
}

// A stored module stays loaded: a producer that names one may do so with every request.
SmartModules::Loaded SmartModules::load_stored(const std::string& reference) {
  const auto key = smartmodule_key(reference);
  std::shared_ptr<const Bytes> wasm;
  {
    const std::lock_guard lock(mutex_);
    const auto found = store_.find(key);
    if (found == store_.end()) {
      return tl::unexpected(wire::ErrorCode(wire::Code::smartmodule_not_found, {reference}));
    }
    if (found->second.module) return found->second.module;
    wasm = found->second.wasm;
  }
  auto module = load_bytes(reference, *wasm);
  if (!module) return module;
  const std::lock_guard lock(mutex_);
  const auto found = store_.find(key);
  // Unless it was replaced meanwhile.
  if (found != store_.end() && found->second.wasm == wasm) found->second.module = *module;
  return module;
}

SmartModules::Loaded SmartModules::load(const wire::SmartModuleInvocation& invocation) {
  if (const auto* named = std::get_if<wire::PredefinedWasm>(&invocation.wasm)) {
    return load_stored(named->name);
  }
  return load_bytes(name_of(invocation), std::get<wire::AdHocWasm>(invocation.wasm).wasm);
}

SmartModules::Made SmartModules::make_chain(const Invocations& invocations,
                                            const PartitionLog& log) {
  if (invocations.size() > limits_.chain_count_max) {
    return tl::unexpected(wire::ErrorCode(
        wire::Code::smartmodule_chain_init_error,
        {"a chain of " + std::to_string(invocations.size()) + " SmartModules; this server takes " +
         std::to_string(limits_.chain_count_max)}));
  }
  std::vector<smartmodule::Step> steps;
  for (const auto& invocation : invocations) {
    auto module = load(invocation);
    if (!module) return tl::unexpected(std::move(module).error());
    steps.push_back({.module = *std::move(module),
                     .params = invocation.params,
                     .lookback = invocation.lookback,
                     .accumulator = accumulator_of(invocation.kind)});
  }
  smartmodule::ChainOptions options;
  options.limits = {.call_timeout = limits_.call_timeout,
                    .memory_bytes_max = limits_.memory_bytes_max};
  auto chain = smartmodule::Chain::create(engine(), std::move(steps), options);
  if (!chain) return tl::unexpected(chain_code(chain.error()));
  if (auto done = look_back(*chain, log); !done) return tl::unexpected(std::move(done).error());
  return *std::move(chain);
}

tl::expected<void, wire::ErrorCode> SmartModules::look_back(smartmodule::Chain& chain,
                                                            const PartitionLog& log) const {
  const auto refused = [](std::string text) {
    return tl::unexpected(
        wire::ErrorCode(wire::Code::smartmodule_lookback_error, {std::move(text)}));
  };
  for (std::size_t step = 0; step < chain.size(); ++step) {
    const auto wanted = chain.lookback(step);
    if (!wanted) continue;
    const auto records = read_lookback(log, *wanted, limits_.memory_bytes_max);
    if (!records) return refused(records.error().message());
    if (auto done = chain.look_back(step, records->list()); !done) {
      return refused(done.error().text);
    }
  }
  return {};
}

std::shared_ptr<SmartModules::StreamPlace> SmartModules::try_take_stream_place() {
  if (++stream_count_ > limits_.streams_max) {
    --stream_count_;
    return nullptr;
  }
  return std::make_shared<StreamPlace>(stream_count_);
}

void SmartModules::stop() {
  stopping_ = true;
  workers_.stop([this] {
    const std::lock_guard lock(mutex_);
    if (engine_) engine_->end_calls();
  });
}

std::string smartmodule_key(std::string_view reference) {
  const auto slash = reference.find('/');
  if (slash == std::string_view::npos) return std::string(reference);
  const auto group = reference.substr(0, slash);
  const auto rest = reference.substr(slash + 1);
  const auto at = rest.find('@');
  auto key = std::string(rest.substr(0, at)) + '-' + std::string(group);
  if (at != std::string_view::npos) key += '-' + std::string(rest.substr(at + 1));
  return key;
}

}  // namespace sluice::broker
