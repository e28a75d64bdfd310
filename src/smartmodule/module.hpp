// SPDX-License-Identifier: Apache-2.0
#pragma once

// A SmartModule, compiled and found to be one: which kind it is, what else it exports.
// Immutable; shared by every chain and thread that uses it.

#include <memory>
#include <string>

#include "smartmodule/fault.hpp"

namespace sluice::smartmodule {

// What a module's exports and imports say about it.
struct Shape {
  Kind kind = Kind::filter;
  bool has_init = false;
  bool has_look_back = false;
  bool has_dealloc = false;
  // Modules before November 2021 take no version argument.
  bool takes_version = true;
  bool uses_wasi = false;
};

class Module {
 public:
  struct Compiled;  // the engine's own form

  Module(std::string name, std::string sha256, std::size_t wasm_bytes, Shape shape,
         std::shared_ptr<const Compiled> compiled);
  ~Module();

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const std::string& sha256() const noexcept { return sha256_; }  // of the wasm
  [[nodiscard]] std::size_t wasm_bytes() const noexcept { return wasm_bytes_; }
  [[nodiscard]] const Shape& shape() const noexcept { return shape_; }
  [[nodiscard]] Kind kind() const noexcept { return shape_.kind; }
  [[nodiscard]] const Compiled& compiled() const noexcept { return *compiled_; }

 private:
  std::string name_;
  std::string sha256_;
  std::size_t wasm_bytes_;
  Shape shape_;
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace sluice::smartmodule
