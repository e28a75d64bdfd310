// SPDX-License-Identifier: Apache-2.0
#include "smartmodule/guest.hpp"

#include <array>
#include <cstring>
#include <utility>

#include "base/assert.hpp"
#include "base/units.hpp"
#include "smartmodule/compiled.hpp"
#include "smartmodule/native.hpp"
#include "smartmodule/wasi.hpp"

namespace sluice::smartmodule {
namespace {

// Far above what a SmartModule has; the limiter wants numbers.
constexpr std::int64_t table_elements_max = 1'000'000;

// Where the guest says its output is. Not checked before it is used.
struct Output {
  std::uint32_t at = 0;
  std::uint32_t count = 0;
};

wasm_trap_t* copy_records(void* data, wasmtime_caller_t*, wasmtime_val_raw_t* values, std::size_t) {
  *static_cast<Output*>(data) = {static_cast<std::uint32_t>(values[0].i32),
                                 static_cast<std::uint32_t>(values[1].i32)};
  return nullptr;
}

// The engine's own text is a backtrace, which says little of a stripped module.
std::string cause_of(wasmtime_trap_code_t code) {
  switch (code) {
    case WASMTIME_TRAP_CODE_STACK_OVERFLOW:
      return "its stack is used up";
    case WASMTIME_TRAP_CODE_MEMORY_OUT_OF_BOUNDS:
      return "it reached outside of its memory";
    case WASMTIME_TRAP_CODE_TABLE_OUT_OF_BOUNDS:
    case WASMTIME_TRAP_CODE_INDIRECT_CALL_TO_NULL:
    case WASMTIME_TRAP_CODE_BAD_SIGNATURE:
      return "it called a function that is not there";
    case WASMTIME_TRAP_CODE_INTEGER_OVERFLOW:
    case WASMTIME_TRAP_CODE_BAD_CONVERSION_TO_INTEGER:
      return "a number did not fit";
    case WASMTIME_TRAP_CODE_INTEGER_DIVISION_BY_ZERO:
      return "it divided by zero";
    case WASMTIME_TRAP_CODE_UNREACHABLE_CODE_REACHED:
      return "it gave up (a panic, or no memory left)";
    default:
      return "trap " + std::to_string(code);
  }
}

std::uint64_t ticks_for(std::chrono::milliseconds timeout) {
  return static_cast<std::uint64_t>(timeout / Ticker::period) + 1;
}

}  // namespace

struct Guest::State {
  Engine::Native& native;
  std::shared_ptr<const Module> module;
  GuestLimits limits;
  Output output{};  // the store's functions point here
  WasiGuest wasi{};
  StoreHandle store{};
  wasmtime_context_t* context = nullptr;
  wasmtime_memory_t memory{};
  wasmtime_func_t alloc{};
  std::optional<wasmtime_func_t> dealloc{};
  std::array<std::optional<wasmtime_func_t>, 3> entries{};

  [[nodiscard]] tl::unexpected<ModuleError> error(FaultCode code, std::string text) const {
    return tl::unexpected(
        ModuleError{code, module->name(), std::move(text), size(), limits.memory_bytes_max});
  }
  [[nodiscard]] std::uint64_t size() const {
    return context == nullptr || memory.store_id == 0 ? 0
                                                      : wasmtime_memory_data_size(context, &memory);
  }
  [[nodiscard]] bool holds(std::uint32_t at, std::uint64_t count) const {
    return at <= size() && count <= size() - at;
  }
  [[nodiscard]] std::byte* data() const {
    return reinterpret_cast<std::byte*>(wasmtime_memory_data(context, &memory));
  }

