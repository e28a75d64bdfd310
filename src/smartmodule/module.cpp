// SPDX-License-Identifier: Apache-2.0
#include "smartmodule/module.hpp"

#include <algorithm>
#include <initializer_list>
#include <map>
#include <utility>

#include "smartmodule/compiled.hpp"
#include "smartmodule/wasi.hpp"

namespace sluice::smartmodule {
namespace {

struct Signature {
  std::size_t params = 0;
  std::size_t results = 0;
  bool all_i32 = true;

  friend bool operator==(const Signature&, const Signature&) = default;
};
constexpr Signature transform_signature{3, 1};
constexpr Signature old_transform_signature{2, 1};
constexpr Signature alloc_signature{1, 1};
constexpr Signature dealloc_signature{2, 0};
constexpr Signature copy_records_signature{2, 0};

Signature signature_of(const wasm_functype_t& type) {
  const auto* params = wasm_functype_params(&type);
  const auto* results = wasm_functype_results(&type);
  const auto is_i32 = [](const wasm_valtype_t* one) { return wasm_valtype_kind(one) == WASM_I32; };
  return {params->size, results->size,
          std::all_of(params->data, params->data + params->size, is_i32) &&
              std::all_of(results->data, results->data + results->size, is_i32)};
}

std::string spelled(const Signature& signature) {
  std::string out = "(";
  for (std::size_t i = 0; i < signature.params; ++i) out += i == 0 ? "i32" : ", i32";
  return out + ")" + (signature.results == 1 ? " -> i32" : "");
}

class Inspection {
 public:
  Inspection(const wasmtime_module_t& module, const std::string& name) : name_(name) {
    ExportVec exports;
    wasmtime_module_exports(&module, exports.out());
    for (const auto* one : exports) {
      const auto* type = wasm_exporttype_type(one);
      const std::string exported(as_view(wasm_exporttype_name(one)));
      if (const auto* function = wasm_externtype_as_functype_const(type)) {
        functions_.emplace(exported, signature_of(*function));
      } else if (exported == "memory" && wasm_externtype_kind(type) == WASM_EXTERN_MEMORY) {
        has_memory_ = true;
      }
    }
    wasmtime_module_imports(&module, imports_.out());
  }

  ModuleResult<Shape> run() {
    if (!has_memory_) return bad("it does not export its memory under the name `memory`");
    if (auto ok = require("alloc", {alloc_signature}); !ok) return tl::unexpected(ok.error());
    if (auto ok = check_kind(); !ok) return tl::unexpected(ok.error());
    for (const auto& [name, found] :
         {std::pair{"init", &shape_.has_init}, std::pair{"look_back", &shape_.has_look_back}}) {
      if (!functions_.contains(name)) continue;
      const auto ok = shape_.takes_version
                          ? require(name, {transform_signature})
                          : require(name, {old_transform_signature, transform_signature});
      if (!ok) return tl::unexpected(ok.error());
      *found = true;
    }
    const auto dealloc = functions_.find("dealloc");
    shape_.has_dealloc = dealloc != functions_.end() && dealloc->second == dealloc_signature;
    if (auto ok = check_imports(); !ok) return tl::unexpected(ok.error());
    return shape_;
  }

 private:
  [[nodiscard]] tl::unexpected<ModuleError> bad(std::string text) const {
    return tl::unexpected(ModuleError{FaultCode::exports, name_, std::move(text)});
  }

  ModuleResult<> require(const std::string& name, std::initializer_list<Signature> allowed) {
    const auto found = functions_.find(name);
    if (found == functions_.end()) return bad("it does not export the function `" + name + "`");
    if (std::ranges::find(allowed, found->second) != allowed.end()) return {};
    return bad("its export `" + name + "` does not have the type " + spelled(*allowed.begin()));
  }

  ModuleResult<> check_kind() {
    for (const auto& row : kind_rows) {
      const std::string name(row.export_name);
      if (!functions_.contains(name)) continue;
      shape_.kind = row.kind;
      shape_.takes_version = functions_.at(name) != old_transform_signature;
      return require(name, {transform_signature, old_transform_signature});
    }
    return bad(
        "it exports none of filter, map, filter_map, array_map and aggregate: it is not a "
        "SmartModule");
  }

  ModuleResult<> check_imports() {
    bool copies = false;
    for (const auto* one : imports_) {
      const auto module = as_view(wasm_importtype_module(one));
      const auto name = as_view(wasm_importtype_name(one));
      const auto* function = wasm_externtype_as_functype_const(wasm_importtype_type(one));
      if (name == "copy_records") {
        if (function == nullptr || signature_of(*function) != copy_records_signature) {
          return bad("its import `copy_records` does not have the type " +
                     spelled(copy_records_signature));
        }
        copies = true;
      } else if (module == wasi_module && function != nullptr) {
        shape_.uses_wasi = true;
      } else {
        return bad("it imports `" + std::string(module) + "." + std::string(name) +
                   "`, which SmartModules are not given");
      }
    }
    if (copies) return {};
    return bad("it does not import `copy_records`, so it could never give a record back");
  }

  const std::string& name_;
  std::map<std::string, Signature> functions_;
  ImportVec imports_;
  bool has_memory_ = false;
  Shape shape_;
};

}  // namespace

Module::Module(std::string name, std::string sha256, std::size_t wasm_bytes, Shape shape,
               std::shared_ptr<const Compiled> compiled)
    : name_(std::move(name)),
      sha256_(std::move(sha256)),
      wasm_bytes_(wasm_bytes),
      shape_(shape),
      compiled_(std::move(compiled)) {}
Module::~Module() = default;

ModuleResult<Shape> inspect(const wasmtime_module_t& module, const std::string& name) {
  return Inspection(module, name).run();
}

}  // namespace sluice::smartmodule
