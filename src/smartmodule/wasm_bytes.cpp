// SPDX-License-Identifier: Apache-2.0
#include "smartmodule/wasm_bytes.hpp"

#include "wire/compression.hpp"

namespace sluice::smartmodule {
namespace {

constexpr std::string_view wasm_magic("\0asm", 4);
constexpr std::string_view gzip_magic("\x1f\x8b", 2);

tl::unexpected<ModuleError> invalid(const std::string& name, std::string text) {
  return tl::unexpected(ModuleError{FaultCode::invalid, name, std::move(text)});
}

}  // namespace

ModuleResult<ByteView> raw_wasm(ByteView bytes, const std::string& name, Bytes& scratch) {
  if (as_text(bytes).starts_with(gzip_magic)) {
    const auto inflated = wire::decompress(Compression::gzip, bytes, scratch, wasm_bytes_max);
    if (!inflated) {
      return invalid(name, "it cannot be inflated: " + inflated.error().message());
    }
    bytes = scratch;
  }
  if (bytes.empty()) return invalid(name, "it is empty");
  if (bytes.size() > wasm_bytes_max) {
    return invalid(name, "it has " + std::to_string(bytes.size()) + " bytes; the limit is " +
                             std::to_string(wasm_bytes_max));
  }
  if (!as_text(bytes).starts_with(wasm_magic)) {
    return invalid(name,
                   "it is not WebAssembly: it does not begin with \\0asm (nor is it a "
                   "gzipped module)");
  }
  return bytes;
}

}  // namespace sluice::smartmodule
