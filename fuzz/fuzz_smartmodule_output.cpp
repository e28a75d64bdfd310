// SPDX-License-Identifier: Apache-2.0
// What a guest hands over: the output of a transform, of init and of look_back.
#include "fuzz.hpp"
#include "smartmodule/abi.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sluice;
  const auto bytes = fuzz::input(data, size);
  for (const bool is_aggregate : {false, true}) {
    const auto output = smartmodule::decode_transform_output(bytes, is_aggregate);
    if (!output) continue;
    SLUICE_ASSERT(output->records.bytes.size() <= size);
    wire::RecordCursor cursor(output->records.bytes, output->records.count);
    while (cursor.next()) {
    }
  }
  (void)smartmodule::init_hint(bytes);
  (void)smartmodule::decode_look_back_error(bytes);
  return 0;
}