  ModuleResult<> instantiate();
  void define_imports(wasmtime_linker_t* linker);
  ModuleResult<> bind(const wasmtime_instance_t& instance);
  std::optional<wasmtime_func_t> function(const wasmtime_instance_t& instance,
                                          std::string_view name) const;
  // The one i32 that the function gives, or 0.
  ModuleResult<std::int32_t> invoke(const wasmtime_func_t& function,
                                    std::span<wasmtime_val_raw_t> values);
  [[nodiscard]] tl::unexpected<ModuleError> broke_down(wasmtime_error_t* error,
                                                       TrapHandle trap) const;
};

void Guest::State::define_imports(wasmtime_linker_t* linker) {
  ImportVec imports;
  wasmtime_module_imports(module->compiled().module.get(), imports.out());
  for (const auto* one : imports) {
    const auto from = as_view(wasm_importtype_module(one));
    const auto name = as_view(wasm_importtype_name(one));
    if (name != "copy_records") {
      define_wasi(linker, one, &wasi);
      continue;
    }
    const auto* type = wasm_externtype_as_functype_const(wasm_importtype_type(one));
    auto* error =
        wasmtime_linker_define_func_unchecked(linker, from.data(), from.size(), name.data(),
                                              name.size(), type, copy_records, &output, nullptr);
    if (error != nullptr) wasmtime_error_delete(error);  // imported twice: the same function
  }
}

ModuleResult<> Guest::State::instantiate() {
  store = StoreHandle(wasmtime_store_new(native.engine.get(), nullptr, nullptr));
  context = wasmtime_store_context(store.get());
  wasmtime_store_limiter(store.get(), static_cast<std::int64_t>(limits.memory_bytes_max),
                         table_elements_max, 1, 16, 1);
  wasi.module = module->name();
  const LinkerHandle linker(wasmtime_linker_new(native.engine.get()));
  define_imports(linker.get());
  const Ticker::Running running(native.ticker);
  wasmtime_context_set_epoch_deadline(context, ticks_for(limits.call_timeout));
  wasmtime_instance_t instance;
  wasm_trap_t* trap = nullptr;
  auto* failed = wasmtime_linker_instantiate(linker.get(), context, module->compiled().module.get(),
                                             &instance, &trap);
  TrapHandle trapped(trap);
  if (failed != nullptr) {
    return error(FaultCode::instantiation, "it cannot be started: " + take_text(failed));
  }
  if (trapped) {
    return broke_down(nullptr, std::move(trapped));
  }
  return bind(instance);
}

std::optional<wasmtime_func_t> Guest::State::function(const wasmtime_instance_t& instance,
                                                      std::string_view name) const {
  wasmtime_extern_t found;
  if (!wasmtime_instance_export_get(context, &instance, name.data(), name.size(), &found) ||
      found.kind != WASMTIME_EXTERN_FUNC) {
    return std::nullopt;
  }
  return found.of.func;
}

// The names and types were checked when the module was loaded.
ModuleResult<> Guest::State::bind(const wasmtime_instance_t& instance) {
  wasmtime_extern_t found;
  SLUICE_ASSERT(wasmtime_instance_export_get(context, &instance, "memory", 6, &found));
  memory = found.of.memory;
  alloc = function(instance, "alloc").value();
  const auto& shape = module->shape();
  if (shape.has_dealloc) dealloc = function(instance, "dealloc");
  const auto at = [this](Entry entry) -> auto& { return entries[static_cast<std::size_t>(entry)]; };
  if (shape.has_init) at(Entry::init) = function(instance, "init");
  if (shape.has_look_back) at(Entry::look_back) = function(instance, "look_back");
  at(Entry::transform) = function(instance, name_of(shape.kind));
  return {};
}

ModuleResult<std::int32_t> Guest::State::invoke(const wasmtime_func_t& function,
                                                std::span<wasmtime_val_raw_t> values) {
  wasm_trap_t* trap = nullptr;
  auto* failed =
      wasmtime_func_call_unchecked(context, &function, values.data(), values.size(), &trap);
  if (failed != nullptr || trap != nullptr) return broke_down(failed, TrapHandle(trap));
  return values[0].i32;
}

tl::unexpected<ModuleError> Guest::State::broke_down(wasmtime_error_t* failed,
                                                     TrapHandle trap) const {
  if (failed != nullptr) return error(FaultCode::trap, "it broke down: " + take_text(failed));
  wasmtime_trap_code_t code = 0;
  const bool has_code = wasmtime_trap_code(trap.get(), &code);
  if (has_code && code == WASMTIME_TRAP_CODE_INTERRUPT) {
    return error(FaultCode::time_limit,
                 "it did not answer within " + format_duration(limits.call_timeout));
  }
  // A guest that is refused memory gives up in its own way, mostly by `unreachable`.
  const bool memory_is_used_up = size() > limits.memory_bytes_max / 2;
  return error(memory_is_used_up ? FaultCode::memory_limit : FaultCode::trap,
               "it broke down: " + (has_code ? cause_of(code) : text_of(*trap)) + ", with " +
                   format_byte_size(size()) + " of its " +
                   format_byte_size(limits.memory_bytes_max) + " of memory in use");
}

Guest::Guest(std::unique_ptr<State> state) : state_(std::move(state)) {}
Guest::Guest(Guest&&) noexcept = default;
Guest& Guest::operator=(Guest&&) noexcept = default;
Guest::~Guest() = default;

ModuleResult<Guest> Guest::start(Engine& engine, std::shared_ptr<const Module> module,
                                 const GuestLimits& limits) {
  auto state = std::make_unique<State>(engine.native(), std::move(module), limits);
  if (auto started = state->instantiate(); !started) return tl::unexpected(started.error());
  return Guest(std::move(state));
}

ModuleResult<Guest::Answer> Guest::call(Entry entry, std::span<const ByteView> input) {
  auto& state = *state_;
  const auto& function = state.entries[static_cast<std::size_t>(entry)];
  SLUICE_ASSERT(function.has_value());
  std::uint64_t bytes = 0;
  for (const auto piece : input) bytes += piece.size();
  if (bytes > state.limits.memory_bytes_max) {
    return state.error(FaultCode::memory_limit,
                       "its input of " + format_byte_size(bytes) + " does not fit its memory");
  }
  const Ticker::Running running(state.native.ticker);
  wasmtime_context_set_epoch_deadline(state.context, ticks_for(state.limits.call_timeout));

  std::array<wasmtime_val_raw_t, 3> values{};
  values[0].i32 = static_cast<std::int32_t>(bytes);
  const auto room = state.invoke(state.alloc, std::span(values).first(1));
  if (!room) return tl::unexpected(room.error());
  const auto at = static_cast<std::uint32_t>(*room);
  if (!state.holds(at, bytes)) {
    return state.error(FaultCode::contract, "its `alloc` gave " + std::to_string(bytes) +
                                                " bytes at " + std::to_string(at) +
                                                ", outside of its memory of " +
                                                std::to_string(state.size()) + " bytes");
  }
  auto* target = state.data() + at;
  for (const auto piece : input) {
    if (!piece.empty()) std::memcpy(target, piece.data(), piece.size());
    target += piece.size();
  }

  state.output = {};
  values[0].i32 = static_cast<std::int32_t>(at);
  values[1].i32 = static_cast<std::int32_t>(bytes);
  values[2].i32 = abi_version;
  const auto arguments = state.module->shape().takes_version ? 3U : 2U;
  const auto status = state.invoke(*function, std::span(values).first(arguments));
  if (!status) return tl::unexpected(status.error());
  const auto [out, count] = state.output;
  if (!state.holds(out, count)) {
    return state.error(FaultCode::contract, "it handed over " + std::to_string(count) +
                                                " bytes at " + std::to_string(out) +
                                                ", outside of its memory of " +
                                                std::to_string(state.size()) + " bytes");
  }
  return Answer{*status, {state.data() + out, count}};
}

// Guests made with Rust leak what they handed over: no engine has ever given it back. Their
// `dealloc` wants the capacity, which only the header of their allocator (dlmalloc: a size
// with flags in its low bits, four bytes before) tells. Where that header does not look like
// one, the output stays where it is. shared/reference/smartmodule.md §8.
void Guest::release_output() {
  auto& state = *state_;
  const auto [at, count] = std::exchange(state.output, {});
  constexpr std::uint32_t header_bytes = 4;
  if (!state.dealloc || count == 0 || at < header_bytes || !state.holds(at, count)) return;
  std::uint32_t header = 0;
  std::memcpy(&header, state.data() + at - header_bytes, header_bytes);
  constexpr std::uint32_t in_use = 2;
  const std::uint64_t chunk = header & ~std::uint32_t{7};
  const bool plausible = (header & in_use) != 0 && chunk >= std::uint64_t{count} + header_bytes &&
                         chunk <= 2 * std::uint64_t{count} + 160;
  if (!plausible) return;
  std::array<wasmtime_val_raw_t, 2> values{};
  values[0].i32 = static_cast<std::int32_t>(at);
  values[1].i32 = static_cast<std::int32_t>(chunk - header_bytes);
  const Ticker::Running running(state.native.ticker);
  wasmtime_context_set_epoch_deadline(state.context, ticks_for(state.limits.call_timeout));
  // What it does to itself here shows at its next call.
  (void)state.invoke(*state.dealloc, values);
}

std::uint64_t Guest::memory_bytes() const {
  return state_->size();
}

}  // namespace sluice::smartmodule
