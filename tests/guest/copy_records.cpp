// SPDX-License-Identifier: Apache-2.0
#include "copy_records.hpp"

#include <cstdint>

extern "C" void copy_records(const void* bytes, std::uint32_t size) {
  last_answer.assign(static_cast<const char*>(bytes), size);
}
