// SPDX-License-Identifier: Apache-2.0
#pragma once

// The objects of the wasmtime C API with owners, and its errors as text. Private to this folder.

#include <memory>
#include <string>
#include <string_view>

#include <wasm.h>
#include <wasmtime.h>

namespace sluice::smartmodule {

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};
using EngineHandle = std::unique_ptr<wasm_engine_t, Freed<wasm_engine_delete>>;
using ModuleHandle = std::unique_ptr<wasmtime_module_t, Freed<wasmtime_module_delete>>;
using StoreHandle = std::unique_ptr<wasmtime_store_t, Freed<wasmtime_store_delete>>;
using LinkerHandle = std::unique_ptr<wasmtime_linker_t, Freed<wasmtime_linker_delete>>;
using FuncTypeHandle = std::unique_ptr<wasm_functype_t, Freed<wasm_functype_delete>>;
using TrapHandle = std::unique_ptr<wasm_trap_t, Freed<wasm_trap_delete>>;

// A vector of the C API, freed by its own function.
template <typename Vec, auto Free>
class OwnedVec {
 public:
  OwnedVec() = default;
  ~OwnedVec() { Free(&vec_); }
  OwnedVec(const OwnedVec&) = delete;
  OwnedVec& operator=(const OwnedVec&) = delete;
  [[nodiscard]] Vec* out() noexcept { return &vec_; }
  [[nodiscard]] auto begin() const noexcept { return vec_.data; }
  [[nodiscard]] auto end() const noexcept { return vec_.data + vec_.size; }
  [[nodiscard]] std::size_t size() const noexcept { return vec_.size; }

 private:
  Vec vec_{};
};
using ByteVec = OwnedVec<wasm_byte_vec_t, wasm_byte_vec_delete>;
using ImportVec = OwnedVec<wasm_importtype_vec_t, wasm_importtype_vec_delete>;
using ExportVec = OwnedVec<wasm_exporttype_vec_t, wasm_exporttype_vec_delete>;

[[nodiscard]] inline std::string_view as_view(const wasm_name_t* name) noexcept {
  return {name->data, name->size};
}
// The message; the error is freed.
[[nodiscard]] std::string take_text(wasmtime_error_t* error);
[[nodiscard]] std::string text_of(const wasm_trap_t& trap);

}  // namespace sluice::smartmodule
