// SPDX-License-Identifier: Apache-2.0
#include "smartmodule/wasi.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <span>

#include <sys/random.h>

#include "base/assert.hpp"
#include "base/log.hpp"
#include "base/text.hpp"

namespace sluice::smartmodule {
namespace {

enum Errno : std::int32_t { success = 0, bad_descriptor = 8, fault = 21, not_supported = 58 };

constexpr std::size_t printed_bytes_max = 64U * 1024;

// A call of the guest: its arguments, and its memory, checked.
class Call {
 public:
  Call(wasmtime_caller_t* caller, wasmtime_val_raw_t* values, std::size_t count)
      : values_(values, count) {
    wasmtime_extern_t memory;
    if (!wasmtime_caller_export_get(caller, "memory", 6, &memory)) return;
    if (memory.kind != WASMTIME_EXTERN_MEMORY) return;
    auto* context = wasmtime_caller_context(caller);
    memory_ = {wasmtime_memory_data(context, &memory.of.memory),
               wasmtime_memory_data_size(context, &memory.of.memory)};
  }

  [[nodiscard]] std::uint32_t arg(std::size_t index) const {
    return index < values_.size() ? static_cast<std::uint32_t>(values_[index].i32) : 0;
  }
  // Empty when it is not inside the guest's memory (or has no bytes).
  [[nodiscard]] std::span<std::uint8_t> bytes(std::uint32_t at, std::uint32_t count) const {
    if (at > memory_.size() || count > memory_.size() - at) return {};
    return memory_.subspan(at, count);
  }
  template <typename T>
  [[nodiscard]] bool write(std::uint32_t at, T value) const {
    const auto target = bytes(at, sizeof value);
    if (target.empty()) return false;
    std::memcpy(target.data(), &value, sizeof value);
    return true;
  }
  template <typename T>
  [[nodiscard]] bool read(std::uint32_t at, T& value) const {
    const auto source = bytes(at, sizeof value);
    if (source.empty()) return false;
    std::memcpy(&value, source.data(), sizeof value);
    return true;
  }

