// SPDX-License-Identifier: Apache-2.0
#include "smartmodule/wasm_bytes.hpp"

#include <array>

#include <openssl/evp.h>

#include "base/assert.hpp"
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

std::string sha256_of(ByteView bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned length = 0;
  const auto done =
      EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr);
  SLUICE_ASSERT(done == 1);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(std::size_t{length} * 2);
  for (unsigned i = 0; i < length; ++i) {
    out += digits[digest[i] >> 4];
    out += digits[digest[i] & 15];
  }
  return out;
}

}  // namespace sluice::smartmodule
