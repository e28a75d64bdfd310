// SPDX-License-Identifier: Apache-2.0
#include "cli/module_facts.hpp"

#include "cli/format.hpp"
#include "wire/compression.hpp"

namespace sluice::cli {

std::string ModuleFacts::summary() const {
  std::string out(smartmodule::name_of(shape.kind));
  if (shape.has_init) out += shape.has_look_back ? " with init and look_back" : " with init";
  if (!shape.has_init && shape.has_look_back) out += " with look_back";
  return out + ", " + human_bytes(wasm_bytes) + " (" + human_bytes(gzip_bytes) + " in a cluster)";
}

Facts ModuleFacts::facts(const std::string& file) const {
  Facts out;
  out.add("name", "Name", name);
  if (!file.empty()) out.add("file", "File", file);
  out.add("kind", "Kind", std::string(smartmodule::name_of(shape.kind)))
      .add("init", "Takes parameters", shape.has_init)
      .add("look_back", "Looks back", shape.has_look_back)
      .add("wasi", "Imports WASI", shape.uses_wasi)
      .add("wasm_bytes", "Size", ByteCount{wasm_bytes})
      .add("gzip_bytes", "Size in a cluster", ByteCount{gzip_bytes})
      .add("sha256", "SHA-256", sha256);
  return out;
}

ModuleFacts inspect_module(smartmodule::Engine& engine, const ModuleFile& file) {
  const auto module = engine.load(file.name, as_bytes(file.wasm));
  if (!module) throw Failure(module.error().to_error());
  ModuleFacts out{.name = file.name,
                  .shape = (*module)->shape(),
                  .wasm_bytes = (*module)->wasm_bytes(),
                  .gzip_bytes = file.wasm.size(),
                  .sha256 = (*module)->sha256()};
  if (!file.wasm.starts_with("\x1F\x8B")) {
    Bytes gzipped;
    or_throw(wire::compress(Compression::gzip, as_bytes(file.wasm), gzipped));
    out.gzip_bytes = gzipped.size();
  }
  return out;
}

}  // namespace sluice::cli
