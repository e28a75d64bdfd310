// SPDX-License-Identifier: Apache-2.0
#include "smartmodule/handles.hpp"

namespace sluice::smartmodule {

std::string take_text(wasmtime_error_t* error) {
  ByteVec message;
  wasmtime_error_message(error, message.out());
  wasmtime_error_delete(error);
  return {message.begin(), message.end()};
}

std::string text_of(const wasm_trap_t& trap) {
  ByteVec message;
  wasm_trap_message(&trap, message.out());
  std::string text(message.begin(), message.end());
  if (!text.empty() && text.back() == '\0') text.pop_back();
  return text;
}

}  // namespace sluice::smartmodule