 private:
  std::span<wasmtime_val_raw_t> values_;
  std::span<std::uint8_t> memory_;
};

// Logs what it may still print.
void print(WasiGuest& guest, std::string_view text) {
  if (guest.printed_bytes >= printed_bytes_max) return;
  const auto shown = text.substr(0, printed_bytes_max - guest.printed_bytes);
  guest.printed_bytes += shown.size();
  log::info("smartmodule.guest", trim(shown), {{"module", guest.module}});
  if (guest.printed_bytes >= printed_bytes_max) {
    log::info("smartmodule.guest", "it prints too much: the rest is left out",
              {{"module", guest.module}});
  }
}

std::int32_t fd_write(WasiGuest& guest, const Call& call) {
  if (call.arg(0) != 1 && call.arg(0) != 2) return bad_descriptor;
  std::string text;
  std::uint32_t total = 0;
  for (std::uint32_t i = 0; i < std::min<std::uint32_t>(call.arg(2), 1'024); ++i) {
    std::uint32_t at = 0;
    std::uint32_t count = 0;
    const auto entry = call.arg(1) + i * 8;
    if (!call.read(entry, at) || !call.read(entry + 4, count)) return fault;
    const auto piece = call.bytes(at, count);
    if (piece.size() != count) return fault;
    total += count;
    const auto room = printed_bytes_max - std::min(text.size(), printed_bytes_max);
    text.append(reinterpret_cast<const char*>(piece.data()), std::min(piece.size(), room));
  }
  print(guest, text);
  return call.write(call.arg(3), total) ? success : fault;
}

// environ_sizes_get and args_sizes_get: none, and no bytes for them.
std::int32_t no_strings(WasiGuest&, const Call& call) {
  return call.write(call.arg(0), std::uint32_t{0}) && call.write(call.arg(1), std::uint32_t{0})
             ? success
             : fault;
}

std::int32_t nothing_to_do(WasiGuest&, const Call&) {
  return success;
}
std::int32_t no_such_descriptor(WasiGuest&, const Call&) {
  return bad_descriptor;
}

std::int32_t clock_time_get(WasiGuest&, const Call& call) {
  using namespace std::chrono;
  constexpr std::uint32_t realtime = 0;
  const auto since = call.arg(0) == realtime
                         ? duration_cast<nanoseconds>(system_clock::now().time_since_epoch())
                         : duration_cast<nanoseconds>(steady_clock::now().time_since_epoch());
  return call.write(call.arg(2), static_cast<std::uint64_t>(since.count())) ? success : fault;
}

std::int32_t random_get(WasiGuest&, const Call& call) {
  auto target = call.bytes(call.arg(0), call.arg(1));
  if (target.size() != call.arg(1)) return fault;
  while (!target.empty()) {
    const auto count = ::getrandom(target.data(), target.size(), 0);
    if (count < 0) return not_supported;
    target = target.subspan(static_cast<std::size_t>(count));
  }
  return success;
}

using Function = std::int32_t (*)(WasiGuest&, const Call&);
struct FunctionRow {
  std::string_view name;
  Function function;
};
constexpr std::array functions{
    FunctionRow{"args_get", nothing_to_do},
    FunctionRow{"args_sizes_get", no_strings},
    FunctionRow{"clock_time_get", clock_time_get},
    FunctionRow{"environ_get", nothing_to_do},
    FunctionRow{"environ_sizes_get", no_strings},
    FunctionRow{"fd_close", no_such_descriptor},
    FunctionRow{"fd_fdstat_get", no_such_descriptor},
    FunctionRow{"fd_prestat_dir_name", no_such_descriptor},
    FunctionRow{"fd_prestat_get", no_such_descriptor},
    FunctionRow{"fd_read", no_such_descriptor},
    FunctionRow{"fd_seek", no_such_descriptor},
    FunctionRow{"fd_write", fd_write},
    FunctionRow{"random_get", random_get},
    FunctionRow{"sched_yield", nothing_to_do},
};

std::int32_t answer_not_supported(WasiGuest&, const Call&) {
  return not_supported;
}

// What the linker keeps of one import.
struct Binding {
  WasiGuest* guest;
  Function function;
};

wasm_trap_t* call_function(void* data, wasmtime_caller_t* caller, wasmtime_val_raw_t* values,
                           std::size_t count) {
  const auto& binding = *static_cast<const Binding*>(data);
  const auto result = binding.function(*binding.guest, Call(caller, values, count));
  if (count > 0) values[0].i32 = result;
  return nullptr;
}

wasm_trap_t* exit_process(void*, wasmtime_caller_t*, wasmtime_val_raw_t* values, std::size_t) {
  const auto text = "it ended itself with exit code " + std::to_string(values[0].i32);
  return wasmtime_trap_new(text.data(), text.size());
}

wasm_trap_t* refuse_call(void*, wasmtime_caller_t*, wasmtime_val_raw_t*, std::size_t) {
  constexpr std::string_view text = "it called a WASI function that SmartModules are not given";
  return wasmtime_trap_new(text.data(), text.size());
}

bool answers_errno(const wasm_functype_t* type) {
  const auto* results = wasm_functype_results(type);
  return results->size == 1 && wasm_valtype_kind(results->data[0]) == WASM_I32;
}

Function find_function(std::string_view name) {
  const auto* found = std::ranges::find(functions, name, &FunctionRow::name);
  return found == functions.end() ? answer_not_supported : found->function;
}

}  // namespace

void define_wasi(wasmtime_linker_t* linker, const wasm_importtype_t* import, WasiGuest* guest) {
  const auto name = as_view(wasm_importtype_name(import));
  const auto* type = wasm_externtype_as_functype_const(wasm_importtype_type(import));
  SLUICE_ASSERT(type != nullptr);
  auto callback = refuse_call;
  Binding* binding = nullptr;
  if (name == "proc_exit" && wasm_functype_params(type)->size == 1) {
    callback = exit_process;
  } else if (answers_errno(type)) {
    callback = call_function;
    binding = new Binding{guest, find_function(name)};
  }
  auto* error = wasmtime_linker_define_func_unchecked(
      linker, wasi_module.data(), wasi_module.size(), name.data(), name.size(), type, callback,
      binding, [](void* data) { delete static_cast<Binding*>(data); });
  if (error != nullptr) wasmtime_error_delete(error);  // the module imports it twice
}

}  // namespace sluice::smartmodule
