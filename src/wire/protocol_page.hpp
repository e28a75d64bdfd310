// SPDX-License-Identifier: Apache-2.0
#pragma once

// docs/protocol.md, made from the field lists, the enum tables and the error table: what the
// page says is what the code does. `build/dev/src/wire/protocol_page > docs/protocol.md`.

#include <string>

namespace sluice::wire {

[[nodiscard]] std::string protocol_page();

}  // namespace sluice::wire
